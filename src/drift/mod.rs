//! Live drift: what differs from what was applied, since when, how often, and how it ended. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::model::applied::Applied;
use crate::model::change::Op;
use crate::model::drift::{Class, Divergence, End, Ending, Record};
use crate::model::id::ResourceId;
use crate::model::live::Live;
use crate::model::row_key::RowKey;

/// What is written over so often within the window is somebody else's will: to put it back once more would be a fight.
const FIGHT: usize = 3;

/// How long after its end a difference that comes back is the same incident, and how far back the times count that
/// Charter put a row back: three edits by hand in a quarter are no fight.
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// An open record is written again when it was last seen this long ago, so that a standing difference costs no writes.
const REFRESH: SignedDuration = SignedDuration::from_mins(5);

/// Lists what differs between live and applied. Before the first apply nothing is anybody's, and nothing differs.
pub fn observe(applied: &Applied, live: &Live) -> Vec<Divergence> {
    let keys: BTreeSet<&ResourceId> = applied.rows.keys().chain(live.rows.keys()).collect();
    observe_among(keys, applied, live)
}

/// Lists what differs between live and applied where all but some resources are known to be the same.
///
/// Rows that name no resource are nobody's, all of them.
pub fn observe_among<'a>(
    keys: impl IntoIterator<Item = &'a ResourceId>,
    applied: &Applied,
    live: &Live,
) -> Vec<Divergence> {
    if applied.accepted.is_none() {
        return Vec::new();
    }
    let strays = live.foreign.iter().map(|(key, spec)| Divergence {
        resource: key.clone().into(),
        class: Class::Unmanaged,
        desired: None,
        actual: Some(spec.clone()),
        written_at: None,
    });
    keys.into_iter().filter_map(|id| diverges(id, applied, live)).chain(strays).collect()
}

/// Compares one resource.
fn diverges(id: &ResourceId, applied: &Applied, live: &Live) -> Option<Divergence> {
    let (desired, actual) = (applied.rows.get(id), live.rows.get(id));
    let class = match (desired, actual) {
        (Some(desired), Some(actual)) if desired != actual => Class::Modified,
        (Some(_), None) => Class::Missing,
        (None, Some(_)) => Class::Unmanaged,
        (Some(_), Some(_)) | (None, None) => return None,
    };
    let (desired, actual) = (desired.cloned(), actual.cloned());
    Some(Divergence { resource: id.clone().into(), class, desired, actual, written_at: None })
}

/// Returns since when what ended still counts: for a fight, and for whether it came back.
pub fn counts_since(now: Timestamp) -> Timestamp {
    now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN)
}

/// Says whether a record has to be remembered: it is open, or counts still.
pub fn counts(record: &Record, now: Timestamp) -> bool {
    record.ended.is_none_or(|end| end.at >= counts_since(now))
}

/// Lists the rows that somebody keeps writing: to put them back once more would be a fight.
///
/// A fight begins with the third write within an hour, whatever is written. It ends when live is as desired again, when
/// a commit changes what is desired, and when a person applies; from then on the count begins anew.
pub fn fights(records: &[Record], divergences: &[Divergence], now: Timestamp) -> BTreeSet<RowKey> {
    let pasts = pasts(records, divergences, now);
    let fought = divergences.iter().filter(|it| past(&pasts, &it.resource).is_fight());
    fought.map(|divergence| divergence.resource.clone()).collect()
}

/// What is done about what differs.
#[derive(Debug, Clone, Default)]
pub struct Deeds {
    /// What a plan does to rows.
    pub ops: BTreeMap<RowKey, Op>,
    /// Whether drift is only reported; `None` where that stays as it was.
    pub report_only: Option<bool>,
}

/// Works out the records of what differs now, with how the plan ends it, and of what does not differ any more.
///
/// What differs in another way than before, or long after it ended, is another incident; but a fight is one until it
/// ends, whatever is written.
pub fn record(records: &[Record], divergences: &[Divergence], deeds: &Deeds, now: Timestamp) -> Vec<Record> {
    let pasts = pasts(records, divergences, now);
    let seen = |divergence: &Divergence| seen(&past(&pasts, &divergence.resource), divergence, deeds, now);
    let mut standing: Vec<Record> = divergences.iter().map(seen).collect();
    let ids: BTreeSet<&str> = standing.iter().map(|record| record.id.as_str()).collect();
    let gone = records.iter().filter(|record| record.is_open() && !ids.contains(record.id.as_str()));
    let end = Some(End { how: Ending::Resolved, at: now });
    let resolved: Vec<Record> = gone.map(|record| Record { ended: end, ..record.clone() }).collect();
    standing.extend(resolved);
    standing
}

