//! Landings with triggers of others on what they write: whatever those do, the plan lands as it is or not at all.

use charter::model::source_state::Suspension;
use charter::store::Log;

use super::*;

const A_AND_B: [(&str, &str); 3] = [ORGANIZATION, ("Team/a", "1"), ("Team/b", "1")];

/// Lands a plan that changes a, deletes b and creates c.
fn land(world: &World) -> Result<Landed, StoreError> {
    let plan = world.plan(&rows(&[ORGANIZATION, ("Team/a", "2"), ("Team/c", "1")]));
    world.writer().land(&plan, &landing())
}

/// Somebody who comes between the repair of a store and the landing.
#[test]
fn nothing_lands_in_a_store_that_is_not_whole() {
    for (sql, expected) in [
        (
            "CREATE TRIGGER x AFTER INSERT ON journal
            BEGIN INSERT OR REPLACE INTO live_resource VALUES ('RoleBinding', '', 'evil', '{}'); END",
            "a trigger x was put on journal",
        ),
        ("CREATE TRIGGER x BEFORE DELETE ON Writing BEGIN SELECT RAISE(IGNORE); END", "a trigger x was put on writing"),
        (
            "DROP TRIGGER live_updated; CREATE TRIGGER live_updated AFTER UPDATE ON live_resource
            BEGIN DELETE FROM live_resource WHERE name = 'b'; END",
            "the trigger live_updated was changed",
        ),
    ] {
        let world = World::with(&A_AND_B);
        world.by_hand(sql);
        let before = world.contents();
        let StoreError::Stale(moved) = land(&world).unwrap_err() else { panic!() };
        assert_eq!(moved, [expected]);
        assert_eq!(world.contents(), before);
        assert_eq!(world.mend(), [expected]);
        land(&world).unwrap();
        world.reader().verify().unwrap();
        assert_eq!(world.live().rows, rows(&[ORGANIZATION, ("Team/a", "2"), ("Team/c", "1")]));
    }
}

#[test]
fn a_copy_of_what_is_live_may_be_kept() {
    let world = World::with(&A_AND_B);
    world.by_hand(
        "CREATE TABLE copy (name, spec);
        CREATE TRIGGER copied AFTER INSERT ON live_resource BEGIN INSERT INTO copy VALUES (NEW.name, NEW.spec); END;
        CREATE TRIGGER recopied AFTER UPDATE ON live_resource BEGIN INSERT INTO copy VALUES (NEW.name, NEW.spec); END",
    );
    assert_eq!(land(&world).unwrap().written, 3);
    assert_eq!(world.read("SELECT * FROM copy ORDER BY name"), ["a|2", "c|1"]);
    assert_eq!(world.mend(), [""; 0]);
    world.reader().verify().unwrap();
}

/// What their trigger writes besides is in the log, and the count of landings is as without it.
#[test]
fn what_a_trigger_writes_during_a_landing_is_told() {
    let world = World::with(&A_AND_B);
    world.by_hand(
        "CREATE TRIGGER x AFTER UPDATE ON live_resource WHEN NEW.name = 'a'
        BEGIN INSERT OR REPLACE INTO live_resource VALUES ('RoleBinding', '', 'evil', '{}'); END",
    );
    let mut reader = world.reader();
    let cursor = reader.cursor().unwrap();
    let landed = land(&world).unwrap();
    let (log, cursor) = reader.since(&cursor.landed(&landed)).unwrap();
    let Log::Touched(touched) = log else { panic!("{log:?}") };
    let mut touched: Vec<String> = touched.into_iter().map(|touched| touched.id.unwrap().to_string()).collect();
    touched.sort();
    assert_eq!(touched, ["RoleBinding/evil", "Team/a", "Team/b", "Team/c"]);
    assert_eq!(reader.since(&cursor).unwrap().0, Log::Quiet);
    assert_eq!(world.read("SELECT count(*) FROM writing"), ["0"]);

    world.by_hand("DROP TRIGGER x");
    let cursor = reader.cursor().unwrap();
    let landed = world.land(&rows(&A_AND_B));
    assert_eq!(reader.since(&cursor.landed(&landed)).unwrap().0, Log::Quiet);
}

#[test]
fn a_trigger_that_makes_something_else_of_a_plan_keeps_it_from_landing() {
    let stray = || Stray {
        key: charter::model::raw_key::RawKey([b"X".into(), b"".into(), b"y".into()]),
        live: Canonical::stored(""),
    };
    for (trigger, expected) in [
        ("BEFORE UPDATE ON live_resource BEGIN SELECT RAISE(IGNORE); END", "Team/a is live otherwise"),
        // Of an update that begins as an insert too.
        (
            "BEFORE INSERT ON live_resource BEGIN SELECT RAISE(IGNORE); END",
            "Team/a is live otherwise; Team/c is live otherwise",
        ),
        (
            "BEFORE DELETE ON live_resource WHEN OLD.name = 'b' BEGIN SELECT RAISE(IGNORE); END",
            "Team/b is live otherwise",
        ),
        (
            "BEFORE DELETE ON live_resource WHEN OLD.name = 'y' BEGIN SELECT RAISE(IGNORE); END",
            "X//y is live otherwise",
        ),
        (
            "AFTER INSERT ON live_resource BEGIN UPDATE live_resource SET spec = '9' WHERE name = NEW.name; END",
            "Team/c is live otherwise",
        ),
        (
            "AFTER DELETE ON live_resource WHEN OLD.name = 'b'
            BEGIN INSERT INTO live_resource VALUES (OLD.kind, OLD.team, OLD.name, OLD.spec); END",
            "Team/b is live otherwise",
        ),
    ] {
        let world = World::with(&A_AND_B);
        world.by_hand(&format!(
            "INSERT INTO live_resource VALUES ('X', '', 'y', ''); CREATE TRIGGER \"not ours\" {trigger}"
        ));
        let before = world.contents();
        let plan = world.plan(&rows(&[ORGANIZATION, ("Team/a", "2"), ("Team/c", "1")]));
        let plan = Plan { strays: vec![stray()], ..plan };
        let error = world.writer().land(&plan, &landing()).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
        let error = error.to_string();
        assert!(
            error.contains("(not ours)") && error.contains(&format!("after it, {expected}; nothing was")),
            "{error}"
        );
        assert_eq!(world.contents(), before, "{trigger}");
        world.by_hand("DROP TRIGGER \"not ours\"");
        world.writer().land(&plan, &landing()).unwrap();
    }
}

/// A suspension is the brake: it is written whatever somebody did, and the journal stays whole.
#[test]
fn a_source_is_suspended_in_a_damaged_store_too() {
    let world = World::with(&A_AND_B);
    let sql = "CREATE TRIGGER x BEFORE INSERT ON journal BEGIN SELECT RAISE(IGNORE); END";
    let word = Suspension { reason: "no".into(), at: landing().at, by: "ana@host".into() };
    world.by_hand(sql);
    world.writer().suspend(&"central".parse().unwrap(), &word).unwrap();
    world.by_hand(sql);
    world.writer().resume(&"central".parse().unwrap(), &word).unwrap().unwrap();
    world.reader().verify().unwrap();
    let told: Vec<Action> = world.reader().entries(Some(4)).unwrap().into_iter().map(|entry| entry.action).collect();
    assert_eq!(told, [Action::Mend, Action::Suspend, Action::Mend, Action::Resume]);
}
