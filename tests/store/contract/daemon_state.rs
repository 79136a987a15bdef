//! What a daemon writes of itself: records of drift, how its sources stand, that it lives.

use std::borrow::Cow;

use charter::model::drift::{Class, End, Ending, Record};
use charter::model::source_state::{Beat, Condition, SourceState, Suspension};
use charter::model::work::{Rounds, Work};
use charter::store::Log;
use jiff::Timestamp;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::new(1_790_000_000 + second, 123_456_789).unwrap()
}

fn record(resource: &str) -> Record {
    let resource = resource.parse().unwrap();
    Record {
        id: Record::id_of(&resource, Class::Modified, at(1)),
        resource,
        class: Class::Modified,
        desired: Some(Canonical::stored(r#"{"a":"ü"}"#)),
        actual: Some(Canonical::stored("a\0\"b\u{1f600}")),
        first_seen: at(1),
        last_seen: at(2),
        occurrences: 3,
        healed_at: vec![at(1), at(2)],
        written_at: Some(at(3)),
        flapping: true,
        reported: true,
        actor: Some("mallory".into()),
        ended: None,
    }
}

/// Reads all records.
fn records(world: &World) -> Vec<Record> {
    world.reader().state_at(Timestamp::MIN).unwrap().2
}

/// Lands records with nothing else, at a moment.
fn land(world: &World, records: &[Record], at: Timestamp) {
    let plan = Plan { records: records.to_vec(), ..world.plan(&rows(&[ORGANIZATION])) };
    world.writer().land(&plan, &Landing { at, ..landing() }).unwrap();
}

fn ended(how: Ending, second: i64, record: &Record) -> Record {
    Record { ended: Some(End { how, at: at(second) }), ..record.clone() }
}

#[test]
fn records_land_and_come_back() {
    let desired = rows(&[ORGANIZATION]);
    let world = World::with(&[ORGANIZATION]);
    assert_eq!(World::new().reader().state_at(Timestamp::MIN).unwrap().2, []);
    let missing = Record {
        class: Class::Missing,
        actual: None,
        flapping: false,
        reported: false,
        healed_at: vec![],
        written_at: None,
        first_seen: at(7),
        ..record("Team/a")
    };
    let unmanaged = Record { class: Class::Unmanaged, desired: None, actor: None, ..record("RoleBinding//%FF") };
    let unmanaged = ended(Ending::Pruned, 9, &unmanaged);
    let all = vec![record("Team/b"), unmanaged, missing.clone()];
    land(&world, &[all[2].clone(), all[1].clone(), all[0].clone()], at(9));
    assert_eq!(records(&world), all, "the oldest first, resources before keys that name none");

    let healed = Record { occurrences: 4, ..ended(Ending::Healed, 10, &missing) };
    land(&world, std::slice::from_ref(&healed), at(10));
    let expected = [all[0].clone(), all[1].clone(), healed.clone()];
    assert_eq!(records(&world), expected);
    let (live, applied, _, _) = world.reader().state_at(Timestamp::MIN).unwrap();
    assert_eq!((live.rows, applied.rows), (desired.clone(), desired.clone()));
    // Another incident of the row stands beside the first.
    let again = Record { id: "0123456789ab".into(), first_seen: at(11), ..missing };
    land(&world, std::slice::from_ref(&again), at(11));
    assert_eq!(records(&world), [&expected[..], std::slice::from_ref(&again)].concat());
    let since = |second| world.reader().state_at(at(second)).unwrap().2;
    assert_eq!(since(9), records(&world));
    assert_eq!(since(11), [all[0].clone(), again.clone()], "what is open, and what ended since");

    // A landing that is refused writes none.
    let stale = Plan { records: vec![record("Team/z")], ..first_plan(&desired) };
    world.writer().land(&stale, &landing()).unwrap_err();
    assert_eq!(records(&world).len(), 4);

    world.by_hand("UPDATE drift_record SET first_seen = 'once' WHERE resource = 'Team/b'");
    let error = world.reader().state_at(Timestamp::MIN).unwrap_err();
    assert!(error.to_string().contains("first_seen of Team/b cannot be read"), "{error}");
}

const DAY: i64 = 24 * 3600;

#[test]
fn records_are_forgotten_ninety_days_after_they_ended() {
    let world = World::with(&[ORGANIZATION]);
    let old = ended(Ending::Healed, 0, &record("Team/a"));
    let (open, young) = (record("Team/b"), ended(Ending::Healed, DAY, &record("Team/c")));
    land(&world, &[old, open.clone(), young.clone()], at(DAY));
    land(&world, &[], at(90 * DAY));
    assert_eq!(records(&world).len(), 3);
    land(&world, &[], at(90 * DAY + 1));
    assert_eq!(records(&world), [open.clone(), young]);
    land(&world, &[], at(1000 * DAY));
    assert_eq!(records(&world), [open], "what is open is kept, however long it is");
}

/// However many there are in ninety days.
#[test]
fn the_newest_hundred_thousand_records_are_kept() {
    let world = World::with(&[ORGANIZATION]);
    land(&world, &[record("Team/open"), ended(Ending::Healed, 2, &record("Team/first"))], at(2));
    world.by_hand(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
        INSERT INTO drift_record SELECT 'id' || i, 'Team/t' || i, class, desired, actual, first_seen, last_seen,
            occurrences, healed_at, written_at, flapping, reported, actor, ending, ended_at
        FROM n, drift_record WHERE resource = 'Team/first'",
    );
    let count = || world.read("SELECT count(*) FROM drift_record");
    land(&world, &[], at(3));
    assert_eq!(count(), ["100001"], "what is open is kept besides");
    land(&world, &[ended(Ending::Healed, 4, &record("Team/last"))], at(4));
    assert_eq!(count(), ["100001"]);
    let named = |name: &str| world.read(&format!("SELECT ending FROM drift_record WHERE resource = 'Team/{name}'"));
    assert_eq!((named("first").len(), named("open").len(), named("last").len()), (0, 1, 1));
}

/// What a store of an older schema has on record is carried over.
#[test]
fn records_of_one_a_resource_become_incidents() {
    let world = World::new();
    let path = world.store.path();
    migrated(path, 7).close();
    by_hand(
        path,
        "INSERT INTO drift_record (kind, team, name, class, desired, actual, first_seen, last_seen, occurrences,
            healed_at, written_at, flapping, actor, ending, ended_at)
        VALUES ('Team', '', 'b', 'modified', '1', '2', '2026-11-22T12:00:02.5Z', '2026-11-22T12:00:03Z', 3,
            '[\"2026-11-22T12:00:01Z\"]', '2026-11-22T12:00:00Z', 1, NULL, NULL, NULL),
        ('Role', 'web', 'dev', 'missing', '1', NULL, '2026-11-22T12:00:01Z', '2026-11-22T12:00:01Z', 1,
            '[]', NULL, 0, NULL, 'healed', '2026-11-22T12:00:01Z')",
    );
    drop(world.writer());
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let carried = records(&world);
    let shown = |record: &Record| (record.resource.to_string(), record.state(), record.occurrences, record.first_seen);
    assert_eq!(
        carried.iter().map(shown).collect::<Vec<_>>(),
        [
            ("Role/web/dev".to_owned(), "healed", 1, time("2026-11-22T12:00:01Z")),
            ("Team/b".to_owned(), "fight", 3, time("2026-11-22T12:00:02.5Z")),
        ]
    );
    let fight = &carried[1];
    assert_eq!(fight.healed_at, [time("2026-11-22T12:00:01Z")]);
    assert_eq!((fight.written_at, &fight.actual), (Some(time("2026-11-22T12:00:00Z")), &Some(Canonical::stored("2"))));
    let is_id = |record: &Record| record.id.len() == 12 && record.id.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(carried.iter().all(is_id) && carried[0].id != carried[1].id);
}

fn source(name: &str) -> SourceState {
    SourceState {
        name: name.parse().unwrap(),
        seen: revision("feedface00"),
        seen_at: Some(at(3)),
        state: Condition::Stalled,
        reason: "team.yaml:1:1 unknown-field".into(),
        since: at(2),
        suspended: None,
    }
}

#[test]
fn sources_are_observed() {
    let world = World::new();
    assert_eq!(world.reader().sources().unwrap(), []);
    let mut writer = world.writer();
    let unseen = SourceState { seen: None, seen_at: None, state: Condition::Unknown, ..source("web") };
    writer.observe(&unseen).unwrap();
    writer.observe(&source("central")).unwrap();
    assert_eq!(world.reader().sources().unwrap(), [source("central"), unseen.clone()]);
    for state in Condition::ALL.into_iter().filter(|state| *state != Condition::Suspended) {
        let next = SourceState { state, reason: String::new(), since: at(7), ..source("web") };
        writer.observe(&next).unwrap();
        assert_eq!(world.reader().sources().unwrap(), [source("central"), next]);
    }
    assert_eq!(world.reader().verify().unwrap(), Head::default(), "the journal is of what was decided");
}

#[test]
fn a_suspension_is_on_record_and_stands_until_it_is_lifted() {
    let world = World::with(&[ORGANIZATION]);
    let (mut reader, mut writer, name) = (world.reader(), world.writer(), "central".parse().unwrap());
    let word = |reason: &str, second| Suspension { reason: reason.into(), at: at(second), by: "ana@host".into() };
    assert_eq!(writer.resume(&name, &word("no need", 1)).unwrap(), None);
    writer.observe(&source("central")).unwrap();
    let (plan, cursor) = (world.plan(&rows(&[ORGANIZATION])), reader.cursor().unwrap());
    let head = writer.suspend(&name, &word("release day", 1)).unwrap();
    let suspended = SourceState {
        state: Condition::Suspended,
        reason: "release day".into(),
        since: at(1),
        suspended: Some(word("release day", 1)),
        ..source("central")
    };
    assert_eq!(reader.sources().unwrap(), std::slice::from_ref(&suspended));
    assert_eq!(reader.since(&cursor).unwrap().0, Log::Landed(vec![]), "a daemon hears of it");
    assert_stale(&world, &plan, &["a source was suspended"]);

    // Whoever looks has not heard of it yet.
    writer.observe(&SourceState { seen_at: Some(at(8)), ..source("central") }).unwrap();
    assert_eq!(reader.sources().unwrap(), [SourceState { seen_at: Some(at(8)), ..suspended }]);

    assert_eq!(writer.resume(&name, &word("done", 9)).unwrap().unwrap().count, head.count + 1);
    let resumed = &reader.sources().unwrap()[0];
    assert_eq!((resumed.state, &resumed.suspended, resumed.since), (Condition::Unknown, &None, at(9)));

    let told = reader.entries(Some(2)).unwrap();
    let told =
        told.iter().map(|entry| format!("{} {} {}", entry.actor, entry.action.as_str(), entry.after.as_ref().unwrap()));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            r#"ana@host suspend {"reason":"release day","source":"central"}"#,
            r#"ana@host resume {"reason":"done","source":"central"}"#
        ]
    );
    reader.verify().unwrap();
    assert_eq!(journal::fold(reader.entries(None).unwrap()), rows(&[ORGANIZATION]));

    writer.suspend(&"unheard-of".parse().unwrap(), &word("first", 1)).unwrap();
    let unheard = &reader.sources().unwrap()[1];
    assert_eq!((unheard.state, &unheard.seen, unheard.seen_at), (Condition::Suspended, &None, None));
}

