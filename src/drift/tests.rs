use super::*;
use crate::model::canonical::Canonical;
use crate::model::raw_key::RawKey;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).unwrap()
}

fn spec(text: &str) -> Option<Canonical> {
    Some(Canonical::stored(text))
}

fn modified(actual: &str) -> Divergence {
    Divergence {
        resource: RowKey::Resource("Team/a".parse().unwrap()),
        class: Class::Modified,
        desired: spec("good"),
        actual: spec(actual),
        written_at: None,
    }
}

fn missing() -> Divergence {
    Divergence { class: Class::Missing, actual: None, ..modified("") }
}

fn unmanaged(actual: &str) -> Divergence {
    Divergence { class: Class::Unmanaged, desired: None, ..modified(actual) }
}

fn stray() -> Divergence {
    let key = RawKey([b"Team".to_vec(), Vec::new(), b"\xff".to_vec()]);
    Divergence { resource: key.into(), ..unmanaged("x") }
}

/// What a plan does to the row of a difference.
fn done(op: Op, divergence: &Divergence) -> Deeds {
    Deeds { ops: BTreeMap::from([(divergence.resource.clone(), op)]), report_only: Some(false) }
}

fn nothing() -> Deeds {
    Deeds { report_only: Some(false), ..Deeds::default() }
}

/// Writes records down as a store does, and returns those that were written.
fn written(records: &mut Vec<Record>, seen: Vec<Record>) -> Vec<Record> {
    for record in &seen {
        records.retain(|before| before.id != record.id);
        records.push(record.clone());
    }
    seen
}

/// What a daemon does with a difference: it puts it back, or prunes it, unless that is a fight. Returns its record.
fn follow(records: &mut Vec<Record>, divergence: &Divergence, minute: i64) -> Record {
    let divergences = std::slice::from_ref(divergence);
    let op = if divergence.class == Class::Unmanaged { Op::Delete } else { Op::Heal };
    let fought = !fights(records, divergences, at(minute)).is_empty();
    let deeds = if fought { nothing() } else { done(op, divergence) };
    let seen = record(records, divergences, &deeds, at(minute));
    let record = written(records, seen).remove(0);
    assert_eq!((record.flapping, record.is_open()), (fought, fought));
    record
}

/// Follows differences from the first minute on, one a minute, and says which of them were fights.
fn fought(records: &mut Vec<Record>, divergences: &[Divergence]) -> Vec<bool> {
    let minutes = 1..;
    divergences.iter().zip(minutes).map(|(divergence, minute)| follow(records, divergence, minute).flapping).collect()
}

#[test]
fn what_is_written_a_third_time_within_an_hour_is_a_fight_whatever_it_is() {
    let (a, b) = (modified("a"), modified("b"));
    for (writes, incidents) in [
        ([a.clone(), a.clone(), a.clone()], 1),
        ([a.clone(), b.clone(), a.clone()], 1),
        ([a.clone(), b, modified("c")], 1),
        ([a.clone(), missing(), a.clone()], 2),
        ([missing(), a.clone(), missing()], 2),
        ([a.clone(), a, missing()], 2),
        ([unmanaged("x"), unmanaged("y"), unmanaged("x")], 1),
        ([stray(), stray(), stray()], 1),
    ] {
        let mut records = Vec::new();
        let time = Some(Timestamp::from_second(200).unwrap());
        assert!(!follow(&mut records, &writes[0], 1).flapping);
        assert!(!follow(&mut records, &writes[1], 2).flapping);
        let third = follow(&mut records, &Divergence { written_at: time, ..writes[2].clone() }, 61);
        assert!(third.flapping, "{writes:?}");
        assert_eq!((third.last_seen, records.len()), (at(61), incidents), "{writes:?}");
        assert_eq!((&third.healed_at[..], third.written_at), (&[at(1), at(2)][..], time), "both writers' times");
        assert_eq!(records.iter().map(|record| record.occurrences).sum::<u32>(), 3);
    }
}

