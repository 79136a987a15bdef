//! What somebody drops or changes in the store beside its data: noticed by whoever looks, put back by whoever writes.

use crate::scene::{Acts, Daemon, eventually, founded};
use crate::support::Sandbox;

/// What somebody does, and what is said of it.
const DAMAGE: [(&str, &str); 7] = [
    ("DROP VIEW team", "the view team was dropped"),
    ("DROP VIEW team_lead; CREATE VIEW team_lead AS SELECT 'web' AS team, 'user:eve' AS subject", "the view team_lead"),
    ("DROP TABLE change_log", "the table change_log was dropped"),
    ("DROP TABLE writing", "the table writing was dropped"),
    ("UPDATE day_end SET at = '2099-01-01T00:00:00Z'", "`day_end`"),
    ("DROP TABLE daemon", "the table daemon was dropped"),
    (
        "CREATE TRIGGER x AFTER INSERT ON Journal
        BEGIN INSERT OR REPLACE INTO live_resource VALUES ('RoleBinding', '', 'evil', '{}'); END",
        "a trigger x was put on journal",
    ),
];

const COVER: &str = "apiVersion: charter/v1\nkind: RoleBinding\nmetadata: {name: cover, team: web}\n\
    spec: {role: dev, subjects: [\"user:bo\"], expires: 2026-12-31}\n";

/// A repository with an end, applied.
fn applied() -> Sandbox {
    let sandbox = founded();
    sandbox.write("cover.yaml", COVER);
    sandbox.commit("Cover");
    sandbox.ends("apply", 0);
    sandbox
}

/// What others read, and where they read it.
fn readable(sandbox: &Sandbox) -> Vec<Vec<String>> {
    let mut database = sandbox.database();
    let mut all = database.rows("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name");
    all.extend(database.rows("SELECT name FROM team"));
    all.extend(database.rows("SELECT team, name, subject, coalesce(expires_at, '-') FROM role_binding"));
    all
}

#[test]
fn what_is_not_what_its_commit_names_does_not_land() {
    let sandbox = founded();
    sandbox.shell(
        "object() { id=$(git rev-parse \"HEAD:$1\"); echo \".git/objects/${id%${id#??}}/${id#??}\"; }
        cp -f \"$(object ops.yaml)\" \"$(object web.yaml)\"",
    );
    for line in ["plan", "apply", "run --once"] {
        assert!(sandbox.ends(line, 65).contains("git fsck"), "{line}");
    }
}

#[test]
fn readers_say_what_is_damaged_and_an_apply_puts_it_back() {
    let sandbox = applied();
    let whole = readable(&sandbox);
    for (index, (sql, what)) in DAMAGE.into_iter().enumerate() {
        sandbox.database().rows(sql);
        for line in ["status", "get teams", "drift", "history", "plan"] {
            let said = sandbox.ends(line, 0);
            assert!(said.contains("is damaged: ") && said.contains(what), "{line}: {said}");
            assert!(said.contains("; `charter apply` puts it back"), "{line}: {said}");
        }
        let line = ["apply", "run --once"][index % 2];
        let said = sandbox.ends(line, 0);
        assert!(said.contains("was damaged and is whole again: ") && said.contains(what), "{line}: {said}");
        assert!(said.contains("in sync: "), "{line}: {said}");
        assert_eq!(readable(&sandbox), whole);
        assert!(!sandbox.ends("status", 0).contains("damaged"));
    }
    assert!(sandbox.ends("history", 0).contains("mended: the view team was dropped"));
    sandbox.ends("history --verify", 0);
}

#[test]
fn a_daemon_puts_it_back_and_goes_on() {
    let sandbox = applied();
    let whole = readable(&sandbox);
    let mut daemon = Daemon::with(&sandbox, &["--poll", "3600"]);
    daemon.until("started", |_| true);
    for (index, (sql, what)) in DAMAGE.into_iter().enumerate() {
        sandbox.database().rows(sql);
        daemon.until("store-mended", |event| event["what"].as_str().unwrap().contains(what));
        assert_eq!(readable(&sandbox), whole);
        sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
        assert_eq!(daemon.drifts("Role/dev")["state"], if index % 3 == 2 { "fight" } else { "healed" });
        sandbox.ends("apply", 0);
    }
    drop(daemon);
    // What was done while no daemon ran.
    for (sql, _) in DAMAGE {
        sandbox.database().rows(sql);
    }
    let mut daemon = Daemon::start(&sandbox);
    daemon.until("store-mended", |event| {
        let what = event["what"].as_str().unwrap();
        what.contains("day_end") && what.contains("a trigger x")
    });
    eventually("all of it is back", || readable(&sandbox) == whole);
    assert!(!daemon.said("failed"));
    sandbox.ends("history --verify", 0);
}

/// Makes a store what it was before its last five migrations.
fn age(sandbox: &Sandbox) {
    let views = include_str!("../../src/store/migrations/sqlite/0002_views.sql");
    let log = include_str!("../../src/store/migrations/sqlite/0003_change_log.sql");
    let (_, records) = log.split_once("CREATE TABLE drift_record ").unwrap();
    let (records, _) = records.split_once(";\n").unwrap();
    let mut database = sandbox.database();
    for view in ["team_member", "role_binding"] {
        let (_, text) = views.split_once(&format!("CREATE VIEW {view} ")).unwrap();
        let (text, _) = text.split_once(";\n").unwrap();
        database.rows(&format!("DROP VIEW {view}; CREATE VIEW {view} {text}"));
    }
    database.rows(
        "DROP VIEW effective_grant; DROP TABLE belongs; DROP TABLE holds; DROP TABLE inherits;
        DROP TABLE role_grant; DROP TABLE action_word;
        DROP INDEX change_log_by_row; DROP TABLE drift_record;
        DROP TRIGGER applied_inserted; DROP TRIGGER applied_updated; DROP TRIGGER applied_deleted;
        ALTER TABLE accepted DROP COLUMN applied_digest; ALTER TABLE accepted DROP COLUMN applied_count;
        ALTER TABLE daemon DROP COLUMN rounds;
        DELETE FROM _sqlx_migrations WHERE version > 3",
    );
    database.rows(&format!("CREATE TABLE drift_record {records}"));
}

