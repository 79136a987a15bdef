//! A daemon that follows a remote repository: the server goes and comes back, and its history is rewritten.

use crate::scene::{Acts, Daemon, ORG, eventually, founded, team};
use crate::support::Sandbox;

/// Starts a daemon that knows the repository by its URL only.
fn following(sandbox: &Sandbox) -> Daemon {
    let url = format!("file://{}", sandbox.repo().display());
    Daemon::with(sandbox, &["--poll", "1", "--repo", &url])
}

fn state(sandbox: &Sandbox) -> Vec<String> {
    sandbox.database().rows("SELECT state, reason FROM source").concat()
}

#[test]
fn a_server_that_cannot_be_reached_is_tried_again_ever_later_until_it_is_back() {
    let sandbox = founded();
    let mut daemon = following(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    let (git, away) = (sandbox.repo().join(".git"), sandbox.root().join("away"));
    std::fs::rename(&git, &away).unwrap();
    let first = daemon.until("failed", |_| true);
    assert!(first["error"].as_str().unwrap().contains("cannot be reached"), "{first}");
    let waits = |failed: &serde_json::Value| failed["retry_in_ms"].as_u64().unwrap();
    let least = waits(&first);
    daemon.until("failed", |again| waits(again) > least && waits(again) >= 2000);
    let told = state(&sandbox);
    assert!(told[0] == "stalled" && told[1].contains("cannot be reached"), "{told:?}");
    // The last good state stands meanwhile, against hands too.
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
    assert_eq!(daemon.drifts("Role/dev")["ended"], "healed");

    std::fs::rename(&away, &git).unwrap();
    daemon.until("recovered", |_| true);
    eventually("it is told that all is well", || state(&sandbox) == ["ready", ""]);
    daemon.lands(&sandbox.commit_team("web", &["bo"]));
    assert_eq!(sandbox.members("web"), ["bo"]);
}

#[test]
fn a_history_that_is_rewritten_on_the_server_is_held() {
    let sandbox = founded();
    let mut daemon = following(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    daemon.lands(&sandbox.commit_team("web", &["bo"]));
    sandbox.write("web.yaml", &team("web", &["cy"]));
    sandbox
        .shell("git commit --quiet --all --amend --message 'Something else' && git reflog expire --expire=now --all");
    sandbox.shell("git gc --quiet --prune=now");
    let held = daemon.until("held", |_| true);
    assert!(held["reason"].as_str().unwrap().starts_with("rewind: "), "{held}");
    assert_eq!(sandbox.members("web"), ["bo"]);
    let url = format!("file://{}", sandbox.repo().display());
    assert!(sandbox.ends(&format!("wait HEAD --timeout 90 --repo {url}"), 1).contains("held: rewind: "));
    assert!(sandbox.ends(&format!("status --repo {url}"), 1).contains("held"));
    sandbox.ends(&format!("apply --allow rewind --reason 'amended, GOV-7' --repo {url}"), 0);
    sandbox.until_members("web", &["cy"]);
    daemon.lands(&sandbox.commit_team("web", &["dee"]));
}

#[test]
fn a_copy_that_is_damaged_under_the_daemon_is_fetched_anew() {
    let sandbox = founded();
    let mut daemon = following(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    sandbox.shell("rm -rf ../home/.cache/charter/*.git/objects");
    let next = sandbox.commit_team("web", &["bo"]);
    daemon.until("cache-renewed", |_| true);
    daemon.lands(&next);
    assert_eq!(sandbox.members("web"), ["bo"]);
}

#[test]
fn a_server_without_a_commit_is_waited_for() {
    let sandbox = Sandbox::new();
    for branch in [&[][..], &["--branch", "main"]] {
        sandbox.shell("git init --quiet --bare --initial-branch=main ../empty");
        let url = format!("file://{}/empty", sandbox.root().display());
        let store = format!("sqlite:{}/{}.db", sandbox.root().display(), branch.len());
        let mut daemon =
            Daemon::with(&sandbox, &[&["--poll", "1", "--repo", &url, "--store", &store], branch].concat());
        let waiting = daemon.until("waiting", |_| true);
        assert!(waiting["reason"].as_str().unwrap().contains("has no commit yet"), "{waiting}");
        sandbox.write("org.yaml", ORG);
        sandbox.commit("The first");
        sandbox.shell("git push --quiet ../empty main");
        daemon.lands(&sandbox.commit_of("main"));
        sandbox.shell("rm -rf ../empty");
    }
}
