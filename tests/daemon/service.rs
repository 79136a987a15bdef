//! The daemon as a service: suspended, waited for, ended, and cut off from its repository.

use std::process::Stdio;

use crate::scene::{Acts, Daemon, eventually, founded};
use crate::support::Sandbox;

#[test]
fn a_suspended_source_is_left_alone() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    sandbox.ends("suspend central --reason 'incident 12'", 0);
    let word = daemon.until("not-ready", |event| event["condition"] == "suspended");
    assert!(word["reason"].as_str().unwrap().starts_with("incident 12"));
    let next = sandbox.commit_team("web", &["bo"]);
    daemon.until("not-ready", |event| event["revision"].as_str().unwrap().contains(&next[..7]));
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
    assert_eq!(daemon.drifts("Role/dev")["state"], "reported");
    assert_eq!(sandbox.standing()["state"], "suspended");
    assert!(sandbox.ends("status", 1).contains("incident 12"));
    assert_eq!(sandbox.members("web"), ["ana"]);
    // It stays suspended over a new start.
    drop(daemon);
    let mut daemon = Daemon::start(&sandbox);
    daemon.until("not-ready", |event| event["condition"] == "suspended");
    sandbox.ends("resume central --reason over", 0);
    daemon.lands(&next);
    assert_eq!(sandbox.members("web"), ["bo"]);
    assert_eq!(sandbox.records(), [["Role/dev", "missing", "1", "0", "healed"]]);
    eventually("status is ready", || sandbox.standing()["state"] == "ready");
}

#[test]
fn wait_tells_how_a_commit_ended() {
    let sandbox = founded();
    let first = sandbox.commit_of("HEAD");
    assert!(sandbox.ends("wait HEAD --timeout 0", 75).contains("not accepted within 0 s"));
    let _daemon = Daemon::start(&sandbox);
    assert!(sandbox.ends("wait HEAD --timeout 90", 0).contains(&first[..7]));
    sandbox.commit_team("web", &["bo"]);
    sandbox.ends("wait HEAD --timeout 90", 0);
    sandbox.ends(&format!("wait {first} --timeout 0"), 0);
    sandbox.write("bad.yaml", "apiVersion: charter/v1\nkind: Team\nmetadata: {name: bad}\nspec: {membres: []}\n");
    sandbox.commit("Wrong");
    assert!(sandbox.ends("wait HEAD --timeout 90", 1).contains("stalled: bad.yaml:4:8 unknown-field"));
    // A clone of the last commit knows none of the accepted ones.
    let (url, store) = (format!("file://{}", sandbox.repo().display()), sandbox.store());
    sandbox.shell(&format!("git clone --quiet --depth 1 {url} ../clone"));
    let wait = format!("wait HEAD --timeout 90 --repo ../clone --store sqlite:{}", store.display());
    assert!(sandbox.ends(&wait, 1).contains("stalled: "));
    // What stood before is accepted all the same.
    sandbox.ends(&format!("wait {first} --timeout 0"), 0);
}

#[test]
fn wait_does_not_take_a_branch_that_was_set_back_for_accepted() {
    let sandbox = founded();
    let first = sandbox.commit_of("HEAD");
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&first);
    daemon.lands(&sandbox.commit_team("web", &["bo"]));
    // Before anybody has seen it, and after.
    assert_eq!(daemon.signal("TERM").code(), Some(0));
    sandbox.shell("git branch there && git reset --quiet --hard HEAD~1");
    assert!(sandbox.ends("wait HEAD --timeout 0", 75).contains("no `charter run` follows it"));
    restored_while_waited_for(&sandbox, &first);
    let mut daemon = Daemon::start(&sandbox);
    assert!(sandbox.ends("wait HEAD --timeout 90", 1).contains("held: rewind: "));
    assert!(sandbox.ends(&format!("wait {first} --timeout 0"), 1).contains("held: rewind: "));
    sandbox.ends("wait there --timeout 0", 0);
    sandbox.ends("apply --allow rewind --reason 'back, GOV-7'", 0);
    sandbox.ends("wait HEAD --timeout 0", 0);
    left(&sandbox, &first);

    sandbox.ends("suspend central --reason 'hands off'", 0);
    daemon.until("not-ready", |_| true);
    sandbox.commit_team("web", &["cy"]);
    assert!(sandbox.ends("wait HEAD --timeout 1", 75).contains("the source is suspended: hands off"));
    sandbox.ends("resume central --reason over", 0);
    sandbox.ends("wait HEAD --timeout 90", 0);
    sandbox.ends("wait nothing --timeout 0", 69);
}

