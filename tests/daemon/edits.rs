//! What is changed by hand: recorded, and put back where Charter owns it.

use std::path::Path;

use crate::scene::{Acts, Daemon, eventually, founded};
use crate::support::Sandbox;

/// Makes a change of one member by hand.
fn members_by_hand(sandbox: &Sandbox, team: &str, whom: &str) {
    let spec = format!("json_set(spec, '$.members', json('[\"user:{whom}\"]'))");
    sandbox.database().rows(&format!("UPDATE live_resource SET spec = {spec} WHERE kind = 'Team' AND name = '{team}'"));
}

/// Starts a daemon and waits until it has founded the store.
fn running(sandbox: &Sandbox, arguments: &[&str]) -> Daemon {
    let mut daemon = Daemon::with(sandbox, &[&["--poll", "3600"], arguments].concat());
    daemon.lands(&sandbox.commit_of("HEAD"));
    daemon
}

const UNMANAGED: &str = "INSERT INTO live_resource VALUES ('Team', '', 'shadow', '{}')";

#[test]
fn every_way_to_write_a_row_is_recorded_and_put_back() {
    let sandbox = founded();
    let mut daemon = running(&sandbox, &[]);
    let before = sandbox.database().live();
    members_by_hand(&sandbox, "web", "mallory");
    let seen = daemon.drifts("Team/web");
    assert_eq!((&seen["class"], &seen["state"]), (&"modified".into(), &"healed".into()));
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
    let seen = daemon.drifts("Role/dev");
    assert_eq!((&seen["class"], &seen["state"]), (&"missing".into(), &"healed".into()));
    sandbox.database().rows("REPLACE INTO live_resource VALUES ('Team', '', 'ops', '{}')");
    assert_eq!(daemon.drifts("Team/ops")["state"], "healed");
    assert_eq!(sandbox.database().live(), before);

    sandbox.database().rows(UNMANAGED);
    let seen = daemon.drifts("Team/shadow");
    assert_eq!((&seen["class"], &seen["state"]), (&"unmanaged".into(), &"open".into()));
    // Another key: the old one is missing, the new one is nobody's.
    sandbox
        .database()
        .rows("UPDATE live_resource SET team = 'ops', name = 'x' WHERE kind = 'RoleBinding' AND team = 'web'");
    daemon.drifts("RoleBinding/web/devs");
    let expected = [
        ["Role/dev", "missing", "1", "0", "healed"],
        ["RoleBinding/ops/x", "unmanaged", "1", "0", "open"],
        ["RoleBinding/web/devs", "missing", "1", "0", "healed"],
        ["Team/ops", "modified", "1", "0", "healed"],
        ["Team/shadow", "unmanaged", "1", "0", "open"],
        ["Team/web", "modified", "1", "0", "healed"],
    ];
    assert_eq!(sandbox.records(), expected);
    assert!(sandbox.ends("drift", 2).contains("2 open"));
    sandbox.ends("apply --prune", 0);
    eventually("nothing is open", || sandbox.charter("drift").status.code() == Some(0));
    assert_eq!(sandbox.database().live(), before);
    sandbox.ends("history --verify", 0);
}

#[test]
fn what_was_changed_while_no_daemon_ran_is_recorded_at_the_start() {
    let sandbox = founded();
    drop(running(&sandbox, &[]));
    members_by_hand(&sandbox, "web", "mallory");
    sandbox.database().rows(UNMANAGED);
    // Past the log: its trigger is gone.
    sandbox.database().rows("DROP TRIGGER live_deleted; DELETE FROM live_resource WHERE kind = 'Role'");
    let mut daemon = Daemon::start(&sandbox);
    daemon.drifts("Role/dev");
    eventually("all three are recorded", || sandbox.records().len() == 3);
    assert_eq!(sandbox.members("web"), ["ana"]);
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
    assert_eq!(daemon.drifts("Role/dev")["occurrences"], 2);
}

