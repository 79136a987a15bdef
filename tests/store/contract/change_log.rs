//! Following what anybody but Charter writes.

use charter::model::source_state::Beat;
use charter::model::work::Rounds;
use charter::store::{Cursor, Log, Touched, Wrote};
use jiff::Timestamp;

use super::*;

const A_AND_B: [(&str, &str); 3] = [ORGANIZATION, ("Team/a", "1"), ("Team/b", "1")];

/// A store with a reader that follows it.
struct Followed {
    world: World,
    reader: Reader,
    cursor: Cursor,
}

impl Followed {
    fn new() -> Followed {
        let world = World::with(&A_AND_B);
        let mut reader = world.reader();
        let cursor = reader.cursor().unwrap();
        Followed { world, reader, cursor }
    }

    fn next(&mut self) -> Log {
        let (log, cursor) = self.reader.since(&self.cursor).unwrap();
        self.cursor = cursor;
        log
    }

    /// Lists what was touched as `insert Team/a`.
    #[track_caller]
    fn touched(&mut self) -> Vec<String> {
        match self.next() {
            Log::Quiet => Vec::new(),
            Log::Touched(touched) => shown(&touched),
            log @ (Log::Landed(_) | Log::Lost(_)) => panic!("{log:?}"),
        }
    }

    #[track_caller]
    fn by_hand(&mut self, sql: &str) -> Vec<String> {
        self.world.by_hand(sql);
        let touched = self.touched();
        assert_eq!(self.next(), Log::Quiet, "what was told is not told again");
        touched
    }

    #[track_caller]
    fn assert_lost(&mut self, expected: &str) {
        let log = self.next();
        let Log::Lost(why) = &log else { panic!("{log:?}") };
        assert!(why.contains(expected), "{why}");
    }

    /// Does something by hand that keeps the log from being trusted once; after a look at all of it it can be again.
    #[track_caller]
    fn assert_lost_once(&mut self, sql: &str, expected: &str) {
        self.world.by_hand(sql);
        self.assert_lost(expected);
        assert_eq!(self.next(), Log::Quiet);
        assert_eq!(self.by_hand("UPDATE live_resource SET spec = 'new' WHERE name = 'b'"), ["update Team/b"]);
    }

    /// Does something by hand that keeps the log from being trusted until it is mended.
    #[track_caller]
    fn assert_lost_until_mended(&mut self, sql: &str, expected: &str) {
        self.world.by_hand(sql);
        self.assert_lost(expected);
        self.assert_lost(expected);
        self.cursor = self.reader.state_at(jiff::Timestamp::MIN).unwrap().3;
        self.assert_lost(expected);
        let mended = self.world.mend();
        assert!(mended.iter().any(|what| what.contains(expected)), "{mended:?}");
        self.cursor = self.reader.state_at(jiff::Timestamp::MIN).unwrap().3;
        assert_eq!(self.next(), Log::Quiet);
        assert_eq!(self.by_hand("UPDATE live_resource SET spec = 'new' WHERE name = 'b'"), ["update Team/b"]);
    }
}

fn shown(touched: &[Touched]) -> Vec<String> {
    let word = |wrote| match wrote {
        Wrote::Insert => "insert",
        Wrote::Update => "update",
        Wrote::Delete => "delete",
    };
    let id = |touched: &Touched| match &touched.id {
        Ok(id) => id.to_string(),
        Err(foreign) => format!("foreign {foreign}"),
    };
    touched.iter().map(|touched| format!("{} {}", word(touched.op), id(touched))).collect()
}