/// Waits for what was accepted before the branch was set back: it is told when, also where git has forgotten it.
fn left(sandbox: &Sandbox, accepted: &str) {
    let commit = sandbox.commit_of("there");
    let at = sandbox.database().rows(&format!("SELECT at FROM journal WHERE revision = '{commit}'")).concat();
    let at = at[0].split('.').next().unwrap().replace('T', " ");
    let told = format!("accepted {} at {at}Z; {} is accepted now\n", &commit[..7], &accepted[..7]);
    assert_eq!(sandbox.ends("wait there --timeout 90", 0), told);
    // One that is to land again is waited for.
    sandbox.ends("suspend central --reason 'hands off'", 0);
    sandbox.shell("git reset --quiet --hard there");
    assert!(sandbox.ends("wait there --timeout 0", 75).contains("the source is suspended: hands off"));
    sandbox.shell(&format!("git reset --quiet --hard {accepted}"));
    sandbox.ends("resume central --reason over", 0);
    sandbox.shell("git branch --quiet -D there && git reflog expire --expire=now --all && git gc --quiet --prune=now");
    for begins in [&commit, &commit[..7], &commit[..7].to_uppercase()] {
        assert_eq!(sandbox.ends(&format!("wait {begins} --timeout 90"), 0), told);
    }
}