fn beat() -> Beat {
    let rounds = Rounds::default();
    Beat { pid: u32::MAX, started_at: at(0), beat_at: at(0), next_round_at: None, last_round_ms: None, rounds }
}

#[test]
fn a_daemon_shows_that_it_lives() {
    let world = World::new();
    assert_eq!(world.reader().daemon().unwrap(), None);
    let mut writer = world.writer();
    assert_eq!(world.reader().daemon().unwrap(), None);
    let first = beat();
    let mut rounds = Rounds::default();
    for read in [7, 1] {
        rounds.add(Work { parsed: 2, compiled: 3, judged: 5, read });
    }
    assert_eq!((rounds.count, rounds.last.read, rounds.total.judged, rounds.total.read), (2, 1, 10, 8));
    let later = Beat { beat_at: at(9), next_round_at: Some(at(24)), last_round_ms: Some(41), rounds, ..first.clone() };
    for beat in [first, later] {
        writer.beat(&beat, &world.reader().cursor().unwrap()).unwrap();
        assert_eq!(world.reader().daemon().unwrap(), Some(beat));
    }
    // One that did not count its rounds.
    world.by_hand("UPDATE daemon SET rounds = NULL");
    assert_eq!(world.reader().daemon().unwrap().unwrap().rounds, Rounds::default());
    world.by_hand("UPDATE daemon SET pid = -1");
    assert!(world.reader().daemon().unwrap_err().to_string().contains("daemon.pid cannot be read"));
}

