//! Commits: good, bad, held, and of another history.

use crate::scene::{Acts, Daemon, ORG, eventually, founded, team};

#[test]
fn a_commit_becomes_live_by_what_moves_in_the_repository() {
    let sandbox = founded();
    // So that nothing but files that move can wake it.
    let mut daemon = Daemon::with(&sandbox, &["--poll", "3600"]);
    daemon.lands(&sandbox.commit_of("HEAD"));
    assert_eq!(sandbox.members("web"), ["ana"]);
    daemon.lands(&sandbox.commit_team("web", &["ana", "bo"]));
    assert_eq!(sandbox.members("web"), ["ana", "bo"]);
    sandbox.shell("git pack-refs --all");
    daemon.lands(&sandbox.commit_team("web", &["bo"]));
    assert_eq!(sandbox.members("web"), ["bo"]);

    // The branch is followed that was HEAD at the start, wherever it is checked out.
    sandbox.shell("git checkout --quiet -b other");
    sandbox.commit_team("ops", &["mallory"]);
    sandbox.shell("git worktree add --quiet ../linked main");
    std::fs::write(sandbox.root().join("linked/web.yaml"), team("web", &["cy"])).unwrap();
    sandbox.shell("cd ../linked && git commit --quiet --all --message 'In a linked work tree'");
    daemon.lands(&sandbox.commit_of("main"));
    assert_eq!((sandbox.members("web"), sandbox.members("ops")), (vec!["cy".to_owned()], vec!["ana".to_owned()]));
}

#[test]
fn a_commit_is_seen_by_polling_where_nothing_tells_of_it() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    // What was watched is gone, and what stands there now was never watched.
    sandbox.shell("cp -r .git ../copy && rm -rf .git && mv ../copy .git");
    daemon.lands(&sandbox.commit_team("web", &["bo"]));
    assert_eq!(sandbox.members("web"), ["bo"]);
    daemon.lands(&sandbox.commit_team("web", &["cy"]));
}

#[test]
fn a_bad_commit_changes_nothing_and_the_next_good_one_converges() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    sandbox.write("web.yaml", &team("web", &["bo"]));
    sandbox.write("bad.yaml", &team("bad", &["ana"]).replace("members", "membres"));
    sandbox.commit("Two changes, and one is wrong");
    let stalled = daemon.until("stalled", |_| true);
    assert_eq!(stalled["reason"], "bad.yaml:4:8 unknown-field");
    eventually("status says so", || {
        let standing = sandbox.standing();
        let reason = standing["reason"].as_str().unwrap();
        standing["state"] == "stalled" && reason == "bad.yaml:4:8 unknown-field (last good stands)"
    });
    assert!(sandbox.ends("status", 1).contains("bad.yaml:4:8 unknown-field"));
    assert_eq!(sandbox.members("web"), ["ana"]);

    // What is changed by hand is put back to the last good state, also by a daemon that starts now.
    heals_members(&sandbox, &mut daemon, "mallory");
    drop(daemon);
    let mut daemon = Daemon::start(&sandbox);
    daemon.until("stalled", |_| true);
    heals_members(&sandbox, &mut daemon, "eve");

    sandbox.shell("git rm --quiet bad.yaml");
    sandbox.commit("Nothing is wrong any more");
    daemon.lands(&sandbox.commit_of("HEAD"));
    assert_eq!(sandbox.members("web"), ["bo"]);
    eventually("status is ready", || sandbox.standing()["state"] == "ready");
    sandbox.ends("status", 0);
}

#[test]
fn an_organisation_under_another_name_stalls_and_heals_go_on() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    let renamed = ORG.replacen("name: ", "name: former-", 1);
    let name = std::fs::read_dir(sandbox.repo()).unwrap().map(|entry| entry.unwrap().path());
    let file = name.into_iter().find(|path| std::fs::read_to_string(path).is_ok_and(|text| text == ORG)).unwrap();
    std::fs::write(file, renamed).unwrap();
    sandbox.commit("A new name");
    let stalled = daemon.until("stalled", |_| true);
    assert!(stalled["reason"].as_str().unwrap().contains("belongs to"), "{stalled}");
    eventually("status says so", || sandbox.standing()["state"] == "stalled");
    heals_members(&sandbox, &mut daemon, "mallory");
}