#[test]
fn three_edits_by_hand_that_lie_apart_are_no_fight() {
    let mut records = Vec::new();
    for minute in [0, 40, 101, 150, 240, 100_000] {
        assert!(!follow(&mut records, &modified("bad"), minute).flapping, "{minute}");
    }
    let last = records.last().unwrap();
    assert_eq!(last.healed_at, [at(100_000)], "what is long ago is not kept");
}

/// The rows: what was there, what is there then and when, and whether that is the same incident.
#[test]
fn an_incident_is_one_row_that_differs_in_one_way() {
    let other_row = Divergence { resource: RowKey::Resource("Team/b".parse().unwrap()), ..modified("bad") };
    for (before, after, minute, same) in [
        (modified("bad"), modified("bad"), 2, true),
        (modified("bad"), modified("worse"), 2, true),
        (modified("bad"), modified("bad"), 61, true),
        (modified("bad"), modified("bad"), 62, false),
        (modified("bad"), missing(), 2, false),
        (modified("bad"), unmanaged("bad"), 2, false),
        (modified("bad"), other_row, 2, false),
        (stray(), stray(), 2, true),
        (stray(), unmanaged("x"), 2, false),
    ] {
        let mut records = Vec::new();
        let first = follow(&mut records, &before, 1);
        let second = follow(&mut records, &after, minute);
        assert_eq!(first.id == second.id, same, "{before:?}, then {after:?} in minute {minute}");
        assert_eq!((second.occurrences, records.len()), if same { (2, 1) } else { (1, 2) });
        assert_eq!(second.first_seen, if same { at(1) } else { at(minute) });
        assert!(first.id.len() == 12 && first.id.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(same || records.contains(&first), "nothing is written over");
    }
}

#[test]
fn what_stands_and_differs_otherwise_then_is_another_incident_and_the_first_is_over() {
    let mut records = record(&[], &[modified("bad")], &nothing(), at(1));
    let first = records[0].clone();
    let seen = record(&records, &[missing()], &nothing(), at(2));
    let seen = written(&mut records, seen);
    assert_eq!((seen[0].class, seen[0].state()), (Class::Missing, "open"));
    let over = Some(End { how: Ending::Resolved, at: at(2) });
    assert_eq!(seen[1], Record { ended: over, ..first.clone() });
    // What comes back in the first way is the first again.
    let seen = record(&records, &[modified("bad")], &nothing(), at(3));
    assert_eq!((&seen[0].id, seen[0].occurrences, seen[0].state()), (&first.id, 2, "open"));
}

fn fight() -> Vec<Record> {
    let mut records = Vec::new();
    assert_eq!(fought(&mut records, &[modified("bad"), modified("bad"), modified("bad")]), [false, false, true]);
    records
}

#[test]
fn a_fight_stands_whatever_is_written_and_however_long_it_takes() {
    let mut records = fight();
    for (write, minute) in [(modified("bad"), 4), (missing(), 5), (modified("other"), 6), (modified("bad"), 500)] {
        assert!(follow(&mut records, &write, minute).flapping, "{write:?} at {minute}");
        assert_eq!((records.len(), records[0].class), (1, write.class), "it is one incident until it ends");
    }
    assert_eq!((records[0].occurrences, &records[0].healed_at[..]), (3, &[at(1), at(2)][..]));
}

#[test]
fn a_fight_ends_when_live_is_as_desired_when_a_commit_changes_it_and_when_a_person_applies() {
    let bad = modified("bad");
    let changed = |op| record(&fight(), std::slice::from_ref(&bad), &done(op, &bad), at(4));
    let resolved = record(&fight(), &[], &nothing(), at(4));
    assert_eq!(resolved[0].ended, Some(End { how: Ending::Resolved, at: at(4) }));
    for ended in [resolved, changed(Op::Update), changed(Op::Delete), changed(Op::Heal)] {
        assert!(!ended[0].is_open() && ended[0].flapping, "it was one");
        let mut records = ended.clone();
        let anew = [5, 6, 7].map(|minute| follow(&mut records, &modified("bad"), minute).flapping);
        assert_eq!(anew, [false, false, true]);
        assert_eq!(records[0], ended[0], "what comes after a fight is another incident");
    }
}

/// With the end of a fight the count begins anew for the row, whatever of it was put back in another way.
#[test]
fn what_was_put_back_before_a_fight_ended_counts_no_more() {
    let mut records = Vec::new();
    assert_eq!(fought(&mut records, &[modified("a"), missing(), modified("a")]), [false, false, true]);
    let seen = record(&records, &[], &nothing(), at(4));
    written(&mut records, seen);
    let anew = [5, 6, 7].map(|minute| follow(&mut records, &missing(), minute).flapping);
    assert_eq!(anew, [false, false, true]);
}

#[test]
fn a_pruned_row_that_goes_by_itself_ends_the_fight() {
    let mut records = Vec::new();
    assert_eq!(fought(&mut records, &[stray(), stray(), stray()]), [false, false, true]);
    let seen = record(&records, &[], &nothing(), at(4));
    assert_eq!(seen.iter().map(Record::state).collect::<Vec<_>>(), ["resolved"]);
    // A person prunes it.
    let seen = record(&records, &[stray()], &done(Op::Delete, &stray()), at(4));
    assert_eq!((seen[0].state(), &seen[0].healed_at[..]), ("pruned", &[at(1), at(2), at(4)][..]));
}

#[test]
fn what_is_only_reported_says_so_until_somebody_does_more() {
    let report = Deeds { report_only: Some(true), ..Deeds::default() };
    let (bad, now) = ([modified("bad")], at(1));
    let reported = record(&[], &bad, &report, at(0));
    assert_eq!(reported[0].state(), "reported");
    let state = |deeds: &Deeds| record(&reported, &bad, deeds, now)[0].state();
    assert_eq!(state(&report), "reported");
    assert_eq!(state(&Deeds::default()), "reported", "who only looks does not say otherwise");
    assert_eq!([state(&nothing()), state(&done(Op::Heal, &bad[0]))], ["open", "healed"]);
    let told = |deeds: &Deeds| news(&reported, record(&reported, &bad, deeds, now)).len();
    assert_eq!([told(&report), told(&Deeds::default()), told(&nothing())], [0, 0, 1]);
}

#[test]
fn a_standing_difference_is_written_now_and_then_and_a_standing_fight_no_more_often() {
    let (bad, other) = ([modified("bad")], [modified("other")]);
    let (open, fight) = (record(&[], &bad, &nothing(), at(0)), fight());
    let told =
        |before: &[Record], now: &[Divergence], minute| news(before, record(before, now, &nothing(), at(minute))).len();
    assert_eq!([told(&[], &bad, 0), told(&open, &bad, 1), told(&open, &bad, 6)], [1, 0, 1]);
    assert_eq!(told(&open, &other, 1), 1, "another value is told");
    assert_eq!([told(&fight, &other, 4), told(&fight, &other, 8), told(&fight, &[], 4)], [0, 1, 1]);
    assert_eq!(told(&fight, &[missing()], 4), 0, "nor another class of a fight");
    let refreshed = &record(&open, &bad, &nothing(), at(6))[0];
    assert_eq!((refreshed.first_seen, refreshed.last_seen, refreshed.occurrences), (at(0), at(6), 1));
    assert!(record(&[], &[], &nothing(), at(1)).is_empty());
}

#[test]
fn what_is_open_or_ended_within_the_hour_is_remembered() {
    let open = &record(&[], &[modified("bad")], &nothing(), at(0))[0];
    let ended = &record(&[], &[modified("bad")], &done(Op::Heal, &modified("bad")), at(0))[0];
    assert!(counts(open, at(100_000)));
    assert_eq!([counts(ended, at(60)), counts(ended, at(61))], [true, false]);
    // With what is forgotten nothing is decided otherwise.
    let forgotten = fought(&mut Vec::new(), &[modified("bad")]);
    let late = [modified("bad")].map(|bad| follow(&mut vec![ended.clone()], &bad, 61).flapping);
    assert_eq!(forgotten, late);
}
