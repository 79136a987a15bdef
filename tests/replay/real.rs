//! The access configuration of a large organisation: 400 commits, and what each must change.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::say::say;
use crate::{Replay, landing, lifted};

/// The commits that delete more than a quarter of all role bindings.
const HELD: [&str; 2] = ["4e6c658d", "9c7dfc2f"];

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("CHARTER_HISTORY").map(PathBuf::from).filter(|folder| folder.is_dir());
    let required = std::env::var("CHARTER_REQUIRE_HISTORY").is_ok_and(|value| value == "1");
    assert!(folder.is_some() || !required, "CHARTER_HISTORY names no folder, and CHARTER_REQUIRE_HISTORY is 1");
    folder
}

fn git(arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = git.args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A commit, and how many facts it adds and removes.
struct Step {
    commit: String,
    added: usize,
    removed: usize,
}

fn steps(folder: &Path) -> Vec<Step> {
    let text = std::fs::read_to_string(folder.join("commits.tsv")).unwrap();
    let step = |line: &str| {
        let [commit, added, removed] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        Step { commit: commit.to_owned(), added: added.parse().unwrap(), removed: removed.parse().unwrap() }
    };
    text.lines().skip(1).map(step).collect()
}

/// Clones the bundle and sees that its commits are those of the table.
fn cloned(folder: &Path, into: &Path, steps: &[Step]) -> PathBuf {
    let (bundle, repo) = (folder.join("history-400.bundle"), into.join("repo"));
    let (from, to) = (bundle.to_str().unwrap(), repo.to_str().unwrap());
    git(&["clone", "--quiet", "--branch", "main", from, to]);
    let commits = git(&["-C", to, "rev-list", "--reverse", "main"]);
    assert!(commits.lines().eq(steps.iter().map(|step| step.commit.as_str())), "other commits than in commits.tsv");
    repo
}

#[test]
fn a_real_history() {
    let Some(folder) = data() else { return say("SKIPPED replay: CHARTER_HISTORY names no folder") };
    let (place, steps) = (tempfile::tempdir().unwrap(), steps(&folder));
    assert_eq!(steps.len(), 400);
    let repo = cloned(&folder, place.path(), &steps);
    let replay = Replay::of(&repo);
    let (mut facts, mut held, mut compared) = (BTreeSet::new(), Vec::new(), 0);
    for Step { commit, added, removed } in &steps {
        if HELD.iter().any(|short| commit.starts_with(short)) {
            replay.is_held(commit);
            assert_eq!(replay.facts(), facts, "{commit}: held, and changed something");
            held.push(commit);
            replay.lands(commit, lifted());
        } else {
            replay.lands(commit, landing());
        }
        let now = replay.facts();
        let changed = (now.difference(&facts).count(), facts.difference(&now).count());
        assert_eq!(changed, (*added, *removed), "{commit}: facts added and removed");
        (facts, compared) = (now, compared + added + removed);
    }
    assert_eq!(held.len(), HELD.len());

    let expected = std::fs::read_to_string(folder.join("facts.tsv")).unwrap();
    let expected: BTreeSet<String> = expected.lines().map(str::to_owned).collect();
    assert_eq!(facts, expected);
    let live = replay.ends_like(&repo, &steps.last().unwrap().commit);
    replay.store.reader().unwrap().verify().unwrap();
    say(&format!(
        "replay: {} commits; compared {compared} facts added or removed, {} facts and {live} live rows at the end",
        steps.len(),
        facts.len()
    ));
}
