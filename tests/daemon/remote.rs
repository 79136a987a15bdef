//! A daemon that follows a remote repository: the server goes and comes back, and its history is rewritten.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

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
    backs_off(&mut daemon);
    let told = state(&sandbox);
    assert!(told[0] == "stalled" && told[1].contains("cannot be reached"), "{told:?}");
    // The last good state stands meanwhile, against hands too.
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
    assert_eq!(daemon.drifts("Role/dev")["state"], "healed");

    std::fs::rename(&away, &git).unwrap();
    daemon.until("recovered", |_| true);
    eventually("it is told that all is well", || state(&sandbox) == ["ready", ""]);
    daemon.lands(&sandbox.commit_team("web", &["bo"]));
    assert_eq!(sandbox.members("web"), ["bo"]);
}

/// Waits until looks at the server failed, each later than the one before.
fn backs_off(daemon: &mut Daemon) {
    let waits = |failed: &serde_json::Value| failed["retry_in_ms"].as_u64().unwrap();
    let first = daemon.until("failed", |_| true);
    assert!(first["error"].as_str().unwrap().contains("cannot be reached"), "{first}");
    daemon.until("failed", |again| waits(again) > waits(&first) && waits(again) >= 2000);
}

#[test]
fn a_server_that_cannot_be_reached_at_the_start_is_tried_again() {
    let sandbox = founded();
    let (git, away) = (sandbox.repo().join(".git"), sandbox.root().join("away"));
    let status = format!("status --repo file://{}", sandbox.repo().display());
    fs::rename(&git, &away).unwrap();
    let mut daemon = following(&sandbox);
    backs_off(&mut daemon);
    assert!(sandbox.ends(&status, 69).contains("cannot be reached"), "nothing else is known");
    fs::rename(&away, &git).unwrap();
    daemon.until("recovered", |_| true);
    sandbox.until_members("web", &["ana"]);
    // Whatever HEAD stands for on the server from then on.
    sandbox.shell("git checkout --quiet -b draft");
    let next = sandbox.commit_team("web", &["bo"]);
    sandbox.shell("git branch --force main && git commit --quiet --allow-empty --message Draft");
    daemon.until("landed", |event| event["revision"] == format!("main@{}", &next[..7]));
    assert_eq!(daemon.signal("TERM").code(), Some(0));

    // What landed before stands until the server is there, against hands too.
    sandbox.shell("git checkout --quiet main");
    fs::rename(&git, &away).unwrap();
    let mut daemon = following(&sandbox);
    backs_off(&mut daemon);
    let said = sandbox.ends(&status, 1);
    assert!(said.contains("running for") && said.contains("(last good stands)"), "{said}");
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
    assert_eq!(daemon.drifts("Role/dev")["state"], "healed");
    fs::rename(&away, &git).unwrap();
    daemon.until("recovered", |_| true);
    eventually("it is told that all is well", || state(&sandbox) == ["ready", ""]);
    daemon.lands(&sandbox.commit_team("web", &["cy"]));
}

/// Whoever waits for a branch that was set back asks the server again: nobody else may have seen it.
#[test]
fn a_branch_that_was_set_back_on_the_server_and_restored_is_accepted() {
    let sandbox = founded();
    let first = sandbox.commit_of("HEAD");
    let mut daemon = following(&sandbox);
    daemon.lands(&first);
    daemon.lands(&sandbox.commit_team("web", &["bo"]));
    assert_eq!(daemon.signal("TERM").code(), Some(0));
    sandbox.shell("git branch there && git reset --quiet --hard HEAD~1");
    let url = format!("file://{}", sandbox.repo().display());
    let mut waits = sandbox.command(env!("CARGO_BIN_EXE_charter"));
    let waits = waits.args(["wait", &first, "--timeout", "90", "--repo", &url]).stdout(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_secs(1));
    sandbox.shell("git reset --quiet --hard there");
    let ended = waits.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stdout).unwrap();
    assert_eq!((ended.status.code(), said), (Some(0), format!("accepted {}\n", &first[..7])));
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