#[test]
fn what_came_and_went_before_anybody_looked_is_recorded_too() {
    let sandbox = founded();
    let mut daemon = running(&sandbox, &[]);
    let flash = |kind: &str| {
        sandbox.database().rows(&format!(
            "BEGIN; INSERT INTO live_resource VALUES ('{kind}', '', 'shadow', '{{}}');
            DELETE FROM live_resource WHERE kind = '{kind}' AND name = 'shadow'; COMMIT"
        ));
    };
    for occurrences in [1, 2] {
        flash("Team");
        let seen = daemon.drifts("Team/shadow");
        assert_eq!((&seen["state"], &seen["occurrences"]), (&"resolved".into(), &occurrences.into()), "{seen}");
        assert!(seen["written_at"].is_string(), "{seen}");
    }
    flash("Gizmo");
    assert_eq!(daemon.drifts("Gizmo//shadow")["state"], "resolved");
    sandbox.ends("drift", 0);
    let said = sandbox.ends("drift --all", 0);
    assert!(said.contains("0 open of 2 records"), "{said}");
    // One that stays is seen as what it is, and what is desired by then is nobody else's.
    sandbox.database().rows(UNMANAGED);
    assert_eq!(daemon.drifts("Team/shadow")["state"], "open");
}

#[test]
fn an_id_stays_from_when_it_is_first_shown() {
    let sandbox = founded();
    sandbox.ends("apply", 0);
    members_by_hand(&sandbox, "web", "mallory");
    let shown = || {
        let said: serde_json::Value = serde_json::from_slice(&sandbox.charter("drift -o json").stdout).unwrap();
        let record = &said["records"][0];
        (record["id"].as_str().unwrap().to_owned(), record["recorded"] == true)
    };
    assert_eq!(shown(), (String::new(), false));
    let said = sandbox.ends("drift", 2);
    assert_eq!(said.matches("not recorded yet  Team/web").count(), 2, "{said}");
    let mut daemon = Daemon::with(&sandbox, &["--poll", "3600", "--drift", "report"]);
    let id = daemon.drifts("Team/web")["id"].as_str().unwrap().to_owned();
    assert_eq!(shown(), (id.clone(), true));
    members_by_hand(&sandbox, "web", "eve");
    daemon.drifts("Team/web");
    drop(daemon);
    members_by_hand(&sandbox, "web", "cy");
    assert_eq!(shown(), (id, true));
}

#[test]
fn report_only_records_and_prune_deletes() {
    let sandbox = founded();
    let mut daemon = running(&sandbox, &["--drift", "report"]);
    members_by_hand(&sandbox, "web", "mallory");
    assert_eq!(daemon.drifts("Team/web")["state"], "reported");
    sandbox.database().rows(UNMANAGED);
    assert_eq!(daemon.drifts("Team/shadow")["state"], "reported");
    assert_eq!(sandbox.members("web"), ["mallory"]);
    let said = sandbox.ends("drift", 2);
    assert!(said.contains("reported") && said.contains("2 open of 2 records"), "{said}");
    assert!(said.contains("members  -user:ana +user:mallory"), "{said}");
    let told: serde_json::Value = serde_json::from_str(&sandbox.ends("drift -o json", 2)).unwrap();
    let fields = told["records"].as_array().unwrap().iter().map(|record| &record["fields"]);
    let history = sandbox.ends("history", 0);
    let recorded = history.lines().filter(|line| line.ends_with("  live as it was, 1 recorded as drift"));
    assert_eq!(recorded.count(), 2, "{history}");
    let mallory = serde_json::json!([{"field": "members", "desired": ["user:ana"], "actual": ["user:mallory"]}]);
    assert_eq!(fields.filter(|fields| **fields == mallory).count(), 1, "{told}");
    // A commit to another team lands, and leaves what was changed by hand.
    daemon.lands(&sandbox.commit_team("ops", &["bo"]));
    assert_eq!(sandbox.members("web"), ["mallory"]);
    // Back by hand: that ends it too.
    members_by_hand(&sandbox, "web", "ana");
    assert_eq!(daemon.drifts("Team/web")["state"], "resolved");
    drop(daemon);

    let mut daemon = Daemon::with(&sandbox, &["--poll", "3600", "--drift", "heal,prune"]);
    assert_eq!(daemon.drifts("Team/shadow")["state"], "pruned");
    for number in 0..40 {
        let insert = format!("INSERT INTO live_resource VALUES ('Team', '', 'shadow{number}', '{{}}')");
        sandbox.database().rows(&insert);
    }
    eventually("they are gone", || {
        sandbox.database().rows("SELECT name FROM team WHERE name LIKE 'shadow%'").is_empty()
    });
    assert_eq!(sandbox.records().len(), 42);
    sandbox.ends("drift", 0);
}

const EVIL: &str = "INSERT INTO live_resource VALUES ('RoleBinding', '', 'Evil', '{}')";