/// Waits for a head that was set back, and sets the branch forward again meanwhile: nobody has to see either.
fn restored_while_waited_for(sandbox: &Sandbox, first: &str) {
    let waits = sandbox
        .command(env!("CARGO_BIN_EXE_charter"))
        .args(["wait", "HEAD", "--timeout", "90"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    sandbox.shell("git reset --quiet --hard there");
    let ended = waits.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    sandbox.shell(&format!("git reset --quiet --hard {first}"));
}

#[test]
fn who_asks_for_the_store_alone_needs_no_repository() {
    let sandbox = founded();
    sandbox.ends("apply", 0);
    let (store, gone) = (sandbox.store(), sandbox.root().join("gone"));
    for (line, code) in
        [("drift", 0), ("drift --all", 0), ("history", 0), ("history --verify", 0), ("get teams", 0), ("status", 1)]
    {
        let line = format!("{line} --repo {} --store sqlite:{}", gone.display(), store.display());
        let said = sandbox.ends(&line, code);
        assert!(said.contains("gone"), "what is not there is said: {said}");
    }
    // What a name means nobody knows.
    let first = sandbox.commit_of("HEAD");
    for (rev, code) in [(first.as_str(), 0), ("HEAD", 69), ("00c0ffee", 69)] {
        let wait = format!("wait {rev} --repo {} --store sqlite:{}", gone.display(), store.display());
        assert_eq!(sandbox.ends(&wait, code).matches("there is nothing at").count(), 1, "said once");
    }
    // Without a store there is nothing to say but that.
    for line in ["drift", "history", "get teams", "status", "wait HEAD", "suspend central --reason x"] {
        sandbox.ends(&format!("{line} --repo {}", gone.display()), 69);
    }
}

#[test]
fn a_repository_before_its_first_commit_is_waited_for() {
    let sandbox = Sandbox::new();
    let mut daemon = Daemon::with(&sandbox, &["--poll", "3600"]);
    let waiting = daemon.until("waiting", |_| true);
    assert!(waiting["reason"].as_str().unwrap().contains("has no commit yet"), "{waiting}");
    assert!(sandbox.ends("status", 1).contains("there is no commit"));
    assert!(sandbox.ends("run --once", 69).contains("has no commit yet"));
    // Another branch is none of its business.
    sandbox.shell("git checkout --quiet --orphan side && git commit --quiet --allow-empty --message x");
    sandbox.shell("git checkout --quiet --orphan main");
    sandbox.write("org.yaml", crate::scene::ORG);
    sandbox.commit("The first");
    daemon.lands(&sandbox.commit_of("main"));
    sandbox.shell("git checkout --quiet side");
    sandbox.commit("Not followed");
    sandbox.shell("git checkout --quiet main");
    daemon.lands(&sandbox.commit_team("web", &["ana"]));
    assert!(!daemon.said("\"failed\""));
}

#[test]
fn one_daemon_follows_a_store_and_ends_as_it_is_asked() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    let first = daemon.until("landed", |_| true);
    assert_eq!((&first["parsed"], &first["compiled"]), (&5.into(), &6.into()), "what it cost to begin counts: {first}");
    daemon.lands(&sandbox.commit_team("web", &["bo"]));
    let rounds = || {
        let status = serde_json::from_slice::<serde_json::Value>(&sandbox.charter("status -o json").stdout).unwrap();
        let counted = |name: &str| status.pointer(&format!("/daemon/rounds/{name}")).and_then(|count| count.as_u64());
        ["count", "last/parsed", "last/compiled", "total/parsed", "total/read"].map(|name| counted(name).unwrap())
    };
    eventually("status counts what the rounds worked on", || rounds() == [2, 1, 1, 6, 0]);
    assert!(sandbox.ends("run", 75).contains("another `charter run`"));
    assert!(sandbox.ends("run --once", 75).contains("another `charter run`"));
    let running = format!("running for less than a minute (pid {})", daemon.pid());
    eventually("status says that it runs", || sandbox.ends("status", 0).contains(&running));
    assert_eq!(daemon.signal("TERM").code(), Some(0));
    assert!(sandbox.ends("status", 0).contains("not running"));
    let mut daemon = Daemon::start(&sandbox);
    daemon.until("started", |_| true);
    assert_eq!(daemon.signal("INT").code(), Some(130));
    assert!(sandbox.ends("status", 0).contains("not running"));
}

/// GNU `timeout` sends SIGTERM to the process and to its group.
#[test]
fn more_than_one_sigterm_ends_it_no_other_way() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    let pid = daemon.pid();
    // Those that come too late find nobody.
    sandbox.shell(&format!("for n in 1 2 3 4 5 6 7 8 9; do kill -TERM {pid} || break; sleep 0.01; done"));
    daemon.until("stopping", |_| true);
    assert_eq!(daemon.signal("CONT").code(), Some(0));
    let mut command = sandbox.command("timeout");
    let ended = command.args(["--preserve-status", "3", env!("CARGO_BIN_EXE_charter"), "run"]).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!((ended.status.code(), said.contains("stopping")), (Some(0), true), "{said}");
}

#[test]
fn a_daemon_that_was_killed_is_not_said_to_run() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    let running = format!("(pid {})", daemon.pid());
    eventually("status says that it runs", || sandbox.ends("status", 0).contains(&running));
    daemon.kill();
    let said = sandbox.ends("status", 0);
    assert!(said.contains("not running") && !said.contains("next look"), "{said}");
    sandbox.commit_team("web", &["bo"]);
    assert!(sandbox.ends("wait HEAD --timeout 0", 75).contains("no `charter run` follows it"));
}

