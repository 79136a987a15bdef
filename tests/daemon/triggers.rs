//! Triggers of others on live rows: a copy may be kept, and what they do besides is seen.

use crate::scene::{Acts, Daemon, founded};
use crate::support::Sandbox;

/// Starts a daemon and waits until it has founded the store.
fn running(sandbox: &Sandbox, arguments: &[&str]) -> Daemon {
    let mut daemon = Daemon::with(sandbox, &[&["--poll", "1"], arguments].concat());
    daemon.lands(&sandbox.commit_of("HEAD"));
    daemon
}

const COPY: &str = "CREATE TABLE copy (name, spec);
    CREATE TRIGGER copied AFTER UPDATE ON live_resource
    BEGIN INSERT INTO copy VALUES (NEW.name, NEW.spec ->> '$.members[0]'); END";

const EVIL: &str = "CREATE TRIGGER evil AFTER UPDATE ON live_resource WHEN NEW.name = 'web'
    BEGIN INSERT OR REPLACE INTO live_resource VALUES ('RoleBinding', '', 'evil', '{}'); END";

#[test]
fn a_copy_is_kept_and_what_is_granted_besides_is_drift() {
    for (arguments, ended) in [(&[][..], "open"), (&["--drift", "heal,prune"][..], "pruned")] {
        let sandbox = founded();
        let mut daemon = running(&sandbox, arguments);
        sandbox.database().rows(COPY);
        daemon.lands(&sandbox.commit_team("web", &["bo"]));
        assert_eq!(sandbox.database().rows("SELECT * FROM copy"), [["web", "user:bo"]]);
        sandbox.database().rows(EVIL);
        daemon.lands(&sandbox.commit_team("web", &["cy"]));
        let seen = daemon.drifts("RoleBinding/evil");
        assert_eq!((&seen["class"], &seen["state"]), (&"unmanaged".into(), &ended.into()));
        assert_eq!(sandbox.members("web"), ["cy"]);
        assert!(!daemon.said("store-mended") && !daemon.said("\"failed\""));
        sandbox.ends("drift", if ended == "open" { 2 } else { 0 });
        sandbox.ends("history --verify", 0);
    }
}

#[test]
fn a_trigger_that_swallows_writes_keeps_a_plan_from_landing() {
    let sandbox = founded();
    let mut daemon = running(&sandbox, &[]);
    let swallow = "CREATE TRIGGER swallow BEFORE UPDATE ON live_resource BEGIN SELECT RAISE(IGNORE); END";
    sandbox.database().rows(swallow);
    let next = sandbox.commit_team("web", &["bo"]);
    let failed = daemon.until("failed", |_| true);
    let why = "(swallow): after it, Team/web is live otherwise; nothing was changed: drop that trigger";
    assert!(failed["error"].as_str().unwrap().contains(why), "{failed}");
    assert!(sandbox.ends("apply", 65).contains(why));
    assert!(sandbox.ends("run --once --store sqlite:../new.db", 0).contains("applied main@"));
    assert_eq!(sandbox.members("web"), ["ana"]);
    sandbox.database().rows("DROP TRIGGER swallow");
    daemon.lands(&next);
    assert_eq!(sandbox.members("web"), ["bo"]);
    sandbox.ends("history --verify", 0);
}
