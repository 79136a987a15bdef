//! Live drift: what differs from what was applied, since when, how often, and how it ended. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::model::applied::Applied;
use crate::model::change::{Change, Op};
use crate::model::drift::{Class, Divergence, Ending, Record};
use crate::model::id::ResourceId;
use crate::model::live::Live;

/// What is written over so often within the window is somebody else's will: to put it back once more would be a fight.
const FIGHT: usize = 3;

/// How far back the times count that Charter put something back: three edits by hand in a quarter are no fight.
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// An open record is written again when it was last seen this long ago, so that a standing difference costs no writes.
const REFRESH: SignedDuration = SignedDuration::from_mins(5);

/// Lists what differs between live and applied. Before the first apply nothing is anybody's, and nothing differs.
pub fn observe(applied: &Applied, live: &Live) -> Vec<Divergence> {
    let keys: BTreeSet<&ResourceId> = applied.rows.keys().chain(live.rows.keys()).collect();
    observe_among(keys, applied, live)
}

/// Lists what differs between live and applied where all but some resources are known to be the same.
pub fn observe_among<'a>(
    keys: impl IntoIterator<Item = &'a ResourceId>,
    applied: &Applied,
    live: &Live,
) -> Vec<Divergence> {
    if applied.accepted.is_none() {
        return Vec::new();
    }
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
    let (desired, actual) = (desired.cloned(), actual.cloned());
    Some(Divergence { resource: id.clone(), class, desired, actual, written_at: None })
}

/// Lists the managed resources that somebody keeps writing: to put them back once more would be a fight.
///
/// A fight begins with the third write within an hour, whatever is written. It ends when live is as desired again, when
/// a commit changes what is desired, and when a person applies; from then on the count begins anew.
pub fn fights(records: &[Record], divergences: &[Divergence], now: Timestamp) -> BTreeSet<ResourceId> {
    let records = by_resource(records);
    let fought = divergences.iter().filter(|it| is_fight(records.get(&it.resource).copied(), it, now));
    fought.map(|divergence| divergence.resource.clone()).collect()
}

/// Works out the records of what differs now, with how the plan ends it, and of what does not differ any more.
pub fn record(records: &[Record], divergences: &[Divergence], changes: &[Change], now: Timestamp) -> Vec<Record> {
    let changes: BTreeMap<&ResourceId, &Change> = changes.iter().map(|change| (&change.id, change)).collect();
    let known = by_resource(records);
    let differing: BTreeSet<&ResourceId> = divergences.iter().map(|divergence| &divergence.resource).collect();
    let standing = divergences.iter().map(|divergence| {
        let id = &divergence.resource;
        seen(known.get(id).copied(), divergence, changes.get(id).copied(), now)
    });
    let gone = records.iter().filter(|record| record.is_open() && !differing.contains(&record.resource));
    let resolved = gone.map(|record| Record { ended: Some((Ending::Resolved, now)), ..record.clone() });
    standing.chain(resolved).collect()
}

/// Keeps of the records of this moment those that are worth writing over those of before.
pub fn news(before: &[Record], records: Vec<Record>) -> Vec<Record> {
    let before = by_resource(before);
    records.into_iter().filter(|record| is_news(before.get(&record.resource).copied(), record)).collect()
}

fn by_resource(records: &[Record]) -> BTreeMap<&ResourceId, &Record> {
    records.iter().map(|record| (&record.resource, record)).collect()
}

/// Says whether a difference is a fight: one that stands, or one over what was put back twice of late.
fn is_fight(before: Option<&Record>, divergence: &Divergence, now: Timestamp) -> bool {
    let Some(before) = before.filter(|_| divergence.class != Class::Unmanaged) else { return false };
    if before.is_open() { before.flapping } else { healed(before, now).count() + 1 >= FIGHT }
}

/// Lists when it was put back within the window; with the end of a fight the count begins anew.
fn healed(before: &Record, now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let counts = before.is_open() || !before.flapping;
    let times = before.healed_at.iter().filter(move |_| counts).copied();
    times.filter(move |at| now.duration_since(*at) <= WINDOW)
}

/// Says how a change of the plan ends a difference.
fn ending(divergence: &Divergence, change: &Change) -> Ending {
    match (change.op, divergence.class) {
        (Op::Adopt | Op::Forget, _) => Ending::Resolved,
        (Op::Delete, Class::Unmanaged) => Ending::Pruned,
        (Op::Create | Op::Update | Op::Delete | Op::Heal, _) => Ending::Healed,
    }
}

/// Makes the record of a difference that is there now.
fn seen(before: Option<&Record>, divergence: &Divergence, change: Option<&Change>, now: Timestamp) -> Record {
    let flapping = is_fight(before, divergence, now);
    let open = before.filter(|before| before.is_open());
    let healed_at = match change {
        Some(change) if change.op == Op::Heal => {
            before.into_iter().flat_map(|before| healed(before, now)).chain([now]).collect()
        }
        Some(_) | None => before.map(|before| before.healed_at.clone()).unwrap_or_default(),
    };
    let Divergence { resource, class, desired, actual, written_at } = divergence.clone();
    Record {
        resource,
        class,
        desired,
        actual,
        first_seen: before.map_or(now, |before| before.first_seen),
        last_seen: now,
        occurrences: before.map_or(0, |before| before.occurrences).saturating_add(u32::from(open.is_none())),
        healed_at,
        written_at: written_at.or_else(|| open.and_then(|open| open.written_at)),
        flapping,
        actor: None,
        ended: change.map(|change| (ending(divergence, change), now)),
    }
}

