//! What stands beside a store, and waiting for somebody who writes to it.

use std::path::Path;
use std::time::Duration;

use crate::scene::{Acts, Daemon, ORG, eventually, founded, team};
use crate::support::Sandbox;

/// Lists the locks in a folder.
fn locks(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".lock")).collect()
}

#[test]
fn nothing_is_left_beside_a_store_that_is_refused() {
    let sandbox = founded();
    let folder = sandbox.root().join("elsewhere");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("text.db"), "this is no database at all").unwrap();
    let other = founded();
    other.write(
        "org.yaml",
        "apiVersion: charter/v1\nkind: Organization\nmetadata: {name: other}\n\
        spec: {currency: USD, timezone: UTC}\n---\n{roles: [{name: dev, permissions: [\"read:agents\"]}]}\n",
    );
    other.commit("Another");
    other.ends(&format!("apply --store sqlite:{}", folder.join("other.db").display()), 0);
    for (file, code) in [("text.db", 65), ("other.db", 78)] {
        for verb in ["run --once", "apply"] {
            sandbox.ends(&format!("{verb} --store sqlite:../elsewhere/{file}"), code);
        }
    }
    sandbox.ends("run --store sqlite:../elsewhere/text.db", 65);
    assert_eq!(locks(&folder), [""; 0]);
    // Nor beside one that is followed and left.
    sandbox.ends("run --once", 0);
    let mut daemon = Daemon::start(&sandbox);
    daemon.until("started", |_| true);
    sandbox.ends("run --once", 75);
    assert_eq!(locks(sandbox.store().parent().unwrap()), ["charter.db.lock"]);
    daemon.signal("TERM");
    assert_eq!(locks(sandbox.store().parent().unwrap()), [""; 0]);
}

/// The organisation is called otherwise, and its store goes away: the new one is of this daemon alone too.
#[test]
fn every_store_that_is_followed_is_locked() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    sandbox.write("org.yaml", &ORG.replace("{name: acme}", "{name: zenith}"));
    sandbox.commit("Another name");
    daemon.until("stalled", |stalled| stalled["reason"].as_str().unwrap().contains("zenith"));
    // What is being written to a store is written wherever its folder goes meanwhile.
    eventually("it is told", || sandbox.standing()["state"] == "stalled");
    let folder = sandbox.store().parent().unwrap().to_owned();
    std::fs::rename(&folder, sandbox.root().join("away")).unwrap();
    daemon.lands(&sandbox.commit_of("HEAD"));
    assert!(sandbox.store().display().to_string().contains("/zenith-"), "{}", sandbox.store().display());
    assert_eq!(locks(sandbox.store().parent().unwrap()), ["charter.db.lock"]);
    assert!(sandbox.ends("run", 75).contains("another `charter run`"));
    daemon.signal("TERM");
    assert_eq!(locks(sandbox.store().parent().unwrap()), [""; 0]);
}

#[test]
fn a_lock_that_went_with_its_store_is_taken_again() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    let folder = sandbox.store().parent().unwrap().to_owned();
    for file in std::fs::read_dir(&folder).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    daemon.lands(&sandbox.commit_of("HEAD"));
    assert_eq!(locks(&folder), ["charter.db.lock"]);
    assert!(sandbox.ends("run", 75).contains("another `charter run`"));
    assert!(sandbox.ends("status", 0).contains("running for"));
}

#[test]
fn another_repository_is_refused_at_the_start() {
    let sandbox = founded();
    sandbox.ends("apply", 0);
    sandbox
        .shell("rm -rf .git && git init --quiet --initial-branch main && git add . && git commit --quiet -m Elsewhere");
    let store = format!("sqlite:{}", sandbox.store().display());
    let said = sandbox.ends(&format!("run --store {store}"), 78);
    assert!(said.contains("belongs to"), "{said}");
    assert_eq!(locks(sandbox.store().parent().unwrap()), [""; 0]);
}

/// Runs something while another one writes for a while.
fn while_another_writes<T>(sandbox: &Sandbox, work: impl FnOnce() -> T + Send) -> T
where
    T: Send,
{
    let mut other = sandbox.database();
    other.rows("BEGIN IMMEDIATE");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(2500));
            other.rows("COMMIT");
        });
        work()
    })
}

#[test]
fn whoever_waits_for_another_one_says_so() {
    let sandbox = founded();
    sandbox.ends("apply", 0);
    sandbox.write("web.yaml", &team("web", &["bo"]));
    sandbox.commit("Bo");
    let said = while_another_writes(&sandbox, || sandbox.ends("apply", 0));
    let line = format!("waiting for another apply on {} …", sandbox.store().display());
    assert_eq!(said.matches(&line).count(), 1, "{said}");
    assert!(said.contains("applied main@"), "{said}");
    sandbox.write("web.yaml", &team("web", &["cy"]));
    sandbox.commit("Cy");
    let said = while_another_writes(&sandbox, || sandbox.ends("apply --quiet", 0));
    assert!(!said.contains("waiting"), "{said}");

    let mut daemon = Daemon::start(&sandbox);
    daemon.until("started", |_| true);
    while_another_writes(&sandbox, || {
        sandbox.write("web.yaml", &team("web", &["di"]));
        sandbox.commit("Di");
        daemon.until("waiting", |_| true);
        daemon.lands(&sandbox.commit_of("HEAD"));
    });
}

#[test]
fn one_daemon_follows_a_store_whatever_it_is_called() {
    let sandbox = founded();
    sandbox.shell("mkdir ../kept && ln -s kept/charter.db ../link.db && ln -s kept ../linked");
    let mut daemon = Daemon::with(&sandbox, &["--store", "sqlite:../link.db"]);
    daemon.lands(&sandbox.commit_of("HEAD"));
    for name in ["link.db", "linked/charter.db", "kept/charter.db"] {
        let said = sandbox.ends(&format!("run --store sqlite:../{name}"), 75);
        assert!(said.contains("another `charter run` follows it"), "{said}");
        let said = sandbox.ends(&format!("status --store sqlite:../{name}"), 0);
        assert!(said.contains(&format!("(pid {})", daemon.pid())), "{said}");
    }
    assert_eq!(locks(&sandbox.root().join("kept")), ["charter.db.lock"]);
}