#[test]
fn what_is_written_by_hand_is_told() {
    let mut followed = Followed::new();
    assert_eq!(followed.next(), Log::Quiet);
    for (sql, expected) in [
        ("INSERT INTO live_resource VALUES ('Team', '', 'c', '{}')", vec!["insert Team/c"]),
        ("INSERT OR IGNORE INTO live_resource VALUES ('Team', '', 'c', '{}')", vec![]),
        ("INSERT OR IGNORE INTO live_resource VALUES ('Role', 'c', 'r', '{}')", vec!["insert Role/c/r"]),
        (
            "UPDATE live_resource SET spec = '2' WHERE kind = 'Team' AND name <> 'c'",
            vec!["update Team/a", "update Team/b"],
        ),
        ("UPDATE live_resource SET spec = '2' WHERE name = 'nobody'", vec![]),
        ("UPDATE live_resource SET name = 'd' WHERE name = 'c'", vec!["update Team/c", "update Team/d"]),
        ("UPDATE live_resource SET team = 'd' WHERE kind = 'Role'", vec!["update Role/c/r", "update Role/d/r"]),
        ("DELETE FROM live_resource WHERE name = 'd'", vec!["delete Team/d"]),
        ("INSERT OR REPLACE INTO live_resource VALUES ('Team', '', 'a', '3')", vec!["insert Team/a"]),
        ("REPLACE INTO live_resource VALUES ('Team', '', 'e', '3')", vec!["insert Team/e"]),
        ("UPDATE OR REPLACE live_resource SET name = 'a' WHERE name = 'e'", vec!["update Team/a", "update Team/e"]),
        (
            "INSERT INTO live_resource VALUES ('Team', '', 'a', '4') ON CONFLICT DO UPDATE SET spec = excluded.spec",
            vec!["update Team/a"],
        ),
        ("INSERT INTO live_resource VALUES ('Team', '', 'a', '4') ON CONFLICT DO NOTHING", vec![]),
        ("BEGIN; DELETE FROM live_resource; ROLLBACK", vec![]),
        (
            "INSERT INTO live_resource VALUES ('Gizmo', 'x', 'Y', ''), (CAST(x'ff' AS TEXT), '', 'z', '')",
            vec!["insert foreign %FF//z", "insert foreign Gizmo/x/Y"],
        ),
    ] {
        let mut told = followed.by_hand(sql);
        told.sort();
        assert_eq!(told, expected, "{sql}");
    }
    assert_eq!(followed.by_hand("DELETE FROM live_resource").len(), 6, "without a WHERE, row by row all the same");
}

/// The other connection's settings are the other's: with its own delete triggers for REPLACE two entries are of one key.
#[test]
fn the_settings_of_the_other_do_not_matter() {
    for (setting, entries) in [("OFF", "1"), ("ON", "2")] {
        let mut followed = Followed::new();
        let begin = format!("PRAGMA recursive_triggers = {setting};");
        let told = followed.by_hand(&format!("{begin} REPLACE INTO live_resource VALUES ('Team', '', 'a', '9')"));
        assert!(told.len() == 1 && told[0].ends_with(" Team/a"), "{told:?}");
        assert_eq!(followed.world.read("SELECT count(*) FROM change_log"), [entries]);
        let told =
            followed.by_hand(&format!("{begin} UPDATE OR REPLACE live_resource SET name = 'a' WHERE name = 'b'"));
        for touched in ["update Team/a", "update Team/b"] {
            assert!(told.contains(&touched.to_owned()), "{told:?}");
        }
        let told = followed.by_hand(&format!(
            "{begin} PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF; PRAGMA defer_foreign_keys = ON;
            CREATE TEMP TABLE writing (only_row); INSERT INTO temp.writing VALUES (1);
            DELETE FROM live_resource WHERE name = 'a'"
        ));
        assert_eq!(told, ["delete Team/a"]);
    }
}

/// However often a row was written, it is one key to compare, with what was done to it last.
#[test]
fn a_row_is_told_once() {
    let mut followed = Followed::new();
    let before = Timestamp::now();
    followed.world.by_hand("DELETE FROM live_resource WHERE name = 'a'");
    std::thread::sleep(Duration::from_millis(5));
    followed.world.by_hand(
        "UPDATE live_resource SET spec = '2' WHERE name = 'b'; INSERT INTO live_resource VALUES ('Team', '', 'a', '');
        UPDATE live_resource SET spec = '3'; INSERT INTO live_resource VALUES ('Team', 'a', 'a', '');
        DELETE FROM live_resource WHERE name = 'b'",
    );
    let Log::Touched(touched) = followed.next() else { panic!() };
    assert_eq!(shown(&touched), ["update Organization/acme", "update Team/a", "insert Team/a/a", "delete Team/b"]);
    assert!(touched.iter().all(|touched| touched.at > before + Duration::from_millis(4)));
}