/// Says whether a record tells more than the one before it. A fight goes on in the store, not in the journal.
fn is_news(before: Option<&Record>, record: &Record) -> bool {
    let Some(before) = before.filter(|before| before.is_open() && record.is_open()) else { return true };
    let value = |record: &Record| (record.class, record.desired.clone(), record.actual.clone());
    let is_told = record.flapping || value(before) == value(record);
    !is_told || record.last_seen.duration_since(before.last_seen) >= REFRESH
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
            written_at: None,
        }
    }

    fn change(op: Op, divergence: &Divergence) -> Change {
        let Divergence { resource, desired, actual, .. } = divergence.clone();
        Change { id: resource, op, drift: true, applied: desired.clone(), desired, live: actual }
    }

    /// What a daemon does with a difference: it puts it back, unless that is a fight. Returns whether it was one.
    fn follow(records: &mut Vec<Record>, divergence: &Divergence, minute: i64) -> bool {
        let fought = !fights(records, std::slice::from_ref(divergence), at(minute)).is_empty();
        let changes = if fought { vec![] } else { vec![change(Op::Heal, divergence)] };
        *records = record(records, std::slice::from_ref(divergence), &changes, at(minute));
        assert_eq!((records[0].flapping, records[0].is_open()), (fought, fought));
        fought
    }

    #[test]
    fn what_is_written_a_third_time_within_an_hour_is_a_fight_whatever_it_is() {
        for values in [["bad", "bad", "bad"], ["a", "b", "a"], ["a", "b", "c"]] {
            let mut records = Vec::new();
            let written = Some(Timestamp::from_second(200).unwrap());
            let third = Divergence { written_at: written, ..modified(values[2]) };
            assert!(!follow(&mut records, &modified(values[0]), 1));
            assert!(!follow(&mut records, &modified(values[1]), 2));
            assert!(follow(&mut records, &third, 61), "{values:?}");
            assert_eq!((records[0].occurrences, records[0].last_seen), (3, at(61)));
            assert_eq!((&records[0].healed_at[..], records[0].written_at), (&[at(1), at(2)][..], written));
        }
    }

    #[test]
    fn three_edits_by_hand_that_lie_apart_are_no_fight() {
        let mut records = Vec::new();
        for minute in [0, 40, 101, 150, 240, 100_000] {
            assert!(!follow(&mut records, &modified("bad"), minute), "{minute}");
        }
        assert_eq!(records[0].occurrences, 6);
        assert_eq!(records[0].healed_at, [at(100_000)], "what is long ago is not kept");
    }

    #[test]
    fn nothing_that_nobody_declared_is_fought_over() {
        let mut records = Vec::new();
        for minute in 0..5 {
            let unmanaged = Divergence { class: Class::Unmanaged, desired: None, ..modified("x") };
            assert!(!follow(&mut records, &unmanaged, minute));
        }
    }

    fn fight() -> Vec<Record> {
        let mut records = Vec::new();
        assert_eq!([1, 2, 3].map(|minute| follow(&mut records, &modified("bad"), minute)), [false, false, true]);
        records
    }

    #[test]
    fn a_fight_stands_whatever_is_written_and_however_long_it_takes() {
        let mut records = fight();
        for (value, minute) in [("bad", 4), ("other", 5), ("bad", 500)] {
            assert!(follow(&mut records, &modified(value), minute), "{value} at {minute}");
        }
        assert_eq!((records[0].occurrences, &records[0].healed_at[..]), (3, &[at(1), at(2)][..]));
    }

    #[test]
    fn a_fight_ends_when_live_is_as_desired_when_a_commit_changes_it_and_when_a_person_applies() {
        let bad = modified("bad");
        let changed = |op| record(&fight(), std::slice::from_ref(&bad), &[change(op, &bad)], at(4));
        let resolved = record(&fight(), &[], &[], at(4));
        assert_eq!(resolved[0].ended, Some((Ending::Resolved, at(4))));
        for mut ended in [resolved, changed(Op::Update), changed(Op::Delete), changed(Op::Heal)] {
            assert!(!ended[0].is_open());
            let anew = [5, 6, 7].map(|minute| follow(&mut ended, &modified("bad"), minute));
            assert_eq!(anew, [false, false, true]);
        }
    }

    #[test]
    fn a_standing_difference_is_written_now_and_then_and_a_standing_fight_no_more_often() {
        let (bad, other) = ([modified("bad")], [modified("other")]);
        let (open, fight) = (record(&[], &bad, &[], at(0)), fight());
        let told =
            |before: &[Record], now: &[Divergence], minute| news(before, record(before, now, &[], at(minute))).len();
        assert_eq!([told(&[], &bad, 0), told(&open, &bad, 1), told(&open, &bad, 6)], [1, 0, 1]);
        assert_eq!(told(&open, &other, 1), 1, "another value is told");
        assert_eq!([told(&fight, &other, 4), told(&fight, &other, 8), told(&fight, &[], 4)], [0, 1, 1]);
        let refreshed = &record(&open, &bad, &[], at(6))[0];
        assert_eq!((refreshed.first_seen, refreshed.last_seen, refreshed.occurrences), (at(0), at(6), 1));
        assert!(record(&[], &[], &[], at(1)).is_empty());
    }
}