#[test]
fn an_older_schema_is_brought_up_to_date_by_who_writes() {
    let sandbox = applied();
    let whole = readable(&sandbox);
    for line in ["apply", "run --once", "suspend central --reason no", "run"] {
        age(&sandbox);
        let said = sandbox.ends("status", 78);
        assert!(said.contains("has the schema 3") && said.contains("`charter apply` brings it up to date"), "{said}");
        if line == "run" {
            let mut daemon = Daemon::start(&sandbox);
            daemon.until("started", |_| true);
        } else {
            let said = sandbox.ends(line, 0);
            assert!(!said.contains("damaged"), "{said}");
        }
        assert_eq!(readable(&sandbox), whole, "{line}");
    }
}

#[test]
fn what_is_lost_is_refused_and_never_in_a_circle() {
    for (sql, what) in [
        ("DROP TABLE journal", "the table journal was dropped, and nothing can put it back"),
        ("DELETE FROM _sqlx_migrations", "nothing in it says which schema it has"),
    ] {
        let sandbox = applied();
        sandbox.database().rows(sql);
        for line in ["apply", "run --once", "run", "status", "get teams", "drift", "history", "plan"] {
            let said = sandbox.ends(line, 65);
            assert_eq!(said.trim_end().lines().count(), 1, "{line}: {said}");
            assert!(
                said.contains(what) && said.contains("restore a copy of the file, or move it away"),
                "{line}: {said}"
            );
        }
        // The advice is good.
        std::fs::rename(sandbox.store(), sandbox.root().join("broken.db")).unwrap();
        sandbox.ends("apply", 0);
        sandbox.ends("status", 0);
    }
}

/// What was granted stays granted where nobody remembers that Charter granted it: nothing is decided by half a memory.
#[test]
fn rows_that_are_lost_are_refused_by_who_decides_by_them() {
    for (sql, what) in [
        (
            "DELETE FROM applied_resource WHERE kind = 'RoleBinding'",
            "applied_resource holds 4 rows, and 7 were applied",
        ),
        ("DELETE FROM applied_resource", "applied_resource holds 0 rows, and 7 were applied"),
        ("DELETE FROM accepted", "plans have landed, and the row of `accepted` is gone"),
    ] {
        let sandbox = applied();
        sandbox.shell("git rm --quiet web-devs.yaml");
        sandbox.commit("No developers of web");
        sandbox.database().rows(sql);
        let before = sandbox.database().live();
        for line in ["apply", "apply --prune", "apply --adopt-store", "run --once", "run", "plan", "status", "drift"] {
            let said = sandbox.ends(line, 65);
            assert_eq!(said.trim_end().lines().count(), 1, "{line}: {said}");
            assert!(
                said.contains(what) && said.contains("restore a copy of the file, or move it away"),
                "{line}: {said}"
            );
        }
        assert_eq!(sandbox.database().live(), before);
        // The advice is good.
        std::fs::rename(sandbox.store(), sandbox.root().join("broken.db")).unwrap();
        sandbox.ends("apply", 0);
        assert!(!sandbox.database().live().concat().contains(&"web-devs".to_owned()));
        sandbox.ends("status", 0);
    }
}

#[test]
fn nothing_lands_behind_a_last_entry_that_was_changed() {
    let sandbox = applied();
    sandbox.commit_team("web", &["bo"]);
    sandbox.database().rows("UPDATE journal SET actor = 'eve' WHERE seq = (SELECT max(seq) FROM journal)");
    for line in ["apply", "run --once", "suspend central --reason x"] {
        let said = sandbox.ends(line, 65);
        assert!(said.contains("not as Charter wrote it: entry") && said.contains("its hash is another"), "{said}");
    }
    assert_eq!(sandbox.members("web"), ["ana"]);
}

/// Who runs finds out when it happens, not at the next start.
#[test]
fn a_daemon_sees_at_once_that_what_was_applied_is_lost() {
    let sandbox = applied();
    let mut daemon = Daemon::with(&sandbox, &["--poll", "3600"]);
    daemon.until("started", |_| true);
    let before = sandbox.database().live();
    sandbox.database().rows("DELETE FROM applied_resource WHERE kind = 'RoleBinding'");
    let failed = daemon.until("failed", |_| true);
    assert!(
        failed["error"].as_str().unwrap().contains("applied_resource holds 4 rows, and 7 were applied"),
        "{failed}"
    );
    assert_eq!(sandbox.database().live(), before);
}

#[test]
fn the_audit_of_a_daemon_reads_the_whole_journal() {
    let sandbox = applied();
    let mut daemon = Daemon::with(&sandbox, &["--poll", "3600", "--audit", "1"]);
    sandbox.database().rows("UPDATE journal SET actor = 'eve' WHERE seq = 2");
    let alarm = daemon.until("audit-differs", |_| true);
    let what = alarm["what"].as_str().unwrap();
    assert!(what.contains("not as Charter wrote it: entry 2"), "{alarm}");
    assert!(sandbox.ends("history --verify", 65).contains("entry 2"));
    // What is live is followed all the same.
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
    assert_eq!(daemon.drifts("Role/dev")["state"], "healed");
}