/// What a daemon says of itself moves nothing that it follows.
#[test]
fn ones_own_word_is_not_told() {
    let world = World::with(&[ORGANIZATION]);
    let mut reader = world.reader();
    let cursor = reader.cursor().unwrap();
    world.writer().observe(&source("central")).unwrap();
    world.writer().beat(&beat(), &cursor).unwrap();
    assert_eq!(reader.since(&cursor).unwrap().0, Log::Quiet);
}

/// Opens a store as Charter made it before a version of the schema.
fn migrated(path: &Path, below: i64) -> Other {
    let mut all = sqlx::migrate!("src/store/migrations/sqlite");
    all.migrations = Cow::Owned(all.migrations.iter().filter(|migration| migration.version < below).cloned().collect());
    let mut other = Other::on(path);
    other.runtime.block_on(all.run_direct(None, &mut other.connection, false)).unwrap();
    other
}

/// A store as Charter made it before there was a change log.
fn old_store(path: &Path) {
    let mut other = migrated(path, 3);
    other.query(
        "PRAGMA journal_mode = WAL; INSERT INTO live_resource VALUES ('Team', '', 'a', '1'), ('Gizmo', 'x', 'y', '2');
        INSERT INTO applied_resource VALUES ('Team', '', 'a', '1');
        INSERT INTO accepted VALUES (1, 'acme', '', '[]', NULL, '2026-11-22T12:00:00Z');
        INSERT INTO journal_head VALUES (1, 2, 'x')",
    );
    other.close();
}

#[test]
fn an_old_store_is_brought_up_to_date_with_its_rows() {
    let world = World::new();
    old_store(world.store.path());
    let error = world.store.reader().err().unwrap();
    assert!(matches!(error, StoreError::OlderVersion { found: 2, known: 9, .. }), "{error}");
    drop(world.writer());
    let mut reader = world.reader();
    let (live, applied, records, cursor) = reader.state_at(Timestamp::MIN).unwrap();
    assert_eq!((&live.rows, keys(&live)), (&rows(&[("Team/a", "1")]), vec!["Gizmo/x/y".to_owned()]));
    assert_eq!((&applied.rows, records), (&live.rows, vec![]));
    assert_eq!(reader.since(&cursor).unwrap().0, Log::Quiet);
    assert_eq!(world.read("SELECT count(*) FROM change_log"), ["0"], "what was there before is not told");
    world.by_hand("UPDATE live_resource SET spec = '3'");
    let Log::Touched(touched) = reader.since(&cursor).unwrap().0 else { panic!() };
    assert_eq!(touched.len(), 2);
}