/// Keeps of the records of this moment those that are worth writing over those of before.
pub fn news(before: &[Record], records: Vec<Record>) -> Vec<Record> {
    let ids: BTreeSet<&str> = records.iter().map(|record| record.id.as_str()).collect();
    let before = before.iter().filter(|record| ids.contains(record.id.as_str()));
    let before: BTreeMap<&str, &Record> = before.map(|record| (record.id.as_str(), record)).collect();
    records.into_iter().filter(|record| is_news(before.get(record.id.as_str()).copied(), record)).collect()
}

/// What is remembered of a row and counts still.
#[derive(Debug, Clone, Default)]
struct Past<'a> {
    records: Vec<&'a Record>,
    /// When Charter put it back; with the end of a fight the count begins anew.
    put_back: BTreeSet<Timestamp>,
}

/// Collects what is remembered of the rows that differ.
fn pasts<'a>(records: &'a [Record], divergences: &'a [Divergence], now: Timestamp) -> BTreeMap<&'a RowKey, Past<'a>> {
    let rows = divergences.iter().map(|divergence| (&divergence.resource, Past::default()));
    let mut pasts: BTreeMap<&RowKey, Past<'_>> = rows.collect();
    for record in records.iter().filter(|record| counts(record, now)) {
        pasts.entry(&record.resource).and_modify(|past| past.records.push(record));
    }
    for Past { records, put_back } in pasts.values_mut() {
        let fought = records.iter().filter(|record| record.flapping).filter_map(|record| record.ended);
        let since = fought.map(|end| end.at).max().unwrap_or(Timestamp::MIN);
        let times = records.iter().flat_map(|record| &record.healed_at).copied();
        *put_back = times.filter(|at| *at > since && *at >= counts_since(now)).collect();
    }
    pasts
}

fn past<'a>(pasts: &BTreeMap<&RowKey, Past<'a>>, row: &RowKey) -> Past<'a> {
    pasts.get(row).cloned().unwrap_or_default()
}

impl<'a> Past<'a> {
    /// Says whether a difference is a fight: one that stands, or one over what was put back twice of late.
    fn is_fight(&self) -> bool {
        let open = self.records.iter().find(|record| record.is_open());
        open.map_or(self.put_back.len() + 1 >= FIGHT, |open| open.flapping)
    }

    /// Finds the incident that a difference belongs to.
    fn incident(&self, class: Class) -> Option<&'a Record> {
        // What is open goes on as a fight whatever it is; a fight that ended does not come back.
        let fits = |record: &&&Record| if record.flapping { record.is_open() } else { record.class == class };
        self.records.iter().filter(fits).max_by_key(|record| record.last_seen).copied()
    }
}

/// Says how a change of the plan ends a difference.
fn ending(class: Class, op: Op) -> Ending {
    match (op, class) {
        (Op::Adopt | Op::Forget, _) => Ending::Resolved,
        (Op::Delete, Class::Unmanaged) => Ending::Pruned,
        (Op::Create | Op::Update | Op::Delete | Op::Heal, _) => Ending::Healed,
    }
}

/// Makes the record of a difference that is there now.
fn seen(past: &Past<'_>, divergence: &Divergence, deeds: &Deeds, now: Timestamp) -> Record {
    let Divergence { resource, class, desired, actual, written_at } = divergence.clone();
    let before = past.incident(class);
    let open = before.filter(|before| before.is_open());
    let op = deeds.ops.get(&resource).copied();
    let how = if divergence.is_past() { Some(Ending::Resolved) } else { op.map(|op| ending(class, op)) };
    let is_put_back = op == Some(Op::Heal) || how == Some(Ending::Pruned);
    let healed_at = match open.filter(|_| !is_put_back) {
        Some(open) => open.healed_at.clone(),
        None => past.put_back.iter().copied().chain(is_put_back.then_some(now)).collect(),
    };
    Record {
        id: before.map_or_else(|| Record::id_of(&resource, class, now), |before| before.id.clone()),
        resource,
        class,
        desired,
        actual,
        first_seen: before.map_or(now, |before| before.first_seen),
        last_seen: now,
        occurrences: before.map_or(0, |before| before.occurrences).saturating_add(u32::from(open.is_none())),
        healed_at,
        written_at: written_at.or_else(|| open.and_then(|open| open.written_at)),
        flapping: past.is_fight() && !divergence.is_past(),
        reported: deeds.report_only.unwrap_or_else(|| open.is_some_and(|open| open.reported)),
        actor: None,
        ended: how.map(|how| End { how, at: now }),
    }
}

/// Says whether a record tells more than the one before it. A fight goes on in the store, not in the journal.
fn is_news(before: Option<&Record>, record: &Record) -> bool {
    let Some(before) = before.filter(|before| before.is_open() && record.is_open()) else { return true };
    let value = |record: &Record| (record.class, record.desired.clone(), record.actual.clone(), record.reported);
    let is_told = record.flapping || value(before) == value(record);
    !is_told || record.last_seen.duration_since(before.last_seen) >= REFRESH
}

#[cfg(test)]
mod tests;
