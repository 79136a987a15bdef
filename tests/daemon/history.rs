//! A long real history through a running daemon, in jumps: what is live in between is always some commit's.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use charter::reconcile::check;
use charter::source::{self, At};

use crate::organisation::Dice;
use crate::say::say;
use crate::scene::{Acts, Daemon};
use crate::sql::Database;
use crate::support::Sandbox;

/// The commits that delete more than a quarter of all role bindings.
const HELD: [&str; 2] = ["4e6c658d", "9c7dfc2f"];

fn bundle() -> Option<PathBuf> {
    let folder = std::env::var_os("CHARTER_HISTORY").map(PathBuf::from).filter(|folder| folder.is_dir());
    let required = std::env::var("CHARTER_REQUIRE_HISTORY").is_ok_and(|value| value == "1");
    assert!(folder.is_some() || !required, "CHARTER_HISTORY names no folder, and CHARTER_REQUIRE_HISTORY is 1");
    folder.map(|folder| folder.join("history-400.bundle"))
}

fn digest(rows: &[Vec<String>]) -> u64 {
    let mut hasher = DefaultHasher::new();
    rows.hash(&mut hasher);
    hasher.finish()
}

/// Reads all live rows again and again, each time at one moment, and keeps what differs.
fn watch(store: &Path, ended: &Arc<AtomicBool>) -> JoinHandle<(usize, BTreeSet<u64>)> {
    let (store, ended) = (store.to_owned(), Arc::clone(ended));
    std::thread::spawn(move || {
        let (mut database, mut samples, mut seen) = (Database::open(&store), 0, BTreeSet::new());
        while !ended.load(Ordering::Relaxed) {
            seen.insert(digest(&database.live()));
            samples += 1;
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        (samples, seen)
    })
}

/// Works out what must be live at a commit, without the store.
fn desired(repo: &Path, commit: &str) -> u64 {
    let source = source::open(repo.to_str().unwrap(), &source::Options::default()).unwrap();
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let admitted = check(source.as_ref(), &At::Revision(Some(commit.to_owned())), now).unwrap().admitted.unwrap();
    let resources = admitted.desired().resources.iter();
    let mut rows: Vec<Vec<String>> = resources
        .map(|manifest| {
            let id = &manifest.id;
            let key = [id.kind.as_str(), id.team_or_empty(), id.name.as_str()];
            key.iter().chain([&manifest.canonical.as_str()]).map(|text| (*text).to_owned()).collect()
        })
        .collect();
    rows.sort();
    digest(&rows)
}

/// Goes over the history in jumps of 1 to 50, and steps on the commits that are held and those before them.
fn stops(commits: &[String]) -> Vec<String> {
    let held: Vec<usize> =
        HELD.iter().map(|held| commits.iter().position(|commit| commit.starts_with(held)).unwrap()).collect();
    let mut stops: BTreeSet<usize> = held.iter().flat_map(|held| [held - 1, *held]).collect();
    let (mut dice, mut at) = (Dice(400), 0);
    while at < commits.len() - 1 {
        stops.insert(at);
        at += 1 + dice.below(50);
    }
    stops.insert(commits.len() - 1);
    stops.into_iter().map(|index| commits[index].clone()).collect()
}

#[test]
fn no_state_is_live_that_is_not_some_commits() {
    let Some(bundle) = bundle() else { return say("SKIPPED daemon history: CHARTER_HISTORY names no folder") };
    let sandbox = Sandbox::new();
    sandbox.shell(&format!("git fetch --quiet '{}' main:refs/tags/end", bundle.display()));
    let output = sandbox.command("git").args(["rev-list", "--reverse", "end"]).output().unwrap();
    let commits: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(commits.len(), 400);
    let stops = stops(&commits);
    sandbox.shell(&format!("git update-ref refs/heads/main {}", stops[0]));
    let mut daemon = Daemon::start(&sandbox);
    daemon.lands(&stops[0]);
    let ended = Arc::new(AtomicBool::new(false));
    let watcher = watch(&sandbox.store(), &ended);
    let mut held = Vec::new();
    for commit in &stops[1..] {
        sandbox.shell(&format!("git update-ref refs/heads/main {commit}"));
        if HELD.iter().any(|short| commit.starts_with(short)) {
            let event = daemon.until("held", |event| event["revision"].as_str().unwrap().contains(&commit[..7]));
            assert!(event["reason"].as_str().unwrap().starts_with("too-many-deletes"), "{event}");
            sandbox.ends("apply --allow too-many-deletes --reason agreed", 0);
            held.push(commit);
        } else {
            daemon.lands(commit);
        }
    }
    assert_eq!(held.len(), HELD.len());
    assert_eq!(digest(&sandbox.database().live()), desired(&sandbox.repo(), stops.last().unwrap()));
    ended.store(true, Ordering::Relaxed);
    let (samples, seen) = watcher.join().unwrap();
    let allowed: BTreeMap<u64, &String> =
        stops.iter().map(|commit| (desired(&sandbox.repo(), commit), commit)).collect();
    let strange = seen.iter().filter(|digest| !allowed.contains_key(digest)).count();
    assert_eq!(strange, 0, "of {} states seen", seen.len());
    assert_eq!(sandbox.records(), [[""; 5]; 0], "nobody changed anything by hand");
    sandbox.ends("history --verify", 0);
    say(&format!(
        "daemon history: {} heads, {samples} samples, {} states seen, all some commit's",
        stops.len(),
        seen.len()
    ));
}