/// A row that no resource can be called is nobody's like any other.
#[test]
fn a_row_that_names_no_resource_is_shown_and_pruned() {
    let sandbox = founded();
    let mut daemon = running(&sandbox, &[]);
    let before = sandbox.database().live();
    sandbox.database().rows(EVIL);
    let seen = daemon.drifts("RoleBinding//Evil");
    assert_eq!((&seen["class"], &seen["state"]), (&"unmanaged".into(), &"open".into()));
    let left = "; 1 unmanaged row left alone (--prune deletes)";
    for line in ["plan", "apply", "run --once --store sqlite:../copy.db"] {
        let copy = sandbox.root().join("copy.db");
        let _absent = std::fs::remove_file(&copy);
        sandbox.database().rows(&format!("VACUUM INTO '{}'", copy.display()));
        let said = sandbox.ends(line, 0);
        assert!(said.contains("in sync: ") && said.contains(left), "{line}: {said}");
        assert!(said.contains("unmanaged: `RoleBinding//Evil` is live"), "{line}: {said}");
    }
    assert!(sandbox.ends("status", 0).contains("1 drift"));
    let said = sandbox.ends("drift", 2);
    assert!(said.contains("RoleBinding//Evil") && said.contains("charter apply --prune"), "{said}");
    let said = sandbox.ends("plan --prune", 0);
    assert!(said.contains("  - RoleBinding//Evil") && said.contains("1 to remove, 1 of them drift"), "{said}");
    let command = said.split_once("charter ").unwrap().1;
    assert!(command.contains("apply --prune --plan "), "{command}");
    let said = sandbox.ends(command, 0);
    assert!(said.contains("1 removed; journal"), "{said}");
    assert_eq!(sandbox.database().live(), before);
    assert!(!sandbox.ends("apply", 0).contains("unmanaged"));
    sandbox.ends("drift", 0);

    let history = sandbox.ends("history", 0);
    assert_eq!(history.lines().filter(|line| line.ends_with("RoleBinding//Evil")).count(), 1, "{history}");
    assert_eq!(sandbox.records(), [["RoleBinding//Evil", "unmanaged", "1", "0", "pruned"]]);
    sandbox.database().rows(EVIL);
    daemon.drifts("RoleBinding//Evil");
    sandbox.database().rows("DELETE FROM live_resource WHERE name = 'Evil'");
    assert_eq!(daemon.drifts("RoleBinding//Evil")["state"], "resolved");
    sandbox.ends("history --verify", 0);
}

/// Somebody who keeps putting a row there that Charter prunes is no better than one who keeps changing it.
#[test]
fn a_row_that_is_put_back_a_third_time_is_not_pruned_again() {
    let sandbox = founded();
    let mut daemon = running(&sandbox, &["--drift", "heal,prune"]);
    let before = sandbox.database().live();
    for (resource, sql) in [("RoleBinding//Evil", EVIL), ("Team/shadow", UNMANAGED)] {
        for _ in 0..2 {
            sandbox.database().rows(sql);
            assert_eq!(daemon.drifts(resource)["state"], "pruned");
        }
        assert_eq!(sandbox.database().live(), before);
        sandbox.database().rows(sql);
        let seen = daemon.drifts(resource);
        assert_eq!((&seen["state"], &seen["occurrences"]), (&"fight".into(), &3.into()), "{seen}");
        let time = |field: &str| seen[field].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        assert!(time("healed_at") <= time("written_at"), "both writers' times: {seen}");
        // Whatever lands meanwhile, and whichever daemon: it stays until a person says so.
        let member = resource.split('/').next_back().unwrap().to_lowercase();
        daemon.lands(&sandbox.commit_team("ops", &[&member]));
        drop(daemon);
        daemon = Daemon::with(&sandbox, &["--poll", "3600", "--drift", "heal,prune"]);
        daemon.lands(&sandbox.commit_team("ops", &["ana"]));
        assert_eq!(sandbox.database().live().len(), before.len() + 1);
        let said = sandbox.ends("drift", 2);
        assert!(said.contains("a fight: Charter last deleted it ") && said.contains("charter apply --prune"), "{said}");
        sandbox.ends("apply --prune", 0);
        assert_eq!(sandbox.database().live(), before);
        sandbox.ends("drift", 0);
    }
    sandbox.ends("history --verify", 0);
}

