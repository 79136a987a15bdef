//! What a daemon writes of itself: records of drift, how its sources stand, that it lives.

use std::borrow::Cow;

use charter::model::drift::{Class, Ending, Record};
use charter::model::source_state::{Beat, Condition, SourceState, Suspension};
use charter::store::Log;
use jiff::Timestamp;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::new(1_790_000_000 + second, 123_456_789).unwrap()
}

fn record(resource: &str) -> Record {
    Record {
        resource: id(resource),
        class: Class::Modified,
        desired: Some(Canonical::stored(r#"{"a":"ü"}"#)),
        actual: Some(Canonical::stored("a\0\"b\u{1f600}")),
        first_seen: at(1),
        last_seen: at(2),
        occurrences: 3,
        healed_at: vec![at(1), at(2)],
        written_at: Some(at(3)),
        flapping: true,
        actor: Some("mallory".into()),
        ended: None,
    }
}

#[test]
fn records_land_and_come_back() {
    let desired = rows(&[ORGANIZATION]);
    let world = World::with(&[ORGANIZATION]);
    assert_eq!(World::new().reader().records().unwrap(), []);
    let missing = Record {
        class: Class::Missing,
        actual: None,
        flapping: false,
        healed_at: vec![],
        written_at: None,
        ..record("Team/a")
    };
    let ended = Some((Ending::Pruned, at(9)));
    let unmanaged =
        Record { class: Class::Unmanaged, desired: None, actor: None, ended, ..record("RoleBinding/web/x") };
    let all = vec![missing.clone(), record("Team/b"), unmanaged];
    let with = |records: Vec<Record>| Plan { records, ..world.plan(&desired) };
    world.writer().land(&with(vec![all[2].clone(), all[1].clone(), all[0].clone()]), &landing()).unwrap();
    assert_eq!(world.reader().records().unwrap(), all, "in the order of their resources");

    let healed = Record { ended: Some((Ending::Healed, at(5))), occurrences: 4, ..missing };
    world.writer().land(&with(vec![healed.clone()]), &landing()).unwrap();
    let expected = [healed, all[1].clone(), all[2].clone()];
    assert_eq!(world.reader().records().unwrap(), expected);
    let (live, applied, records, _) = world.reader().state_at().unwrap();
    assert_eq!((live.rows, applied.rows, &records[..]), (desired.clone(), desired.clone(), &expected[..]));
    assert!(matches!(expected.iter().filter(|record| record.is_open()).count(), 1));

    // A landing that is refused writes none.
    let stale = Plan { records: vec![record("Team/z")], ..first_plan(&desired) };
    world.writer().land(&stale, &landing()).unwrap_err();
    assert_eq!(world.reader().records().unwrap(), expected);

    world.by_hand("UPDATE drift_record SET first_seen = 'once' WHERE name = 'b'");
    let error = world.reader().records().unwrap_err();
    assert!(error.to_string().contains("first_seen of Team//b cannot be read"), "{error}");
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

#[test]
fn a_daemon_shows_that_it_lives() {
    let world = World::new();
    assert_eq!(world.reader().daemon().unwrap(), None);
    let mut writer = world.writer();
    assert_eq!(world.reader().daemon().unwrap(), None);
    let first = Beat { pid: u32::MAX, started_at: at(0), beat_at: at(0), next_round_at: None, last_round_ms: None };
    let later = Beat { beat_at: at(9), next_round_at: Some(at(24)), last_round_ms: Some(41), ..first.clone() };
    for beat in [first, later] {
        writer.beat(&beat, &world.reader().cursor().unwrap()).unwrap();
        assert_eq!(world.reader().daemon().unwrap(), Some(beat));
    }
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
    let beat = Beat { pid: 1, started_at: at(0), beat_at: at(0), next_round_at: None, last_round_ms: None };
    world.writer().beat(&beat, &cursor).unwrap();
    assert_eq!(reader.since(&cursor).unwrap().0, Log::Quiet);
}

/// A store as Charter made it before there was a change log.
fn old_store(path: &Path) {
    let mut all = sqlx::migrate!("src/store/migrations/sqlite");
    all.migrations = Cow::Owned(all.migrations.iter().filter(|migration| migration.version < 3).cloned().collect());
    let mut other = Other::on(path);
    other.runtime.block_on(all.run_direct(None, &mut other.connection, false)).unwrap();
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
    assert!(matches!(error, StoreError::OlderVersion { found: 2, known: 8, .. }), "{error}");
    drop(world.writer());
    let mut reader = world.reader();
    let (live, applied, records, cursor) = reader.state_at().unwrap();
    assert_eq!((&live.rows, keys(&live)), (&rows(&[("Team/a", "1")]), vec!["Gizmo/x/y".to_owned()]));
    assert_eq!((&applied.rows, records), (&live.rows, vec![]));
    assert_eq!(reader.since(&cursor).unwrap().0, Log::Quiet);
    assert_eq!(world.read("SELECT count(*) FROM change_log"), ["0"], "what was there before is not told");
    world.by_hand("UPDATE live_resource SET spec = '3'");
    let Log::Touched(touched) = reader.since(&cursor).unwrap().0 else { panic!() };
    assert_eq!(touched.len(), 2);
}
