//! Live drift: what differs from what was applied, since when, how often, and how it ended. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::model::applied::Applied;
use crate::model::change::{Change, Op};
use crate::model::drift::{Class, Divergence, Ending, Record};
use crate::model::id::ResourceId;
use crate::model::live::Live;

/// When it comes so often without another in between, a value is somebody else's will.
const FIGHT: u32 = 3;

/// An open record is written again when it was last seen this long ago, so that a standing difference costs no writes.
const REFRESH: SignedDuration = SignedDuration::from_mins(5);

/// Lists what differs between live and applied. Before the first apply nothing is anybody's, and nothing differs.
pub fn observe(applied: &Applied, live: &Live) -> Vec<Divergence> {
    if applied.accepted.is_none() {
        return Vec::new();
    }
    let keys: BTreeSet<&ResourceId> = applied.rows.keys().chain(live.rows.keys()).collect();
    keys.into_iter().filter_map(|id| diverges(id, applied, live)).collect()
}

/// Compares one resource.
pub fn diverges(id: &ResourceId, applied: &Applied, live: &Live) -> Option<Divergence> {
    let (desired, actual) = (applied.rows.get(id), live.rows.get(id));
    let class = match (desired, actual) {
        (Some(desired), Some(actual)) if desired != actual => Class::Modified,
        (Some(_), None) => Class::Missing,
        (None, Some(_)) => Class::Unmanaged,
        (Some(_), Some(_)) | (None, None) => return None,
    };
    Some(Divergence { resource: id.clone(), class, desired: desired.cloned(), actual: actual.cloned() })
}

/// Lists the managed resources that somebody keeps writing back: to heal them again would be a fight.
pub fn fights(records: &[Record], divergences: &[Divergence]) -> BTreeSet<ResourceId> {
    let records = by_resource(records);
    let managed = divergences.iter().filter(|divergence| divergence.class != Class::Unmanaged);
    let fought = managed.filter(|divergence| count(records.get(&divergence.resource).copied(), divergence).1 >= FIGHT);
    fought.map(|divergence| divergence.resource.clone()).collect()
}

/// Works out the records that change: what differs now, how the plan ends it, and what does not differ any more.
pub fn record(records: &[Record], divergences: &[Divergence], changes: &[Change], now: Timestamp) -> Vec<Record> {
    let changes: BTreeMap<&ResourceId, &Change> = changes.iter().map(|change| (&change.id, change)).collect();
    let known = by_resource(records);
    let differing: BTreeSet<&ResourceId> = divergences.iter().map(|divergence| &divergence.resource).collect();
    let standing = divergences.iter().filter_map(|divergence| {
        let before = known.get(&divergence.resource).copied();
        let ending = changes.get(&divergence.resource).map(|change| ending(divergence, change));
        seen(before, divergence, ending, now)
    });
    let gone = records.iter().filter(|record| record.is_open() && !differing.contains(&record.resource));
    let resolved = gone.map(|record| Record { ended: Some((Ending::Resolved, now)), ..record.clone() });
    standing.chain(resolved).collect()
}

fn by_resource(records: &[Record]) -> BTreeMap<&ResourceId, &Record> {
    records.iter().map(|record| (&record.resource, record)).collect()
}

/// Counts the occurrences of a difference, and those of its value without another in between.
fn count(before: Option<&Record>, divergence: &Divergence) -> (u32, u32) {
    let Some(before) = before else { return (1, 1) };
    let same = before.actual == divergence.actual && before.class == divergence.class;
    if same && before.is_open() {
        return (before.occurrences, before.repeats);
    }
    let repeats = if same { before.repeats.saturating_add(1) } else { 1 };
    (before.occurrences.saturating_add(1), repeats)
}

/// Says how a change of the plan ends a difference.
fn ending(divergence: &Divergence, change: &Change) -> Ending {
    match (change.op, divergence.class) {
        (Op::Adopt | Op::Forget, _) => Ending::Resolved,
        (Op::Delete, Class::Unmanaged) => Ending::Pruned,
        (Op::Create | Op::Update | Op::Delete | Op::Heal, _) => Ending::Healed,
    }
}

/// Makes the record of a difference that is there now; `None` where nothing worth writing changed.
fn seen(before: Option<&Record>, divergence: &Divergence, ending: Option<Ending>, now: Timestamp) -> Option<Record> {
    let (occurrences, repeats) = count(before, divergence);
    let flapping = repeats >= FIGHT && divergence.class != Class::Unmanaged;
    let unchanged = before.is_some_and(|before| {
        before.is_open() && before.occurrences == occurrences && now.duration_since(before.last_seen) < REFRESH
    });
    if unchanged && ending.is_none() {
        return None;
    }
    let Divergence { resource, class, desired, actual } = divergence.clone();
    let first_seen = before.map_or(now, |before| before.first_seen);
    let ended = ending.map(|ending| (ending, now));
    Some(Record {
        resource,
        class,
        desired,
        actual,
        first_seen,
        last_seen: now,
        occurrences,
        repeats,
        flapping,
        actor: None,
        ended,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::canonical::Canonical;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn modified(actual: &str) -> Divergence {
        let spec = |text: &str| Some(Canonical::stored(text));
        Divergence {
            resource: "Team/a".parse().unwrap(),
            class: Class::Modified,
            desired: spec("good"),
            actual: spec(actual),
        }
    }

    fn heal(divergence: &Divergence) -> Change {
        let Divergence { resource, desired, actual, .. } = divergence.clone();
        Change { id: resource, op: Op::Heal, drift: true, applied: desired.clone(), desired, live: actual }
    }

    #[test]
    fn a_value_that_comes_back_a_third_time_is_a_fight() {
        let mut records = Vec::new();
        let bad = modified("bad");
        for round in 1..=2 {
            assert!(fights(&records, std::slice::from_ref(&bad)).is_empty(), "round {round}");
            records = record(&records, std::slice::from_ref(&bad), &[heal(&bad)], at(round));
            assert_eq!((records[0].occurrences, records[0].flapping), (u32::try_from(round).unwrap(), false));
        }
        assert_eq!(fights(&records, std::slice::from_ref(&bad)).len(), 1);
        records = record(&records, std::slice::from_ref(&bad), &[], at(3));
        assert!(records[0].flapping && records[0].is_open());
        assert!(
            record(&records, std::slice::from_ref(&bad), &[], at(4)).is_empty(),
            "a standing fight is not written again and again"
        );
        let other = modified("other");
        assert!(fights(&records, std::slice::from_ref(&other)).is_empty(), "another value is healed again");
        records = record(&records, std::slice::from_ref(&other), &[heal(&other)], at(5));
        assert_eq!((records[0].occurrences, records[0].repeats, records[0].flapping), (4, 1, false));
        assert!(fights(&records, std::slice::from_ref(&other)).is_empty(), "and again when it came once before");
    }

    #[test]
    fn what_does_not_differ_any_more_is_resolved_and_what_stands_is_refreshed() {
        let bad = modified("bad");
        let open = record(&[], std::slice::from_ref(&bad), &[], at(0));
        assert!(record(&open, std::slice::from_ref(&bad), &[], at(1)).is_empty());
        let refreshed = record(&open, std::slice::from_ref(&bad), &[], at(6));
        assert_eq!((refreshed[0].first_seen, refreshed[0].last_seen, refreshed[0].occurrences), (at(0), at(6), 1));
        assert_eq!(record(&open, &[], &[], at(1))[0].ended, Some((Ending::Resolved, at(1))));
        assert!(record(&[], &[], &[], at(1)).is_empty());
    }
}