#[test]
fn another_incident_leaves_the_first_on_record() {
    let sandbox = founded();
    let mut daemon = running(&sandbox, &[]);
    members_by_hand(&sandbox, "web", "mallory");
    let first = daemon.drifts("Team/web");
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Team' AND name = 'web'");
    let second = daemon.drifts("Team/web");
    assert_ne!(first["id"], second["id"]);
    let expected = [["Team/web", "modified", "1", "0", "healed"], ["Team/web", "missing", "1", "0", "healed"]];
    assert_eq!(sandbox.records(), expected);
    // The first is long ago; what comes back then is a third, and the next a second time of that.
    let long_ago = format!("'{}'", jiff::Timestamp::now() - jiff::SignedDuration::from_hours(2));
    sandbox.database().rows(&format!(
        "UPDATE drift_record SET first_seen = {long_ago}, last_seen = {long_ago}, ended_at = {long_ago}, healed_at = '[]'"
    ));
    drop(daemon);
    let mut daemon = Daemon::with(&sandbox, &["--poll", "3600"]);
    daemon.until("started", |_| true);
    members_by_hand(&sandbox, "web", "mallory");
    let third = daemon.drifts("Team/web");
    members_by_hand(&sandbox, "web", "eve");
    assert_eq!((&third["occurrences"], &daemon.drifts("Team/web")["id"]), (&1.into(), &third["id"]));
    let said = sandbox.charter("drift --all -o json");
    let said: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    let field = |name: &str| said["records"].as_array().unwrap().iter().map(|it| it[name].clone()).collect::<Vec<_>>();
    assert_eq!(field("id")[2], third["id"], "the newest last");
    assert_eq!((&field("occurrences")[2], &field("state")[2]), (&2.into(), &"healed".into()));
    assert_eq!((field("id").len(), said["open"].clone()), (3, 0.into()));
    assert!(sandbox.ends("drift --all", 0).contains("0 open of 3 records"));
    assert!(sandbox.ends("drift", 0).contains("no drift"));
}

#[test]
fn a_plan_says_what_was_done_by_hand() {
    let sandbox = founded();
    sandbox.ends("apply", 0);
    for name in ["web", "ops"] {
        sandbox.write(&format!("{name}.yaml"), &crate::scene::team(name, &["ana", "bo"]));
    }
    sandbox.commit("Bo joins both");
    sandbox.database().rows(UNMANAGED);
    sandbox.database().rows("DELETE FROM live_resource WHERE kind IN ('Team', 'Role') AND name IN ('web', 'dev')");
    members_by_hand(&sandbox, "ops", "mallory");
    let said = sandbox.ends("plan --prune", 0);
    for line in [
        "  + Role/dev   drift: put back as it was applied\n",
        "  + Team/web   drift: somebody deleted it by hand\n",
        "  ~ Team/ops   drift: somebody changed it by hand\n",
        "  - Team/shadow   drift: declared nowhere\n",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
}

#[test]
fn a_dropped_trigger_is_noticed_and_put_back() {
    let sandbox = founded();
    let mut daemon = running(&sandbox, &[]);
    sandbox.database().rows("DROP TRIGGER live_updated");
    let lost = daemon.until("store-reread", |_| true);
    assert!(lost["why"].as_str().unwrap().contains("live_updated"), "{lost}");
    members_by_hand(&sandbox, "web", "mallory");
    assert_eq!(daemon.drifts("Team/web")["state"], "healed");
    // All in one go: past the log.
    let sql = "BEGIN; DROP TRIGGER live_deleted; DELETE FROM live_resource WHERE kind = 'Role'; COMMIT";
    sandbox.database().rows(sql);
    assert_eq!(daemon.drifts("Role/dev")["state"], "healed");
    let sql = "BEGIN; INSERT INTO writing VALUES (1); DELETE FROM live_resource WHERE kind = 'Role'; \
        DELETE FROM writing; COMMIT";
    sandbox.database().rows(sql);
    assert_eq!(daemon.drifts("Role/dev")["occurrences"], 2);
}

fn remove(store: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut file = store.as_os_str().to_owned();
        file.push(suffix);
        let _absent = std::fs::remove_file(file);
    }
}

