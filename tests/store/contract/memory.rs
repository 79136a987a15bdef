//! What Charter remembers: rows that somebody deletes or changes are missed, before anything is decided by them.

use charter::model::name::Name;
use charter::model::source_state::Suspension;

use super::*;

const BOUND: (&str, &str) = ("RoleBinding/web/leads", "{}");

fn world() -> World {
    World::with(&[ORGANIZATION, ("Team/a", "1"), BOUND])
}

fn word() -> Suspension {
    Suspension { reason: "incident 12".into(), at: landing().at, by: "ana".into() }
}

fn central() -> Name {
    "central".parse().unwrap()
}

/// Asserts that a store is refused for what it lost, with the next step, by who reads all of it.
fn assert_lost(world: &World, expected: &str) {
    let read = world.reader().state().unwrap_err();
    let followed = world.reader().state_at(jiff::Timestamp::MIN).unwrap_err();
    let written = world.writer().state().unwrap_err();
    for error in [read, followed, written] {
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
        let error = error.to_string();
        assert!(error.contains(expected) && !error.contains('\n'), "{error}");
        assert!(error.ends_with("or move it away and `charter apply` makes a new one"), "{error}");
    }
}

#[test]
fn lost_rows_are_missed() {
    for (sql, expected) in [
        (
            "DELETE FROM applied_resource WHERE kind = 'RoleBinding'",
            "applied_resource holds 2 rows, and 3 were applied",
        ),
        ("DELETE FROM applied_resource", "applied_resource holds 0 rows, and 3 were applied"),
        ("INSERT INTO applied_resource VALUES ('Team', '', 'b', '1')", "holds 4 rows, and 3 were applied"),
        ("UPDATE applied_resource SET spec = '2' WHERE name = 'a'", "applied_resource was changed by somebody else"),
        ("UPDATE applied_resource SET name = 'b' WHERE name = 'a'", "applied_resource was changed by somebody else"),
        ("DELETE FROM accepted", "plans have landed, and the row of `accepted` is gone"),
        ("DELETE FROM journal; DELETE FROM journal_head", "a revision is accepted, and the journal is gone"),
        ("DELETE FROM journal_head", "a revision is accepted, and the journal is gone"),
        ("DELETE FROM journal; DELETE FROM journal_head; DELETE FROM accepted", "holds 3 rows, and 0 were applied"),
    ] {
        let world = world();
        world.by_hand(sql);
        assert_lost(&world, expected);
    }
}

/// Whatever lands, in however many steps, the sum is that of the rows.
#[test]
fn the_sum_is_kept_landing_by_landing() {
    let world = world();
    for desired in [
        rows(&[ORGANIZATION, ("Team/a", "2"), ("Team/b", "1")]),
        rows(&[ORGANIZATION]),
        rows(&[]),
        rows(&[ORGANIZATION, ("Team/a", "1"), BOUND]),
    ] {
        world.land(&desired);
        assert_eq!(world.reader().state().unwrap().1.rows, desired);
    }
    // The same rows have the same sum, whatever was there in between.
    let sum = |world: &World| world.read("SELECT applied_count, applied_digest FROM accepted");
    assert_eq!(sum(&world), sum(&self::world()));
    assert!(sum(&world)[0].starts_with("3|"));
}

/// A store of an older schema has no sum: the first landing takes it of the rows, if these are as the journal says.
#[test]
fn a_store_without_a_sum_gets_one() {
    let forgotten = "UPDATE accepted SET applied_count = NULL, applied_digest = NULL";
    let desired = rows(&[ORGANIZATION, ("Team/a", "2"), BOUND]);
    let world = world();
    world.by_hand(forgotten);
    world.land(&desired);
    world.by_hand("DELETE FROM applied_resource WHERE name = 'a'");
    assert_lost(&world, "holds 2 rows, and 3 were applied");

    let world = self::world();
    world.by_hand(forgotten);
    world.by_hand("DELETE FROM applied_resource WHERE kind = 'RoleBinding'");
    let plan = world.plan(&desired);
    let error = world.writer().land(&Plan { changes: Vec::new(), ..plan }, &landing()).unwrap_err();
    assert!(error.to_string().contains("RoleBinding/web/leads is not what the journal says"), "{error}");
}

#[test]
fn nothing_is_written_behind_a_last_entry_that_was_changed() {
    for column in ["actor = 'eve'", "action = 'update'", "plan = ''", "\"after\" = NULL", "hash = 'x'", "seq = seq + 1"]
    {
        let world = world();
        let plan = world.plan(&rows(&[ORGANIZATION]));
        world.by_hand(&format!("UPDATE journal SET {column} WHERE seq = (SELECT max(seq) FROM journal)"));
        let before = world.contents();
        let mut writer = world.writer();
        let landed = writer.land(&plan, &landing()).unwrap_err();
        let suspended = writer.suspend(&central(), &word()).unwrap_err();
        for error in [landed, suspended] {
            assert!(matches!(error, StoreError::BrokenJournal { .. }), "{column}: {error}");
        }
        assert_eq!(world.contents(), before, "{column}");
    }
}

/// Who is suspended before anything was applied has lost nothing.
#[test]
fn a_source_may_be_suspended_before_the_first_landing() {
    let world = World::new();
    world.writer().suspend(&central(), &word()).unwrap();
    assert_eq!(world.reader().state().unwrap().1.accepted, None);
    world.writer().resume(&central(), &word()).unwrap();
    world.land(&rows(&[ORGANIZATION]));
    world.reader().verify().unwrap();
}
