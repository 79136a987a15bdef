//! Following costs what a change costs, and ends where reading everything does: with a real repository and a real store.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

#[path = "../examples/generate/flat.rs"]
mod flat;
#[path = "support/law.rs"]
mod law;
#[path = "../examples/generate/organisation.rs"]
mod organisation;
#[path = "support/round.rs"]
mod round;
#[path = "support/say.rs"]
mod say;
#[path = "support/sql.rs"]
mod sql;

use std::collections::BTreeMap;
use std::path::Path;

use charter::model::effective::{Effective, EffectiveChange};
use charter::model::work::Work;
use charter::reconcile::{Condition, Follower, Step, Treatment};
use charter::source::{self, At, Options};
use git2::{IndexEntry, IndexTime, Oid, Repository, Signature, Time};
use law::{Case, Law};
use proptest::collection::vec;
use proptest::prelude::*;

/// How many resources the organisation has.
const RESOURCES: usize = 20_000;

/// Commits an index of files onto HEAD.
fn commit(repo: &Repository, index: &mut git2::Index) -> Oid {
    let tree = repo.find_tree(index.write_tree_to(repo).unwrap()).unwrap();
    let author = Signature::new("Grace", "grace@acme.example", &Time::new(1_793_620_800, 0)).unwrap();
    let parent = repo.head().ok().map(|head| head.peel_to_commit().unwrap());
    let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
    repo.commit(Some("HEAD"), &author, &author, "A change", &tree, &parents).unwrap()
}

fn entry(path: &str, id: Oid, mode: u32) -> IndexEntry {
    let time = IndexTime::new(0, 0);
    let path = path.as_bytes().to_vec();
    IndexEntry {
        ctime: time,
        mtime: time,
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path,
    }
}

/// Changes one file of HEAD.
fn rewrite(repo: &Repository, path: &str, change: impl Fn(&str) -> String) {
    let tree = repo.head().unwrap().peel_to_tree().unwrap();
    let blob = repo.find_blob(tree.get_path(Path::new(path)).unwrap().id()).unwrap();
    let text = change(std::str::from_utf8(blob.content()).unwrap());
    let mut index = git2::Index::new().unwrap();
    index.read_tree(&tree).unwrap();
    index.add(&entry(path, repo.blob(text.as_bytes()).unwrap(), 0o100_644)).unwrap();
    commit(repo, &mut index);
}

/// Names a file of HEAD that holds a manifest of a kind.
fn file_with(repo: &Repository, kind: &str) -> String {
    let tree = repo.head().unwrap().peel_to_tree().unwrap();
    let mut found = None;
    tree.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
        let is_one = repo.find_blob(entry.id()).is_ok_and(|blob| {
            std::str::from_utf8(blob.content()).is_ok_and(|text| text.contains(&format!("kind: {kind}\n")))
        });
        if is_one && folder.starts_with("teams/") {
            found = Some(format!("{folder}{}", entry.name().unwrap()));
        }
        if found.is_some() { git2::TreeWalkResult::Abort } else { git2::TreeWalkResult::Ok }
    })
    .ok();
    found.unwrap()
}

/// Makes a step that has to do something, and audits what is remembered after it.
fn stepped(follower: &mut Follower<'_>, look: bool) -> Step {
    let now = round::landing().at;
    let step = follower.step(look, now).unwrap().unwrap();
    assert_eq!(step.condition, Condition::Ready, "{}", step.reason);
    step
}

type Write = fn(usize, &Path) -> Result<organisation::Written, organisation::Failure>;