/// Their trigger writes more rows than they asked for, and each of those is told.
#[test]
fn what_the_triggers_of_others_write_is_told() {
    let mut followed = Followed::new();
    followed.assert_lost_once(
        "CREATE TRIGGER theirs AFTER INSERT ON live_resource WHEN NEW.name = 'x'
        BEGIN DELETE FROM live_resource WHERE name = 'a'; INSERT INTO live_resource VALUES ('Team', '', 'y', ''); END",
        "the schema of the store was changed",
    );
    let mut told = followed.by_hand("INSERT INTO live_resource VALUES ('Team', '', 'x', '')");
    told.sort();
    assert_eq!(told, ["delete Team/a", "insert Team/x", "insert Team/y"]);
}

#[test]
fn the_time_of_the_write_is_told() {
    let mut followed = Followed::new();
    let before = Timestamp::now() - Duration::from_millis(2);
    followed.world.by_hand("DELETE FROM live_resource WHERE name = 'a'");
    let after = Timestamp::now();
    let Log::Touched(touched) = followed.next() else { panic!() };
    assert!(before <= touched[0].at && touched[0].at <= after, "{before} {} {after}", touched[0].at);
}

#[test]
fn ones_own_landing_is_not_told_and_that_of_another_is() {
    let mut followed = Followed::new();
    let desired = rows(&[ORGANIZATION, ("Team/b", "2"), ("Team/c", "1")]);
    let landed = followed.world.land(&desired);
    followed.cursor = followed.cursor.clone().landed(&landed);
    assert_eq!(followed.next(), Log::Quiet);
    assert_eq!(followed.world.read("SELECT count(*) FROM change_log"), ["0"]);
    assert_eq!(followed.world.read("SELECT count(*) FROM writing"), ["0"]);

    followed.world.by_hand("UPDATE live_resource SET spec = '9' WHERE name = 'c'");
    followed.world.land(&desired);
    let log = followed.next();
    let Log::Landed(touched) = &log else { panic!("{log:?}") };
    assert_eq!(shown(touched), ["update Team/c"]);
    assert_eq!(followed.next(), Log::Quiet);
}

/// What is written between a cursor and one's own landing is told after it.
#[test]
fn a_landing_hides_nothing() {
    let mut followed = Followed::new();
    followed.world.by_hand("UPDATE live_resource SET spec = '9' WHERE name = 'b'");
    let landed = followed.world.land(&rows(&[ORGANIZATION, ("Team/a", "2"), ("Team/b", "1")]));
    followed.cursor = followed.cursor.clone().landed(&landed);
    assert_eq!(followed.touched(), ["update Team/b"]);

    let plan = followed.world.plan(&rows(&[ORGANIZATION]));
    followed.world.by_hand("INSERT INTO writing VALUES (1); DELETE FROM live_resource; DELETE FROM writing");
    followed.world.by_hand("INSERT INTO live_resource SELECT * FROM applied_resource");
    let landed = followed.world.writer().land(&plan, &landing()).unwrap();
    followed.cursor = followed.cursor.clone().landed(&landed);
    followed.assert_lost("log-bypassed");
}

#[test]
fn a_landing_that_fails_leaves_the_log_as_it_was() {
    let mut followed = Followed::new();
    let plan = followed.world.plan(&rows(&[ORGANIZATION]));
    followed.world.by_hand("UPDATE live_resource SET spec = '9' WHERE name = 'a'");
    followed.world.writer().land(&plan, &landing()).unwrap_err();
    assert_eq!(followed.touched(), ["update Team/a"]);
}

#[test]
fn a_trigger_that_was_dropped_or_changed_is_noticed() {
    for trigger in ["live_inserted", "live_updated", "live_renamed", "live_deleted", "writing_began"] {
        let dropped = format!("DROP TRIGGER {trigger}; DELETE FROM live_resource WHERE name = 'a'");
        Followed::new().assert_lost_until_mended(&dropped, &format!("the trigger {trigger} was dropped"));
    }
    Followed::new().assert_lost_until_mended(
        "DROP TRIGGER live_deleted; CREATE TRIGGER live_deleted AFTER DELETE ON live_resource BEGIN SELECT 1; END",
        "the trigger live_deleted was changed",
    );
    Followed::new().assert_lost_until_mended(
        "CREATE TRIGGER \"a \"\"b\" BEFORE INSERT ON change_log BEGIN SELECT RAISE(IGNORE); END",
        "was put on change_log",
    );
}