#[test]
fn a_store_that_is_gone_or_another_is_made_good() {
    let sandbox = founded();
    let mut daemon = running(&sandbox, &[]);
    let (store, before) = (sandbox.store(), sandbox.database().live());
    let copy = sandbox.root().join("copy.db");
    sandbox.database().rows(&format!("VACUUM INTO '{}'", copy.display()));
    let head = sandbox.commit_team("ops", &["bo"]);
    daemon.lands(&head);
    let after = sandbox.database().live();

    remove(&store);
    daemon.lands(&head);
    assert_eq!(sandbox.database().live(), after);
    assert!(daemon.said("store-reread"));
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
    assert_eq!(daemon.drifts("Role/dev")["state"], "healed");

    remove(&store);
    std::fs::rename(&copy, &store).unwrap();
    daemon.lands(&head);
    eventually("the older copy is brought up to date", || sandbox.database().live() == after);
    assert_ne!(before, after);
    sandbox.ends("history --verify", 0);

    // The word of a bad head is told to a new store too.
    sandbox.write("bad.yaml", "apiVersion: charter/v1\nkind: Team\nmetadata: {name: bad}\nspec: {membres: []}\n");
    sandbox.commit("Wrong");
    daemon.until("stalled", |_| true);
    remove(&store);
    eventually("the last good state is back", || store.exists() && sandbox.standing()["state"] == "stalled");
    eventually("all of it", || sandbox.database().live() == after);
}

/// Has a row written over until it is a fight, and returns the last event.
fn fought(sandbox: &Sandbox, daemon: &mut Daemon, team: &str, whom: [&str; 3]) -> serde_json::Value {
    let resource = format!("Team/{team}");
    for whom in &whom[..2] {
        members_by_hand(sandbox, team, whom);
        let seen = daemon.drifts(&resource);
        assert_eq!((&seen["flapping"], &seen["state"]), (&false.into(), &"healed".into()), "{seen}");
    }
    members_by_hand(sandbox, team, whom[2]);
    let seen = daemon.drifts(&resource);
    assert_eq!((&seen["flapping"], &seen["state"]), (&true.into(), &"fight".into()), "{seen}");
    seen
}

#[test]
fn a_fight_is_reported_with_both_writers_times_and_left() {
    let sandbox = founded();
    let mut daemon = running(&sandbox, &[]);
    let begun = jiff::Timestamp::now();
    let seen = fought(&sandbox, &mut daemon, "web", ["mallory", "eve", "mallory"]);
    let time = |value: &serde_json::Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let (ours, theirs) = (time(&seen["healed_at"]), time(&seen["written_at"]));
    assert!(seen["occurrences"] == 3 && begun <= ours && ours <= theirs, "{seen}");
    // Whatever is written now is left, by the next daemon too; a commit elsewhere and drift elsewhere go their way.
    members_by_hand(&sandbox, "web", "cy");
    drop(daemon);
    let mut daemon = Daemon::with(&sandbox, &["--poll", "3600"]);
    daemon.lands(&sandbox.commit_team("ops", &["bo"]));
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Role'");
    assert_eq!(daemon.drifts("Role/dev")["state"], "healed");
    assert_eq!(sandbox.members("web"), ["cy"]);

    let said = sandbox.ends("drift", 2);
    let shown = |at: jiff::Timestamp| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
    assert!(said.contains(&format!("a fight: Charter last wrote it {}, somebody else ", shown(ours))), "{said}");
    let said: serde_json::Value = serde_json::from_slice(&sandbox.charter("drift -o json").stdout).unwrap();
    let record = &said["records"][0];
    assert_eq!((&record["flapping"], time(&record["healedAt"][1])), (&true.into(), ours), "{record}");
    assert!(time(&record["writtenAt"]) >= theirs, "{record}");
    sandbox.database().rows(UNMANAGED);
    assert!(sandbox.ends("status", 0).contains(", 2 drift, 1 of them a fight: charter drift\n"));
    assert!(sandbox.ends("status -o json", 0).contains("\"fights\": 1,"));
    drop(daemon);
    sandbox.ends("apply", 0);
    assert!(sandbox.ends("status", 0).contains(", 1 drift\n"));
}

#[test]
fn a_fight_ends_when_it_is_as_desired_when_a_commit_changes_it_and_when_a_person_applies() {
    let sandbox = founded();
    let mut daemon = running(&sandbox, &[]);
    fought(&sandbox, &mut daemon, "web", ["x", "y", "z"]);
    members_by_hand(&sandbox, "web", "ana");
    assert_eq!(daemon.drifts("Team/web")["state"], "resolved");

    fought(&sandbox, &mut daemon, "web", ["x", "x", "x"]);
    daemon.lands(&sandbox.commit_team("web", &["cy"]));
    assert_eq!(sandbox.members("web"), ["cy"]);

    fought(&sandbox, &mut daemon, "web", ["x", "y", "x"]);
    sandbox.ends("apply", 0);
    assert_eq!(sandbox.members("web"), ["cy"]);
    sandbox.ends("drift", 0);
    members_by_hand(&sandbox, "web", "x");
    assert_eq!(daemon.drifts("Team/web")["state"], "healed");
}