/// Has an organisation followed that is written into a folder.
fn among(write: Write, test: impl FnOnce(&Path, &Repository, &mut Follower<'_>)) {
    let folder = tempfile::tempdir().unwrap();
    let repo = folder.path().join("repo");
    write(RESOURCES, &repo).unwrap();
    let (source, store) =
        (source::open(repo.to_str().unwrap(), &Options::default()).unwrap(), round::store_in(folder.path()));
    let place = |_: &_| Ok(store.clone());
    let repo = Repository::open(&repo).unwrap();
    let name = "central".parse().unwrap();
    let mut follower = Follower::new(name, source.as_ref(), &place, Treatment::default(), "test".to_owned());
    test(folder.path(), &repo, &mut follower);
}

#[test]
fn a_commit_of_one_file_costs_one_file() {
    among(organisation::write, one_file_of_many);
}

/// The rows of effective access cost what a commit touches, and come to what all of it comes to.
fn rows_of_access(folder: &Path, repo: &Repository, follower: &mut Follower<'_>) {
    rewrite(repo, &file_with(repo, "RoleBinding"), |text| text.replace("spec:", "spec:\n  ticket: GOV-1"));
    assert!(stepped(follower, true).landed.unwrap().effective.is_empty());

    let join = |text: &str| text.replacen("    - \"", "    - \"user:new\"\n    - \"", 1);
    rewrite(repo, &file_with(repo, "RoleBinding"), join);
    let EffectiveChange { take, put } = stepped(follower, true).landed.unwrap().effective;
    let rows = |rows: &Effective| (rows.belongings.len(), rows.holdings.len(), rows.allowings.len());
    assert_eq!((rows(&take), rows(&put)), ((0, 0, 0), (0, 1, 0)));

    rewrite(repo, &file_with(repo, "Group"), join);
    let EffectiveChange { take, put } = stepped(follower, true).landed.unwrap().effective;
    assert_eq!((rows(&take), rows(&put)), ((0, 0, 0), (1, 0, 0)), "{put:?}");
    let source = source::open(repo.workdir().unwrap().to_str().unwrap(), &Options::default()).unwrap();
    let whole = charter::reconcile::check(source.as_ref(), &At::Revision(None), round::landing().at).unwrap();
    let expected = charter::access::effective(whole.admitted.unwrap().desired());
    assert!(round::store_in(folder).reader().unwrap().effective().unwrap() == expected);
}

fn one_file_of_many(folder: &Path, repo: &Repository, follower: &mut Follower<'_>) {
    let first = stepped(follower, true).spent.work;
    assert!(first.compiled == RESOURCES && first.parsed > RESOURCES / 10, "{first:?}");

    // A budget: nobody mentions it but the budgets of its team, and the caps are summed up again.
    let budget = file_with(repo, "Budget");
    rewrite(repo, &budget, |text| text.replace("limit: ", "limit: 1"));
    let step = stepped(follower, true);
    let Work { parsed, compiled, judged, read } = step.spent.work;
    assert_eq!((parsed, read), (1, 0));
    assert!(compiled <= 4 && judged < RESOURCES / 4, "{compiled} compiled, {judged} judged");
    assert_eq!(step.landed.unwrap().counts().change, 1);

    // A binding: no rule but the one of ends reads it.
    rewrite(repo, &file_with(repo, "RoleBinding"), |text| format!("# a remark\n{text}"));
    let Work { parsed, compiled, judged, read } = stepped(follower, true).spent.work;
    assert_eq!((parsed, judged, read), (1, 0, 0), "what is remarked is no change");
    assert!(compiled <= 4, "{compiled} compiled");

    rows_of_access(folder, repo, follower);

    // A team under another name: whoever names it is looked at again, and what stays unknown is said.
    let team = file_with(repo, "Team");
    rewrite(repo, &team, |text| text.replacen("name: ", "name: former-", 1));
    let step = follower.step(true, round::landing().at).unwrap().unwrap();
    let Work { parsed, compiled, .. } = step.spent.work;
    assert!(step.condition == Condition::Stalled && step.reason.contains("unknown-team"), "{}", step.reason);
    assert!(parsed == 1 && (2..100).contains(&compiled), "{compiled} compiled");
    rewrite(repo, &team, |text| text.replacen("name: former-", "name: ", 1));
    let Work { parsed, compiled, .. } = stepped(follower, true).spent.work;
    assert!(parsed == 1 && (2..100).contains(&compiled), "{compiled} compiled");

    // A row that somebody writes: one is read.
    let mut database = sql::Database::open(&folder.join("charter.db"));
    database.rows("UPDATE live_resource SET spec = '{}' WHERE kind = 'Team' AND name = (SELECT min(name) FROM team)");
    let step = stepped(follower, false);
    assert_eq!(step.spent.work, Work { read: 1, ..Work::default() });
    assert_eq!(step.landed.unwrap().counts().drift, 1);

    assert!(follower.step(true, round::landing().at).unwrap().is_none(), "nothing moved");
    assert_eq!(follower.audit(round::landing().at).unwrap(), Some(Vec::new()));
}

/// Puts a file into HEAD, or takes it out.
fn put(repo: &Repository, path: &str, text: Option<&str>) {
    let mut index = git2::Index::new().unwrap();
    index.read_tree(&repo.head().unwrap().peel_to_tree().unwrap()).unwrap();
    match text {
        Some(text) => index.add(&entry(path, repo.blob(text.as_bytes()).unwrap(), 0o100_644)).unwrap(),
        None => index.remove_path(Path::new(path)).unwrap(),
    }
    commit(repo, &mut index);
}

#[test]
fn one_directory_of_one_kind_costs_one_file_too() {
    among(flat::write, one_file_of_a_directory);
}

fn one_file_of_a_directory(_: &Path, repo: &Repository, follower: &mut Follower<'_>) {
    let first = stepped(follower, true).spent.work;
    assert!(first.compiled == RESOURCES && first.parsed == RESOURCES - 8, "{first:?}");

    let path = "bindings/binding-000042.yaml";
    let one = |work: Work| assert_eq!(work, Work { parsed: 1, compiled: 1, judged: 1, read: 0 });
    rewrite(repo, path, |text| text.replace("GOV-142", "GOV-9"));
    let step = stepped(follower, true);
    one(step.spent.work);
    assert_eq!(step.landed.unwrap().changes.len(), 1);

    // Another beside it, which ended: it is asked about as long as it stands.
    let more = "apiVersion: charter/v1\nkind: RoleBinding\nmetadata: {name: more}\n\
                spec: {role: developer, subjects: [\"user:ana\"], expires: 2026-01-31}\n";
    put(repo, "bindings/more.yaml", Some(more));
    let step = stepped(follower, true);
    one(step.spent.work);
    assert_eq!(step.landed.unwrap().counts().add, 1);
    rewrite(repo, path, |text| text.replace("GOV-9", "GOV-10"));
    assert_eq!(stepped(follower, true).spent.work, Work { parsed: 1, compiled: 1, judged: 2, read: 0 });

    put(repo, "bindings/more.yaml", None);
    let step = stepped(follower, true);
    assert_eq!(step.spent.work, Work { parsed: 0, compiled: 0, judged: 0, read: 0 });
    assert_eq!(step.landed.unwrap().counts().remove, 1);
    assert_eq!(follower.audit(round::landing().at).unwrap(), Some(Vec::new()));
}

/// A team with a lead who is a member, or who is none.
fn team(name: &str, lead: &str) -> String {
    format!(
        "apiVersion: charter/v1\nkind: Team\nmetadata: {{name: {name}}}\n\
         spec: {{leads: [\"user:{lead}\"], members: [\"user:ana\"]}}\n"
    )
}

fn committed_texts(repo: &Repository, texts: &[(&str, &str)]) {
    let mut index = git2::Index::new().unwrap();
    for (path, text) in texts {
        index.add(&entry(path, repo.blob(text.as_bytes()).unwrap(), 0o100_644)).unwrap();
    }
    commit(repo, &mut index);
}

#[test]
fn a_waiver_counts_from_the_change_after_the_one_that_brings_it() {
    const ORGANIZATION: &str = "apiVersion: charter/v1\nkind: Organization\nmetadata: {name: acme}\n\
                                spec: {currency: USD, timezone: UTC}\n";
    const WAIVER: &str = "apiVersion: charter/v1\nkind: Waiver\nmetadata: {name: w-1}\n\
                          spec: {control: lead-not-member, team: web, reason: cover, expires: 2026-12-31}\n";
    let folder = tempfile::tempdir().unwrap();
    let repo = Repository::init(folder.path().join("repo")).unwrap();
    let (good, bad) = (team("web", "ana"), team("web", "bo"));
    committed_texts(&repo, &[("o.yaml", ORGANIZATION), ("t.yaml", &good)]);
    let source = source::open(folder.path().join("repo").to_str().unwrap(), &Options::default()).unwrap();
    let store = round::store_in(folder.path());
    let place = |_: &_| Ok(store.clone());
    let follower =
        || Follower::new("central".parse().unwrap(), source.as_ref(), &place, Treatment::default(), "test".to_owned());
    let mut following = follower();
    stepped(&mut following, true);

    committed_texts(&repo, &[("o.yaml", ORGANIZATION), ("t.yaml", &bad), ("w.yaml", WAIVER)]);
    let step = following.step(true, round::landing().at).unwrap().unwrap();
    assert_eq!((step.condition, step.reason.as_str()), (Condition::Stalled, "t.yaml:4:16 lead-not-member"));
    committed_texts(&repo, &[("o.yaml", ORGANIZATION), ("t.yaml", &good), ("w.yaml", WAIVER)]);
    assert_eq!(stepped(&mut following, true).landed.unwrap().counts().add, 1);
    committed_texts(&repo, &[("o.yaml", ORGANIZATION), ("t.yaml", &bad), ("w.yaml", WAIVER)]);
    assert_eq!(stepped(&mut following, true).landed.unwrap().counts().change, 1);
    assert_eq!(following.audit(round::landing().at).unwrap(), Some(Vec::new()));
    drop(following);

    // After its end the head is refused, and what was accepted stands and is healed to.
    sql::Database::open(&folder.path().join("charter.db")).rows("DELETE FROM live_resource WHERE kind = 'Team'");
    let later = "2027-01-02T00:00:00Z".parse().unwrap();
    let step = follower().with_store(Some(store.clone())).step(true, later).unwrap().unwrap();
    assert_eq!((step.condition, step.reason.as_str()), (Condition::Stalled, "t.yaml:4:16 lead-not-member"));
    assert_eq!(step.landed.unwrap().counts().drift, 1);
}

/// The paths of a small tree: files and directories of one name take turns, and what is no manifest is beside them.
const PATHS: [&str; 13] = [
    "a.yaml",
    "a/b.yaml",
    "a/c/d.yml",
    "b",
    "b/e.json",
    "notes.md",
    "schemas/settings.schema.json",
    "a.yaml/f.yaml",
    "A.yaml",
    "crowd/a.yaml",
    "crowd/n-042.yaml",
    "crowd/n-042",
    "crowd/N-007.txt",
];

/// How many files no edit touches in a directory that is so large that its tree is kept.
const CROWD: usize = 120;

/// What is done to a tree: a path, what is put there, and as what.
type Edit = (usize, Option<u8>, bool);

#[test]
fn a_delta_leads_where_the_whole_is() {
    let law = Law { name: "deltas and snapshots", cases: 300, telling: 0.4 };
    let edits = vec(
        vec((0..PATHS.len(), proptest::option::weighted(0.7, any::<u8>()), proptest::bool::weighted(0.95)), 1..4),
        2..8,
    );
    law.holds(&edits, |commits: Vec<Vec<Edit>>| {
        let folder = tempfile::tempdir().unwrap();
        let repo = Repository::init(folder.path()).unwrap();
        let source = source::open(folder.path().to_str().unwrap(), &Options::default()).unwrap();
        let mut files: BTreeMap<&str, (u8, bool)> = BTreeMap::from([("z.yaml", (0, true))]);
        committed(&repo, &files);
        let mut base = source.snapshot(&At::Revision(None)).unwrap();
        let mut deltas = 0;
        for edits in commits {
            for (path, content, is_file) in edits {
                files.retain(|other, _| !stands_in_the_way(other, PATHS[path]));
                match content {
                    Some(content) => drop(files.insert(PATHS[path], (content, is_file))),
                    None => drop(files.remove(PATHS[path])),
                }
            }
            committed(&repo, &files);
            let whole = source.snapshot(&At::Revision(None)).unwrap();
            match source.delta(&base).unwrap() {
                Some(delta) => {
                    base.advance(&delta);
                    deltas += 1;
                }
                None => base = source.snapshot(&At::Revision(None)).unwrap(),
            }
            prop_assert_eq!(format!("{base:?}"), format!("{whole:?}"));
        }
        Ok(Case::telling_if(deltas > 1))
    });
}

fn stands_in_the_way(other: &str, path: &str) -> bool {
    let below = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
    below(other, path) || below(path, other)
}

fn committed(repo: &Repository, files: &BTreeMap<&str, (u8, bool)>) {
    let mut index = git2::Index::new().unwrap();
    let same = repo.blob(b"nothing").unwrap();
    for number in 0..CROWD {
        index.add(&entry(&format!("crowd/n-{number:03}.txt"), same, 0o100_644)).unwrap();
    }
    for (path, (content, is_file)) in files {
        let mode = if *is_file { 0o100_644 } else { 0o120_000 };
        let id = repo.blob(format!("n: {content}\n").as_bytes()).unwrap();
        index.add(&entry(path, id, mode)).unwrap();
    }
    commit(repo, &mut index);
}