#[test]
fn without_a_daemon_status_says_what_keeps_a_commit_from_being_applied() {
    let sandbox = founded();
    sandbox.ends("apply", 0);
    sandbox.write("bad.yaml", "apiVersion: charter/v1\nkind: Team\nmetadata: {name: bad}\nspec: {membres: []}\n");
    sandbox.commit("Wrong");
    for verb in ["apply", "run --once"] {
        assert_eq!(sandbox.ends(verb, 1).lines().last(), Some("refused: nothing was changed"));
    }
    let standing = sandbox.standing();
    assert_eq!(standing["state"], "stalled");
    assert_eq!(standing["reason"], "bad.yaml:4:8 unknown-field (last good stands)");
    sandbox.ends("status", 1);
    sandbox.shell("git reset --quiet --hard HEAD~1");
    sandbox.ends("status", 0);
    // A guard that would hold it is named.
    sandbox.commit_team("web", &["bo"]);
    sandbox.ends("apply", 0);
    sandbox.shell("git reset --quiet --hard HEAD~1");
    let standing = sandbox.standing();
    assert_eq!(standing["state"], "held");
    assert!(standing["reason"].as_str().unwrap().starts_with("rewind: "), "{standing}");
    sandbox.ends("apply --allow rewind --reason 'back, GOV-7'", 0);
    sandbox.ends("status", 0);
    // Suspended is not ready, though the head is applied.
    sandbox.ends("suspend central --reason 'incident 12'", 0);
    assert!(sandbox.ends("status", 1).contains("incident 12"));
    sandbox.ends("resume central --reason over", 0);
    sandbox.ends("status", 0);
}

#[test]
fn a_branch_or_repository_may_go_and_come_back() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    sandbox.shell("git checkout --quiet --detach && git branch --quiet -m main elsewhere");
    let failed = daemon.until("failed", |_| true);
    assert!(failed["retry_in_ms"].as_u64().unwrap() >= 500, "{failed}");
    daemon.until("failed", |again| again["retry_in_ms"].as_u64() >= Some(1000));
    assert_eq!(told(&sandbox), "stalled");
    // Of the branch that is followed, whatever is checked out.
    let said = sandbox.ends("status", 1);
    assert!(said.contains("stalled") && said.contains("(last good stands)"), "{said}");
    let said = sandbox.ends("status --branch main", 1);
    assert!(said.contains("stalled") && said.contains("has no branch, tag or commit `main`"), "{said}");
    sandbox.shell("git branch --quiet -m elsewhere main");
    daemon.until("recovered", |_| true);
    eventually("it is told that all is well", || told(&sandbox) == "ready");
    sandbox.shell("git checkout --quiet -b draft && git commit --quiet --allow-empty -m Draft");
    assert!(sandbox.ends("status", 0).contains("main"));
    sandbox.shell("git checkout --quiet main");
    daemon.lands(&sandbox.commit_team("web", &["bo"]));

    std::fs::rename(sandbox.repo().join(".git"), sandbox.root().join("away")).unwrap();
    daemon.until("failed", |failed| failed["error"].as_str().unwrap().contains("there is nothing at"));
    // The last good state stands meanwhile, against hands too.
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Team' AND name = 'web'");
    assert_eq!(daemon.drifts("Team/web")["state"], "healed");
    daemon.until("failed", |_| true);
    gone(&sandbox);
    std::fs::rename(sandbox.root().join("away"), sandbox.repo().join(".git")).unwrap();
    daemon.until("recovered", |_| true);
    daemon.lands(&sandbox.commit_team("web", &["cy"]));
    assert_eq!(sandbox.members("web"), ["cy"]);
    assert_eq!(sandbox.records(), [["Team/web", "missing", "1", "0", "healed"]]);
}