/// Whoever takes the trigger away and puts it back leaves the schema's number behind.
#[test]
fn a_trigger_that_came_back_is_noticed() {
    let mut followed = Followed::new();
    let sql = followed.world.read("SELECT sql FROM sqlite_schema WHERE name = 'live_updated'").remove(0);
    let edit = format!("DROP TRIGGER live_updated; UPDATE live_resource SET spec = 'x'; {sql}");
    followed.assert_lost_once(&edit, "the schema of the store was changed");
}

#[test]
fn tables_of_the_log_that_are_dropped_are_noticed() {
    for (sql, expected) in [
        ("DROP TABLE change_log", "the table change_log was dropped"),
        ("DROP TABLE writing", "the table writing was dropped"),
        ("CREATE UNIQUE INDEX one_spec ON live_resource (spec, name)", "with the unique index one_spec a REPLACE"),
    ] {
        Followed::new().assert_lost_until_mended(sql, expected);
    }
    for (sql, expected) in [
        ("DROP TABLE live_resource", "the table live_resource was dropped"),
        ("ALTER TABLE live_resource ADD COLUMN more TEXT", "the table live_resource was changed"),
    ] {
        let mut followed = Followed::new();
        followed.world.by_hand(sql);
        followed.assert_lost(expected);
        followed.assert_lost(expected);
        followed.cursor = followed.reader.cursor().unwrap();
        followed.assert_lost(expected);
        let error = followed.world.store.writer().err().unwrap();
        assert!(error.to_string().contains(&format!("{expected}, and nothing can put it back: restore")), "{error}");
    }
}

#[test]
fn a_bypassed_log_is_noticed() {
    let edit = "UPDATE live_resource SET spec = 'x' WHERE name = 'a'";
    let standing = format!("INSERT INTO writing VALUES (1); {edit}");
    Followed::new().assert_lost_until_mended(&standing, "log-bypassed: a row stands in `writing`");

    // A landing takes the row away.
    let mut followed = Followed::new();
    followed.world.by_hand(&standing);
    followed.assert_lost("log-bypassed");
    let landed = followed.world.land(&rows(&A_AND_B));
    assert_eq!(followed.world.read("SELECT count(*) FROM writing"), ["0"]);
    followed.cursor = followed.cursor.clone().landed(&landed);
    assert_eq!(followed.next(), Log::Quiet);

    // Whoever wipes it away himself is found by the count.
    let wiped = format!("BEGIN; INSERT INTO writing VALUES (1); {edit}; DELETE FROM writing; COMMIT");
    Followed::new().assert_lost_once(&wiped, "log-bypassed: somebody wrote to `writing`");
}

/// What was applied is Charter's alone, whatever became of it in the end.
#[test]
fn a_write_to_what_was_applied_is_noticed() {
    let applied = "INTO applied_resource SELECT kind, team, 'other', spec FROM live_resource WHERE name = 'a'";
    for sql in [
        "UPDATE applied_resource SET spec = spec".to_owned(),
        "BEGIN; DELETE FROM applied_resource; INSERT INTO applied_resource SELECT * FROM live_resource; COMMIT"
            .to_owned(),
        format!("BEGIN; INSERT {applied}; DELETE FROM applied_resource WHERE name = 'other'; COMMIT"),
        "REPLACE INTO applied_resource SELECT * FROM live_resource".to_owned(),
    ] {
        Followed::new().assert_lost_once(&sql, "log-bypassed: somebody wrote to `writing`, or to what was applied");
    }
}

#[test]
fn a_log_that_was_cut_is_noticed() {
    let two = "UPDATE live_resource SET spec = 'x' WHERE kind = 'Team';";
    for (unseen, expected) in [
        ("DELETE FROM change_log", "gap: "),
        ("DELETE FROM change_log WHERE seq = 4", "gap: entry 4 of the change log is missing"),
        ("DELETE FROM change_log WHERE seq = 3", "gap: entry 3 of the change log is missing"),
        ("DELETE FROM change_log WHERE seq < 3", "gap: the change log does not reach back to entry 2"),
        ("DELETE FROM change_log; DELETE FROM sqlite_sequence", "the change log went back from entry 2 to 0"),
        ("UPDATE change_log SET at = 'whenever' WHERE seq = 4", "entry 4 of the change log cannot be read"),
    ] {
        let mut followed = Followed::new();
        assert_eq!(followed.by_hand(two).len(), 2);
        followed.assert_lost_once(&format!("{two} {unseen}"), expected);
    }
    // Begun anew and as long as before, it is another log.
    let mut followed = Followed::new();
    assert_eq!(followed.by_hand(two).len(), 2);
    std::thread::sleep(Duration::from_millis(2));
    followed.assert_lost_once(&format!("DELETE FROM change_log; DELETE FROM sqlite_sequence; {two}"), "gap: ");
}