/// An ssh that runs what it is given for the host here; where a file `hang` stands it writes down who it is, starts
/// another program, and nothing comes of either. Every start is a line of `starts`.
const SSH: &str = "#!/bin/sh\ncd ROOT\necho >> starts\n\
    if test -e hang; then sleep 600 & echo $$ $! >> pids; wait; exit 1; fi\nfor last; do :; done\neval \"exec $last\"\n";

/// Starts a daemon that follows the repository by ssh, and for which an hour is not too long.
fn by_ssh(sandbox: &Sandbox) -> Daemon {
    let ssh = sandbox.root().join("ssh");
    fs::write(&ssh, SSH.replace("ROOT", sandbox.root().to_str().unwrap())).unwrap();
    fs::set_permissions(&ssh, fs::Permissions::from_mode(0o755)).unwrap();
    let url = format!("git@acme.example:{}", sandbox.repo().display());
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_charter"));
    command.args(["run", "--log", "json", "--poll", "1", "--git-timeout", "3600", "--repo", &url]);
    Daemon::of(command.env("GIT_SSH_COMMAND", ssh))
}

fn words(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

fn is_alive(pid: &String) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !state.is_empty() && !state.contains(") Z ")
}

#[test]
fn a_server_that_hangs_keeps_nothing_from_being_put_back() {
    let sandbox = founded();
    let mut daemon = by_ssh(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    let [hang, pids] = ["hang", "pids"].map(|name| sandbox.root().join(name));
    fs::write(&hang, "").unwrap();
    eventually("git waits", || words(&pids).len() == 2);
    for _ in 0..2 {
        sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
        assert_eq!(daemon.drifts("Role/dev")["state"], "healed");
    }
    let beat = || sandbox.database().rows("SELECT beat_at FROM daemon").concat();
    let last = beat();
    eventually("it shows that it lives", || beat() != last);
    assert_eq!(words(&pids).len(), 2, "there is one look at a time");
    assert!(words(&pids).iter().all(is_alive) && !daemon.said("\"failed\""));

    // The look comes back with a failure, which is told, and then with a commit.
    fs::remove_file(&hang).unwrap();
    let next = sandbox.commit_team("web", &["bo"]);
    sandbox.shell(&format!("kill {}", words(&pids).join(" ")));
    let failed = daemon.until("failed", |_| true);
    assert!(failed["error"].as_str().unwrap().contains("cannot be reached"), "{failed}");
    daemon.until("recovered", |_| true);
    daemon.lands(&next);

    fs::remove_file(&pids).unwrap();
    fs::write(&hang, "").unwrap();
    eventually("git waits again", || words(&pids).len() == 2);
    assert_eq!(daemon.signal("TERM").code(), Some(0));
    eventually("what it started has ended", || !words(&pids).iter().any(is_alive));
}

#[test]
fn a_server_that_hangs_at_the_start_keeps_nothing_from_being_put_back() {
    let sandbox = founded();
    let mut daemon = by_ssh(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    drop(daemon);
    let [hang, pids] = ["hang", "pids"].map(|name| sandbox.root().join(name));
    fs::write(&hang, "").unwrap();
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
    let mut daemon = by_ssh(&sandbox);
    assert_eq!(daemon.drifts("Role/dev")["state"], "healed");
    eventually("it is told", || state(&sandbox).concat().contains("cannot be reached: no answer within 10 s"));
    assert!(words(&pids).iter().all(is_alive), "the look goes on");

    fs::remove_file(&hang).unwrap();
    let next = sandbox.commit_team("web", &["bo"]);
    sandbox.shell(&format!("kill {}", words(&pids).join(" ")));
    daemon.until("recovered", |_| true);
    daemon.lands(&next);
}

#[test]
fn a_look_at_a_server_where_nothing_moved_asks_once() {
    let sandbox = founded();
    let mut daemon = by_ssh(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    let starts = || fs::read_to_string(sandbox.root().join("starts")).unwrap().len();
    let looks = || sandbox.database().rows("SELECT beat_at FROM daemon").concat();
    let (before, begun) = (starts(), std::time::Instant::now());
    let mut last = looks();
    for _ in 0..5 {
        eventually("another look", || looks() != last);
        last = looks();
    }
    // A look at most every nine tenths of a second.
    let most = begun.elapsed().as_millis() / 900 + 1;
    let asked = starts() - before;
    assert!(asked > 0 && asked as u128 <= most, "{asked} of {most}");
}