/// Looks at a repository that is gone from elsewhere: what the store knows is shown, and what it is told holds.
fn gone(sandbox: &Sandbox) {
    let repo = sandbox.repo();
    eventually("it is told", || told(sandbox) == "stalled");
    let standing = sandbox.standing();
    assert_eq!((&standing["state"], &standing["seen"]), (&"stalled".into(), &standing["accepted"]), "{standing}");
    assert!(standing["accepted"]["commit"].is_string() && standing["since"].is_string(), "{standing}");
    assert!(sandbox.ends("status", 1).contains("(last good stands)"));
    std::fs::rename(&repo, sandbox.root().join("moved")).unwrap();
    std::fs::create_dir(sandbox.root().join("other")).unwrap();
    let away = |line: &str| {
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_charter"));
        let output = command.current_dir(sandbox.root().join("other")).args(line.split(' ')).output().unwrap();
        (output.status.code(), [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat())
    };
    let (code, said) = away("status --repo ../repo");
    assert!(code == Some(1) && said.contains("stalled") && said.contains("(last good stands)"), "{said}");
    assert_eq!(away("status --repo ../nowhere").0, Some(69), "of this one nothing is known");
    let wait = format!("wait {} --timeout 90 --repo ../repo", standing["seen"]["commit"].as_str().unwrap());
    let (code, said) = away(&wait);
    assert!(code == Some(0) && said.starts_with("accepted ") && said.contains("warning: "), "{said}");
    let (code, said) = away("suspend central --reason gone --repo ../repo");
    assert!(code == Some(0) && said.contains("warning: "), "{said}");
    assert_eq!(away("resume central --reason back --repo ../repo").0, Some(0));
    std::fs::rename(sandbox.root().join("moved"), &repo).unwrap();
}

/// Reads how the daemon said last that the source stands.
fn told(sandbox: &Sandbox) -> String {
    sandbox.database().rows("SELECT state FROM source").concat().concat()
}

#[test]
fn a_commit_without_the_governed_path_is_told_and_left() {
    let sandbox = founded();
    sandbox.shell("mkdir gov && git mv *.yaml gov");
    sandbox.commit("Below a folder");
    let mut daemon = Daemon::with(&sandbox, &["--poll", "1", "--path", "gov"]);
    daemon.lands(&sandbox.commit_of("HEAD"));
    let before = sandbox.database().live();
    sandbox.shell("git mv gov elsewhere");
    sandbox.commit("Somewhere else");
    daemon.until("failed", |_| true);
    eventually("it is told", || told(&sandbox) == "stalled");
    assert!(sandbox.ends("status --path gov", 1).contains("stalled"));
    assert!(sandbox.ends("wait HEAD --path gov --timeout 90", 1).contains("stalled: "));
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
    assert_eq!(daemon.drifts("Role/dev")["state"], "healed");
    assert_eq!(sandbox.database().live(), before);
    sandbox.shell("git mv elsewhere gov");
    sandbox.commit("Back");
    daemon.lands(&sandbox.commit_of("HEAD"));
    assert!(sandbox.ends("status --path gov", 0).contains("ready"));
}

#[test]
fn somebody_who_keeps_the_store_to_himself_is_waited_for() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    let mut database = sandbox.database();
    database.rows("BEGIN IMMEDIATE");
    let next = sandbox.commit_team("web", &["bo"]);
    daemon.until("failed", |_| true);
    database.rows("UPDATE live_resource SET spec = '{}' WHERE kind = 'Team' AND name = 'ops'; COMMIT");
    daemon.lands(&next);
    sandbox.until_members("ops", &["ana"]);
    assert_eq!(sandbox.members("web"), ["bo"]);
    assert_eq!(sandbox.records(), [["Team/ops", "modified", "1", "0", "healed"]]);
}

/// While nothing lands the log of what others write is cut all the same, and none of it is missed.
#[test]
fn the_log_of_a_busy_writer_does_not_grow_while_the_source_is_suspended() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    sandbox.ends("suspend central --reason 'incident 12'", 0);
    daemon.until("not-ready", |_| true);
    for _ in 0..3 {
        sandbox.database().rows(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
            INSERT INTO live_resource SELECT 'Team', '', 'ops', i FROM n WHERE true
            ON CONFLICT DO UPDATE SET spec = excluded.spec",
        );
        daemon.until("not-ready", |_| true);
    }
    let length = || sandbox.database().rows("SELECT CAST(count(*) AS TEXT) FROM change_log").concat().concat();
    eventually("the oldest entries are gone", || length() == "100001");
    assert!(!daemon.said("store-reread"));
    sandbox.ends("resume central --reason over", 0);
    sandbox.until_members("ops", &["ana"]);
    assert_eq!(sandbox.records(), [["Team/ops", "modified", "1", "0", "healed"]]);
}