#[test]
fn a_file_that_is_replaced_deleted_or_created_is_noticed() {
    let mut followed = Followed::new();
    let path = followed.world.store.path().to_owned();
    let other = World::with(&[ORGANIZATION, ("Team/other", "1")]);
    std::fs::rename(other.store.path(), &path).unwrap();
    followed.assert_lost("the store was replaced by another file");
    assert_eq!(followed.next(), Log::Quiet);
    assert_eq!(followed.reader.rows(&[id("Team/other")]).unwrap()[0].1, Some(Canonical::stored("1")));
    assert_eq!(followed.by_hand("DELETE FROM live_resource WHERE name = 'other'"), ["delete Team/other"]);

    let mut writer = followed.world.writer();
    let plan = followed.world.plan(&rows(&[ORGANIZATION]));
    std::fs::remove_file(&path).unwrap();
    followed.assert_lost("the store is gone");
    assert_eq!(followed.next(), Log::Quiet);
    assert!(followed.reader.is_missing());
    assert_eq!(followed.reader.state_at(jiff::Timestamp::MIN).unwrap().0, Live::default());
    let error = writer.land(&plan, &landing()).unwrap_err();
    assert!(error.to_string().contains("the store's file was replaced or deleted"), "{error}");
    drop(writer);

    followed.world.land(&rows(&A_AND_B));
    followed.assert_lost("the store was created");
    assert_eq!(followed.next(), Log::Quiet);
    assert_eq!(followed.by_hand("DELETE FROM live_resource WHERE name = 'a'"), ["delete Team/a"]);
}

#[test]
fn a_store_that_appears_is_noticed() {
    let world = World::new();
    let mut reader = world.reader();
    let cursor = reader.cursor().unwrap();
    assert_eq!(reader.since(&cursor).unwrap(), (Log::Quiet, cursor.clone()));
    std::fs::write(world.store.path(), "").unwrap();
    assert_eq!(reader.since(&cursor).unwrap().0, Log::Quiet, "an empty file is none yet");
    world.land(&rows(&[ORGANIZATION]));
    let (log, cursor) = reader.since(&cursor).unwrap();
    assert_eq!(log, Log::Lost("the store was created".into()));
    assert_eq!(reader.since(&cursor).unwrap().0, Log::Quiet);
    assert!(!reader.is_missing());

    std::fs::write(world.folder.path().join("text"), "no store, but long enough to look like one".repeat(30)).unwrap();
    std::fs::rename(world.folder.path().join("text"), world.store.path()).unwrap();
    for _ in 0..2 {
        assert!(matches!(reader.since(&cursor), Err(StoreError::NotAStore { .. })));
    }
}

/// A reader may follow for a year: between two looks it keeps nobody from folding the log of the file in.
#[test]
fn nothing_is_held_between_two_looks() {
    let mut followed = Followed::new();
    let mut other = Other::on(followed.world.store.path());
    for round in 0..20 {
        other.query(&format!("UPDATE live_resource SET spec = '{round}' WHERE name = 'a'"));
        assert_eq!(followed.touched(), ["update Team/a"]);
        assert_eq!(followed.next(), Log::Quiet);
        followed.reader.state_at(jiff::Timestamp::MIN).unwrap();
        followed.reader.rows(&[id("Team/a")]).unwrap();
        followed.reader.sources().unwrap();
        followed.reader.daemon().unwrap();
        let done = other.query("PRAGMA wal_checkpoint(TRUNCATE)");
        assert_eq!((done[0].get::<i64, _>(0), done[0].get::<i64, _>(1)), (0, 0), "nobody was in the way");
        assert_eq!(std::fs::metadata(followed.world.store.path().with_extension("db-wal")).unwrap().len(), 0);
    }
    other.close();
}