#[test]
fn a_history_that_is_gone_is_held_after_a_start_too() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_team("web", &["bo"]));
    drop(daemon);
    sandbox.shell(
        "git reset --quiet --hard HEAD~1 && git commit --quiet --allow-empty --message Again && \
        git reflog expire --expire=now --all && git gc --quiet --prune=now",
    );
    let mut daemon = Daemon::start(&sandbox);
    let told = daemon.until("held", |_| true);
    assert!(told["reason"].as_str().unwrap().starts_with("rewind: "), "{told}");
}

#[test]
fn a_commit_that_comes_while_the_store_is_broken_is_not_forgotten() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    let (store, aside) = (sandbox.store(), sandbox.root().join("aside.db"));
    std::fs::rename(&store, &aside).unwrap();
    std::fs::write(&store, "no store\n".repeat(100)).unwrap();
    let commit = sandbox.commit_team("web", &["bo"]);
    daemon.until("failed", |_| true);
    std::fs::rename(&aside, &store).unwrap();
    daemon.lands(&commit);
    assert_eq!(sandbox.members("web"), ["bo"]);
}

fn heals_members(sandbox: &crate::support::Sandbox, daemon: &mut Daemon, whom: &str) {
    let good = sandbox.commit_of("HEAD~1");
    let sql = format!(
        "UPDATE live_resource SET spec = json_set(spec, '$.members', json('[\"user:{whom}\"]')) WHERE name = 'web' AND kind = 'Team'"
    );
    sandbox.database().rows(&sql);
    assert_eq!(daemon.drifts("Team/web")["state"], "healed");
    daemon.lands(&good);
    assert_eq!(sandbox.members("web"), ["ana"]);
}

#[test]
fn a_rewritten_history_is_held_until_somebody_says_so() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    daemon.lands(&sandbox.commit_team("web", &["bo"]));
    sandbox.write("web.yaml", &team("web", &["cy"]));
    sandbox.shell("git commit --quiet --all --amend --message 'Something else'");
    let held = daemon.until("held", |_| true);
    assert!(held["reason"].as_str().unwrap().starts_with("rewind: "), "{held}");
    assert_eq!(sandbox.members("web"), ["bo"]);
    eventually("status says so", || sandbox.standing()["state"] == "held");
    sandbox.ends("apply", 1);
    sandbox.ends("apply --allow rewind --reason 'amended, GOV-7'", 0);
    sandbox.until_members("web", &["cy"]);
    eventually("status is ready", || sandbox.standing()["state"] == "ready");
    daemon.lands(&sandbox.commit_team("web", &["dee"]));

    // Once is once: an older commit is held again, and one that builds on what is applied lands.
    sandbox.shell("git branch there && git reset --quiet --hard HEAD~1");
    daemon.until("held", |_| true);
    assert_eq!(sandbox.members("web"), ["dee"]);
    sandbox.shell("git reset --quiet --hard there");
    eventually("status is ready again", || sandbox.standing()["state"] == "ready");
    daemon.lands(&sandbox.commit_team("web", &["ed"]));
    assert_eq!(sandbox.members("web"), ["ed"]);
}

#[test]
fn a_guard_is_lifted_by_an_apply_beside_the_daemon() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    sandbox.shell("git rm --quiet web-devs.yaml ops-devs.yaml");
    sandbox.write("web.yaml", &team("web", &["bo"]));
    sandbox.commit("Nobody is a developer");
    let held = daemon.until("held", |_| true);
    assert!(held["reason"].as_str().unwrap().starts_with("too-many-deletes: "), "{held}");
    assert_eq!(sandbox.members("web"), ["ana"]);
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
    assert_eq!(daemon.drifts("Role/dev")["state"], "healed");
    assert_eq!(sandbox.members("web"), ["ana"]);
    assert!(sandbox.ends("wait HEAD --timeout 60", 1).contains("too-many-deletes"));
    sandbox.ends("apply --allow too-many-deletes --reason agreed", 0);
    sandbox.until_members("web", &["bo"]);
    daemon.lands(&sandbox.commit_team("web", &["cy"]));
}

#[test]
fn a_commit_without_the_organisation_takes_nothing_away() {
    let sandbox = founded();
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&sandbox.commit_of("HEAD"));
    let before = sandbox.database().live();
    sandbox.shell("git rm --quiet '*.yaml'");
    sandbox.commit("Nothing");
    daemon.until("stalled", |_| true);
    assert_eq!(sandbox.database().live(), before);
    sandbox.write("org.yaml", ORG);
    sandbox.commit("The organisation alone");
    daemon.until("held", |_| true);
    assert_eq!(sandbox.database().live(), before);
}
