//! What somebody dropped or changed beside the data: noticed, put back where nothing is lost, refused where something is.

use super::*;

const BOUND: (&str, &str) =
    ("RoleBinding/web/leads", r#"{"expires":"2026-12-31","role":"dev","subjects":["user:ana"]}"#);

fn world() -> World {
    World::with(&[ORGANIZATION, ("Team/a", "1"), BOUND])
}

/// The schema, and what follows from the rest.
fn made(world: &World) -> Vec<String> {
    let mut made = world.read("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT GLOB 'sqlite_*'");
    made.sort();
    let rest = ["SELECT * FROM day_end", "SELECT count(*) FROM writing", "SELECT count(*) FROM written"];
    made.extend(rest.iter().flat_map(|sql| world.read(sql)));
    made
}

#[test]
fn what_can_be_made_again_is_put_back_and_put_on_record() {
    let whole = made(&world());
    for (sql, expected) in [
        ("DROP VIEW team", "the view team was dropped"),
        ("DROP VIEW readable", "the view readable was dropped"),
        ("DROP VIEW team; CREATE VIEW team AS SELECT 'mallory' AS name, NULL AS parent", "the view team was changed"),
        ("DROP TRIGGER live_updated", "the trigger live_updated was dropped"),
        ("DROP TABLE change_log", "the table change_log was dropped"),
        ("DROP TABLE writing", "the table writing was dropped"),
        (
            "DROP TABLE writing; CREATE VIEW writing AS SELECT 1 AS only_row",
            "a view stands in place of the table writing",
        ),
        ("DROP TABLE written", "the table written was dropped"),
        ("DROP TABLE daemon", "the table daemon was dropped"),
        ("ALTER TABLE change_log ADD COLUMN more TEXT", "the table change_log was changed"),
        ("DROP TABLE day_end", "the table day_end was dropped"),
        ("DELETE FROM day_end", "`day_end` does not say when 2026-12-31 ends"),
        (
            "UPDATE day_end SET at = '2099-12-31T23:00:00Z'",
            "`day_end` says that 2026-12-31 ends at 2099-12-31T23:00:00Z",
        ),
        ("INSERT INTO day_end VALUES ('soon', '2099')", "`day_end` says that soon ends at 2099"),
        ("INSERT INTO day_end VALUES (CAST(x'ff' AS TEXT), '2099')", "ends at 2099"),
        ("INSERT INTO writing VALUES (1)", "log-bypassed: a row stands in `writing`"),
        (
            "CREATE TRIGGER theirs AFTER INSERT ON change_log BEGIN SELECT 1; END",
            "a trigger theirs was put on change_log",
        ),
        (
            "CREATE TRIGGER theirs AFTER INSERT ON \"Journal\" BEGIN SELECT 1; END",
            "a trigger theirs was put on journal",
        ),
        (
            "CREATE TRIGGER theirs BEFORE UPDATE ON APPLIED_resource BEGIN SELECT RAISE(IGNORE); END",
            "a trigger theirs was put on applied_resource",
        ),
        (
            "CREATE TRIGGER team AFTER DELETE ON _SQLX_migrations BEGIN SELECT 1; END",
            "a trigger team was put on _sqlx_migrations",
        ),
        ("CREATE UNIQUE INDEX one ON live_resource (spec)", "with the unique index one a REPLACE"),
    ] {
        let world = world();
        world.by_hand(sql);
        let (live, applied) = world.reader().state().unwrap();
        let found = world.reader().cursor().unwrap();
        assert!(found.damage().unwrap().contains(expected), "{sql}: {:?}", found.damage());
        let mended = world.mend();
        assert!(mended.iter().any(|what| what.contains(expected)), "{sql}: {mended:?}");
        assert_eq!(made(&world), whole, "{sql}");
        assert_eq!(world.reader().cursor().unwrap().damage(), None, "{sql}");
        let (live_after, applied_after) = world.reader().state().unwrap();
        assert_eq!((&live_after, &applied_after.rows), (&live, &applied.rows), "{sql}");

        let entry = world.reader().entries(Some(1)).unwrap().remove(0);
        assert_eq!((entry.action, entry.actor.as_str(), entry.resource), (Action::Mend, "ana@host", None));
        assert!(entry.after.unwrap().as_str().starts_with(r#"{"mended":["#));
        world.reader().verify().unwrap();
        world.land(&rows(&[ORGANIZATION, ("Team/a", "2"), BOUND]));
        world.reader().verify().unwrap();
    }
}

#[test]
fn all_of_it_is_put_back_in_one_transaction() {
    let (world, whole) = (world(), made(&world()));
    let objects =
        "SELECT type, name FROM sqlite_schema WHERE name NOT GLOB 'sqlite_*' AND type <> 'table' ORDER BY type";
    let drops = world.read(objects).iter().map(|row| format!("DROP {};", row.replace('|', " "))).collect::<String>();
    world
        .by_hand(&format!("{drops} DROP TABLE change_log; DROP TABLE writing; DROP TABLE written; DROP TABLE day_end"));
    assert!(world.mend().len() > 15);
    assert_eq!(made(&world), whole);
    assert_eq!(world.mend(), [""; 0]);
}

/// What is whole is left as it is, down to SQLite's own count of changes to the schema.
#[test]
fn what_is_whole_is_left_alone() {
    let world = world();
    world.by_hand(
        "CREATE VIEW theirs AS SELECT * FROM team; CREATE INDEX by_spec ON live_resource (spec);
        CREATE TABLE their_table (x); CREATE TRIGGER their_trigger AFTER INSERT ON live_resource BEGIN SELECT 1; END",
    );
    let before = (world.contents(), world.read("PRAGMA schema_version"));
    assert_eq!(world.reader().cursor().unwrap().damage(), None);
    assert_eq!(world.mend(), [""; 0]);
    assert_eq!((world.contents(), world.read("PRAGMA schema_version")), before);
}

#[test]
fn what_is_lost_is_refused_with_the_next_step() {
    for (sql, expected) in [
        ("DROP TABLE journal", "the table journal was dropped, and nothing can put it back"),
        ("DROP TABLE journal_head", "the table journal_head was dropped, and nothing can put it back"),
        ("DROP TABLE live_resource", "the table live_resource was dropped"),
        ("ALTER TABLE applied_resource RENAME COLUMN spec TO text", "the table applied_resource was changed"),
        ("DROP TABLE drift_record; CREATE TABLE drift_record (x)", "the table drift_record was changed"),
        ("DROP VIEW team; CREATE TABLE team (precious)", "a table stands in place of the view team"),
        ("DELETE FROM _sqlx_migrations", "nothing in it says which schema it has (`_sqlx_migrations`)"),
        ("DROP TABLE _sqlx_migrations", "nothing in it says which schema it has (`_sqlx_migrations`)"),
    ] {
        let world = world();
        world.by_hand(sql);
        let before = std::fs::read(world.store.path()).unwrap();
        for error in refusals(&world.store) {
            assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
            let error = error.to_string();
            assert!(error.contains(expected) && !error.contains('\n'), "{error}");
            assert!(error.ends_with("or move it away and `charter apply` makes a new one"), "{error}");
        }
        assert_eq!(std::fs::read(world.store.path()).unwrap(), before);
    }
    // A record of an older schema than there is: the reader cannot know, and the writer does not go on.
    let world = world();
    world.by_hand("DELETE FROM _sqlx_migrations WHERE version > 1");
    let error = world.store.writer().err().unwrap();
    assert!(error.to_string().contains("its schema is not the one that it says it has"), "{error}");
}

/// The look of a daemon between two rounds: ends that somebody changes are told though no schema moved.
#[test]
fn ends_of_days_are_followed() {
    let world = world();
    let mut reader = world.reader();
    let mut cursor = reader.cursor().unwrap();
    let mut next = |cursor: &mut charter::store::Cursor| {
        let (log, next) = reader.since(cursor).unwrap();
        *cursor = next;
        log
    };
    for sql in
        ["UPDATE day_end SET at = '2099'", "DELETE FROM day_end", "INSERT INTO day_end VALUES ('2026-01-01', '')"]
    {
        assert_eq!(next(&mut cursor), charter::store::Log::Quiet);
        world.by_hand(sql);
        assert_eq!(next(&mut cursor), charter::store::Log::Lost("somebody wrote to `day_end`".into()), "{sql}");
    }
    world.mend();
    next(&mut cursor);
    // One's own landing is not told, with new ends or without.
    for spec in ["2", r#"{"expires":"2027-01-31"}"#] {
        let landed = world.land(&rows(&[ORGANIZATION, ("Team/a", spec), BOUND]));
        cursor = cursor.landed(&landed);
        assert_eq!(next(&mut cursor), charter::store::Log::Quiet, "{spec}");
    }
}