/// Whatever is otherwise at the end than in a state is told since its cursor.
#[test]
fn a_state_and_its_cursor_are_of_one_moment() {
    let world = World::with(&A_AND_B);
    let mut reader = world.reader();
    let states = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut other = Other::on(world.store.path());
            for round in 0..150 {
                let name = ["a", "b"][round % 2];
                other.query(&format!("UPDATE live_resource SET spec = 'round {round}' WHERE name = '{name}'"));
            }
            other.close();
        });
        let mut states = Vec::new();
        while !writing.is_finished() {
            let (live, _, _, cursor) = reader.state_at(jiff::Timestamp::MIN).unwrap();
            states.push((live.rows, cursor));
        }
        states
    });
    let last = world.live().rows;
    for (live, cursor) in states {
        let told: BTreeSet<ResourceId> = match reader.since(&cursor).unwrap().0 {
            Log::Quiet => BTreeSet::new(),
            Log::Touched(touched) => touched.into_iter().map(|touched| touched.id.unwrap()).collect(),
            log @ (Log::Landed(_) | Log::Lost(_)) => panic!("{log:?}"),
        };
        for (id, spec) in &last {
            assert!(live[id] == *spec || told.contains(id), "{id}");
        }
    }
}

/// The log does not grow for ever, and a reader that is not too far behind misses nothing by it.
#[test]
fn an_old_log_is_forgotten() {
    let mut followed = Followed::new();
    let far = followed.cursor.clone();
    let edits = |count: u32| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
            INSERT INTO live_resource SELECT 'Team', '', 'a', i FROM n WHERE true ON CONFLICT DO UPDATE SET spec = excluded.spec"
        )
    };
    followed.world.by_hand(&edits(60_000));
    assert_eq!(followed.touched(), ["update Team/a"]);
    followed.world.by_hand(&edits(60_000));
    let landed = followed.world.land(&rows(&A_AND_B));
    assert_eq!(followed.world.read("SELECT min(seq), max(seq) FROM change_log"), ["20000|120000"]);
    followed.cursor = followed.cursor.clone().landed(&landed);
    assert_eq!(followed.touched(), ["update Team/a"]);
    let (log, _) = followed.reader.since(&far.landed(&landed)).unwrap();
    assert_eq!(log, Log::Lost("gap: entry 1 of the change log is missing".into()));

    // By its sign of life a daemon forgets what it has read, and no more.
    let (rounds, at) = (Rounds::default(), landing().at);
    let beat = Beat { pid: 1, started_at: at, beat_at: at, next_round_at: None, last_round_ms: None, rounds };
    let kept = || followed.world.read("SELECT min(seq), max(seq) FROM change_log");
    let unread = followed.reader.cursor().unwrap();
    followed.world.by_hand(&edits(150_000));
    followed.world.writer().beat(&beat, &unread).unwrap();
    assert_eq!(kept(), ["120000|270000"]);
    let read = followed.reader.cursor().unwrap();
    assert!(matches!(followed.reader.since(&unread).unwrap().0, Log::Touched(_)));
    followed.world.writer().beat(&beat, &read).unwrap();
    assert_eq!(kept(), ["170000|270000"]);
    assert_eq!(followed.reader.since(&read).unwrap().0, Log::Quiet);
}

#[test]
fn rows_are_read_by_key() {
    let desired: Rows =
        (0..2500).map(|n| (id(&format!("Role/t{}/r{n}", n % 7)), Canonical::stored(n.to_string()))).collect();
    let world = World::new();
    assert_eq!(world.reader().rows(&[id("Team/a")]).unwrap(), [(id("Team/a"), None)], "no store holds nothing");
    world.land(&desired);
    let mut ids: Vec<ResourceId> = desired.keys().rev().cloned().collect();
    ids.insert(1700, id("Team/nobody"));
    ids.push(ids[0].clone());
    let found = world.reader().rows(&ids).unwrap();
    assert_eq!(found.iter().map(|row| row.0.clone()).collect::<Vec<_>>(), ids);
    assert!(found.iter().all(|(id, spec)| spec.as_ref() == desired.get(id)));
    assert_eq!(world.reader().rows(&[]).unwrap(), []);
    world.by_hand("UPDATE live_resource SET spec = 'a' || char(0) || 'b' WHERE name = 'r0'");
    assert_eq!(world.reader().rows(&[id("Role/t0/r0")]).unwrap()[0].1, Some(Canonical::stored("a\0b")));
}
