//! Sources: real repositories, made with the `git` program, and hostile ones, made object by object.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use charter::model::code::Code;
use charter::model::kind::Spec;
use charter::model::snapshot::Snapshot;
use charter::source::{At, Options, Source, SourceError, limits, open};
use git2::{ObjectType, Oid, Repository, Signature, Time};
use serde::Deserialize;

#[path = "../examples/generate/organisation.rs"]
mod organisation;

/// A directory that goes away, and what tests do in it.
struct Place(tempfile::TempDir);

impl Place {
    fn plain() -> Self {
        Place(tempfile::tempdir().unwrap())
    }

    fn repository() -> Self {
        let place = Place::plain();
        place.git(&["init", "-q", "-b", "main"]);
        place
    }

    /// A repository with one commit of two manifests, one of them below `governance`.
    fn committed() -> Self {
        let place = Place::repository();
        place.write("org.yaml", "root").write("governance/team.yaml", "team").commit("the beginning");
        place
    }

    fn path(&self) -> PathBuf {
        self.0.path().canonicalize().unwrap()
    }

    fn join(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    fn write(&self, path: &str, text: &str) -> &Self {
        let file = self.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        self
    }

    fn git(&self, arguments: &[&str]) -> String {
        git_in(&self.path(), arguments)
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn open(&self, path: &str) -> Box<dyn Source> {
        open(self.path().to_str().unwrap(), &Options { path: path.into(), ..Options::default() }).unwrap()
    }

    fn at_head(&self, path: &str) -> Snapshot {
        self.open(path).snapshot(&At::Revision(None)).unwrap()
    }

    fn in_working_tree(&self, path: &str) -> Snapshot {
        self.open(path).snapshot(&At::WorkingTree).unwrap()
    }

    fn refused(&self, options: &Options) -> SourceError {
        open(self.path().to_str().unwrap(), options).unwrap_err()
    }
}

fn git_in(place: &Path, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.current_dir(place).args(arguments);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{role}_NAME"), "Ana").env(format!("GIT_{role}_EMAIL"), "ana@acme.example");
        git.env(format!("GIT_{role}_DATE"), "2026-11-01T12:00:00Z");
    }
    let output = git.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn refused(repo: &str) -> SourceError {
    open(repo, &Options::default()).unwrap_err()
}

fn revision(name: &str) -> At {
    At::Revision(Some(name.to_owned()))
}

/// Every file of a snapshot as `path=text`.
fn files(snapshot: &Snapshot) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    snapshot.files.values().map(|file| format!("{}={}", file.path, text(&file.bytes))).collect()
}

fn findings(snapshot: &Snapshot) -> Vec<(Code, &str)> {
    snapshot.findings.iter().map(|finding| (finding.code, &*finding.origin.path)).collect()
}

// What is read.

#[test]
fn only_yaml_and_json_are_read_sorted_by_path_whatever_the_case_of_the_extension() {
    let place = Place::repository();
    place.write("b/z.YAML", "1").write("a.json", "2").write("b.yml", "3").write("README.md", "4").write("yaml", "5");
    place.commit("files");
    assert_eq!(files(&place.at_head("")), ["a.json=2", "b.yml=3", "b/z.YAML=1"]);
}

#[test]
fn the_settings_schema_below_the_governed_path_is_not_among_the_files() {
    let place = Place::repository();
    place.write("acme/schemas/settings.schema.json", "{}").write("schemas/settings.schema.json", "[]");
    place.write("acme/org.yaml", "o").commit("schema");
    let snapshot = place.at_head("acme");
    assert_eq!(files(&snapshot), ["acme/org.yaml=o"]);
    assert_eq!(&*snapshot.settings_schema.unwrap().path, "acme/schemas/settings.schema.json");
    assert_eq!(place.at_head("").files.len(), 2);
}

#[test]
fn a_directory_of_a_work_tree_is_governed_in_its_repository() {
    let place = Place::committed();
    place.write("governance/acme/org.yaml", "org").commit("acme");
    let options = Options { path: "./acme/".into(), ..Options::default() };
    let source = open(place.join("governance").to_str().unwrap(), &options).unwrap();
    let snapshot = source.snapshot(&At::WorkingTree).unwrap();
    assert_eq!(files(&snapshot), ["governance/acme/org.yaml=org"]);
    assert_eq!(snapshot.lineage.path, "governance/acme");
    assert_eq!(source.describe(), format!("{}, path governance/acme", place.path().display()));
    assert_eq!(source.identity(), place.path().to_str().unwrap());
}

#[test]
fn bare_repositories_linked_work_trees_and_the_git_directory_itself_are_the_repository() {
    let place = Place::committed();
    let elsewhere = Place::plain();
    git_in(&elsewhere.path(), &["clone", "-q", "--bare", place.path().to_str().unwrap(), "bare.git"]);
    place.git(&["worktree", "add", "-q", "-b", "side", elsewhere.join("linked").to_str().unwrap()]);
    let expected = ["governance/team.yaml=team", "org.yaml=root"];
    for repo in [elsewhere.join("bare.git"), elsewhere.join("linked"), place.join(".git")] {
        let source = open(repo.to_str().unwrap(), &Options::default()).unwrap();
        assert_eq!(files(&source.snapshot(&At::WorkingTree).unwrap()), expected);
        assert_eq!(files(&source.snapshot(&At::Revision(None)).unwrap()), expected);
    }
    let linked = open(elsewhere.join("linked").to_str().unwrap(), &Options::default()).unwrap();
    assert_eq!(linked.identity(), place.open("").identity());
    assert_eq!(linked.head().unwrap().unwrap().label()[..5], *"side@");
}

#[test]
fn the_revision_tells_who_when_and_what() {
    let place = Place::repository();
    place.write("org.yaml", "1");
    let commit = place.commit("Raise \u{1b}[31mbudgets\n\nbecause of the launch");
    let revision = place.open("").head().unwrap().unwrap();
    assert_eq!(revision.commit, commit);
    assert_eq!(revision.reference.as_deref(), Some("main"));
    assert_eq!(revision.summary, "Raise \\u{1b}[31mbudgets");
    assert_eq!(revision.author, "Ana <ana@acme.example>");
    assert_eq!(revision.time.to_string(), "2026-11-01T12:00:00Z");
}

#[test]
fn branches_tags_commits_and_their_beginnings_name_a_revision() {
    let place = Place::committed();
    let first = place.git(&["rev-parse", "HEAD"]);
    place.git(&["tag", "-a", "v1", "-m", "first"]);
    place.git(&["branch", "old"]);
    place.write("org.yaml", "new").commit("second");
    let source = place.open("");
    for (name, label) in
        [("old", Some("old")), ("v1", Some("v1")), (&first, None), (&first[..8], None), ("main~1", None)]
    {
        let found = source.snapshot(&revision(name)).unwrap();
        assert_eq!(files(&found)[1], "org.yaml=root", "{name}");
        assert_eq!(found.revision.unwrap().reference.as_deref(), label);
    }
    assert_eq!(files(&source.snapshot(&revision("HEAD")).unwrap())[1], "org.yaml=new");
    place.git(&["checkout", "-q", &first]);
    assert_eq!(place.open("").head().unwrap().unwrap().reference, None);
}

#[test]
fn a_named_branch_counts_in_place_of_head_and_of_the_working_tree() {
    let place = Place::committed();
    place.git(&["branch", "release"]);
    place.write("org.yaml", "new").commit("second");
    place.write("org.yaml", "uncommitted");
    let options = Options { branch: Some("release".into()), ..Options::default() };
    let source = open(place.path().to_str().unwrap(), &options).unwrap();
    assert_eq!(source.head().unwrap().unwrap().label()[..8], *"release@");
    assert_eq!(files(&source.snapshot(&At::Revision(None)).unwrap())[1], "org.yaml=root");
    assert_eq!(files(&source.snapshot(&At::WorkingTree).unwrap())[1], "org.yaml=root");
}

#[test]
fn an_open_source_sees_the_next_commit() {
    let place = Place::committed();
    let source = place.open("");
    let before = source.snapshot(&At::Revision(None)).unwrap();
    place.write("org.yaml", "next").commit("next");
    let after = source.snapshot(&At::Revision(None)).unwrap();
    assert_eq!(files(&after)[1], "org.yaml=next");
    assert_eq!(before.lineage, after.lineage);
}

// Lineage.

#[test]
fn the_roots_are_all_commits_without_parents_and_unknown_in_a_shallow_clone() {
    let place = Place::committed();
    let first = place.git(&["rev-parse", "HEAD"]);
    place.git(&["checkout", "-q", "--orphan", "other"]);
    let second = place.commit("another beginning");
    let source = place.open("");
    assert_eq!(source.snapshot(&revision("main")).unwrap().lineage.roots.join(" "), first);
    place.git(&["merge", "-q", "--allow-unrelated-histories", "-m", "both", "main"]);
    let mut roots = [first, second];
    roots.sort();
    assert_eq!(source.snapshot(&At::Revision(None)).unwrap().lineage.roots, roots);
    let elsewhere = Place::plain();
    git_in(
        &elsewhere.path(),
        &["clone", "-q", "--depth", "1", &format!("file://{}", place.path().display()), "shallow"],
    );
    let shallow = open(elsewhere.join("shallow").to_str().unwrap(), &Options::default()).unwrap();
    assert!(shallow.snapshot(&At::Revision(None)).unwrap().lineage.roots.is_empty());
}

#[test]
fn what_a_clone_knows_of_the_order_of_commits_it_says() {
    let place = Place::committed();
    let mut commits = vec![place.git(&["rev-parse", "HEAD"])];
    commits.extend(["second", "third"].map(|message| place.commit(message)));
    let elsewhere = Place::plain();
    let url = format!("file://{}", place.path().display());
    git_in(&elsewhere.path(), &["clone", "-q", "--depth", "2", &url, "shallow"]);
    let later = place.commit("not here");
    let shallow = open(elsewhere.join("shallow").to_str().unwrap(), &Options::default()).unwrap();
    let builds_on = |source: &dyn Source, from: usize| -> Vec<bool> {
        commits.iter().chain([&later]).map(|commit| source.descends(commit, &commits[from]).unwrap()).collect()
    };
    assert_eq!(builds_on(place.open("").as_ref(), 1), [false, true, true, true]);
    assert_eq!(builds_on(shallow.as_ref(), 1), [false, true, true, false]);
    assert_eq!(builds_on(shallow.as_ref(), 2), [false, false, true, false]);
    assert_eq!(builds_on(shallow.as_ref(), 0), [true, true, true, false], "beyond where it ends");
}

// The working tree.

#[test]
fn the_working_tree_is_the_commit_with_what_lies_changed_on_disk() {
    let place = Place::repository();
    for path in ["kept.yaml", "changed.yaml", "staged.yaml", "deleted.yaml", "dropped/a.yaml", "README.md"] {
        place.write(path, "old");
    }
    place.write(".gitignore", "ignored.yaml\nbuild/\n").commit("first");
    place.write("changed.yaml", "new").write("staged.yaml", "new").write("new/untracked.yaml", "new");
    place
        .write("ignored.yaml", "no")
        .write("build/out.yaml", "no")
        .write("README.md", "new")
        .write("added.yaml", "new");
    place.git(&["add", "staged.yaml", "added.yaml"]);
    place.git(&["rm", "-q", "--cached", "kept.yaml"]);
    fs::remove_file(place.join("deleted.yaml")).unwrap();
    fs::remove_dir_all(place.join("dropped")).unwrap();
    let snapshot = place.in_working_tree("");
    let expected = ["added.yaml=new", "changed.yaml=new", "kept.yaml=old", "new/untracked.yaml=new", "staged.yaml=new"];
    assert_eq!(files(&snapshot), expected);
    assert_eq!(snapshot.uncommitted, 7, "five changed or new, two deleted, README.md not counted");
    assert!(snapshot.findings.is_empty());
    assert!(snapshot.revision.is_some());
    let committed = place.at_head("");
    assert_eq!(committed.files.len(), 5);
    assert_eq!(committed.uncommitted, 0);
}

#[test]
fn changes_outside_the_governed_path_are_not_counted() {
    let place = Place::committed();
    place.write("org.yaml", "new").write("governance2/a.yaml", "new").write("governance/new.yaml", "new");
    let snapshot = place.in_working_tree("governance");
    assert_eq!(files(&snapshot), ["governance/new.yaml=new", "governance/team.yaml=team"]);
    assert_eq!(snapshot.uncommitted, 1);
}

#[test]
fn before_the_first_commit_the_working_tree_can_be_read_and_no_revision() {
    let place = Place::repository();
    assert!(place.in_working_tree("").files.is_empty());
    place.write("acme/org.yaml", "org");
    let snapshot = place.in_working_tree("acme");
    assert_eq!(files(&snapshot), ["acme/org.yaml=org"]);
    assert_eq!((snapshot.revision, snapshot.uncommitted), (None, 1));
    let source = place.open("");
    assert_eq!(source.head(), Ok(None));
    for at in [At::Revision(None), revision("main"), revision("HEAD")] {
        assert!(matches!(source.snapshot(&at), Err(SourceError::NoCommit { .. })), "{at:?}");
    }
}

#[test]
fn a_link_and_a_repository_inside_the_working_tree_are_findings_and_never_entered() {
    let place = Place::committed();
    let outside = Place::plain();
    outside.write("secret.yaml", "secret");
    symlink(outside.path(), place.join("linked")).unwrap();
    fs::remove_file(place.join("org.yaml")).unwrap();
    symlink(outside.join("secret.yaml"), place.join("org.yaml")).unwrap();
    fs::create_dir(place.join("nested")).unwrap();
    git_in(&place.join("nested"), &["init", "-q"]);
    fs::write(place.join("nested/a.yaml"), "nested").unwrap();
    git_in(&place.join("nested"), &["add", "a.yaml"]);
    git_in(&place.join("nested"), &["commit", "-q", "-m", "nested"]);
    let snapshot = place.in_working_tree("");
    assert_eq!(files(&snapshot), ["governance/team.yaml=team"]);
    let expected = [(Code::Symlink, "linked"), (Code::Submodule, "nested"), (Code::Symlink, "org.yaml")];
    assert_eq!(findings(&snapshot), expected);
    place.git(&["add", "nested"]);
    assert_eq!(findings(&place.in_working_tree("")), expected);
}

#[test]
fn a_tracked_directory_that_became_a_link_is_not_read_through_it() {
    let place = Place::committed();
    let outside = Place::plain();
    outside.write("team.yaml", "outside");
    fs::remove_dir_all(place.join("governance")).unwrap();
    symlink(outside.path(), place.join("governance")).unwrap();
    let snapshot = place.in_working_tree("");
    assert_eq!(files(&snapshot), ["org.yaml=root"]);
    assert_eq!(findings(&snapshot), [(Code::Symlink, "governance")]);
}

#[test]
fn twins_in_the_working_tree_are_found_and_a_renamed_directory_is_none() {
    let place = Place::committed();
    place.write("ORG.yaml", "twin");
    assert_eq!(findings(&place.in_working_tree("")), [(Code::PathTwin, "ORG.yaml")]);
    fs::remove_file(place.join("ORG.yaml")).unwrap();
    fs::rename(place.join("governance"), place.join("Governance")).unwrap();
    let snapshot = place.in_working_tree("");
    assert_eq!(files(&snapshot), ["Governance/team.yaml=team", "org.yaml=root"]);
    assert!(snapshot.findings.is_empty());
}

#[test]
fn untracked_names_are_checked_like_committed_ones() {
    let place = Place::committed();
    place.write("a\u{202e}lmay.yaml", "x").write("back\\slash/a.yaml", "x");
    let snapshot = place.in_working_tree("");
    let expected = [(Code::UnsafePath, "a\\u{202e}lmay.yaml"), (Code::UnsafePath, "back\\\\slash")];
    assert_eq!(findings(&snapshot), expected);
    assert_eq!(snapshot.files.len(), 2);
}

// Hostile trees: git's own tools refuse to make them, a server may hold them.

/// A repository whose one commit has the tree that `make` writes.
fn hostile(make: impl FnOnce(&Repository) -> Oid) -> Place {
    let place = Place::repository();
    let repo = Repository::open(place.path()).unwrap();
    let tree = make(&repo);
    let author = "A <a@b> 1700000000 +0000";
    let commit = format!("tree {tree}\nauthor {author}\ncommitter {author}\n\nhostile\n");
    let id = repo.odb().unwrap().write(ObjectType::Commit, commit.as_bytes()).unwrap();
    place.git(&["update-ref", "refs/heads/main", &id.to_string()]);
    place
}

fn tree(repo: &Repository, entries: &[(&str, &[u8], Oid)]) -> Oid {
    let entry = |(mode, name, id): &(&str, &[u8], Oid)| [mode.as_bytes(), b" ", name, b"\0", id.as_bytes()].concat();
    let bytes: Vec<u8> = entries.iter().flat_map(entry).collect();
    repo.odb().unwrap().write(ObjectType::Tree, &bytes).unwrap()
}

const FILE: &str = "100644";
const DIRECTORY: &str = "40000";

/// What is found in a commit whose root holds a sound file and one more entry.
fn found_beside(mode: &str, name: &[u8]) -> Vec<(Code, String)> {
    let place = hostile(|repo| {
        let blob = repo.blob(b"x").unwrap();
        let inner = tree(repo, &[(FILE, b"inner.yaml", blob)]);
        let id = if mode == DIRECTORY { inner } else { blob };
        tree(repo, &[(FILE, b"sound.yaml", blob), (mode, name, id)])
    });
    let snapshot = place.at_head("");
    assert_eq!(files(&snapshot), ["sound.yaml=x"], "nothing below {name:?} is read");
    assert!(snapshot.findings.iter().all(|finding| finding.is_error() && finding.help.is_some()));
    findings(&snapshot).into_iter().map(|(code, path)| (code, path.to_owned())).collect()
}

#[test]
fn links_and_submodules_in_a_commit_are_findings_whatever_their_name() {
    assert_eq!(found_beside("120000", b"README"), [(Code::Symlink, "README".into())]);
    assert_eq!(found_beside("160000", b"vendor"), [(Code::Submodule, "vendor".into())]);
    assert_eq!(found_beside("10000", b"pipe.yaml"), [(Code::UnsafePath, "pipe.yaml".into())]);
}

#[test]
fn unsafe_names_in_a_commit_are_findings_and_not_entered() {
    let long = [b'x'; 300];
    let names: [(&[u8], &str); 13] = [
        (b"..", ".."),
        (b".", "."),
        (b"", ""),
        (b".git", ".git"),
        (b".GIT", ".GIT"),
        (b"git~1", "git~1"),
        (b"a/b.yaml", "a/b.yaml"),
        (b"..\\b.yaml", "..\\\\b.yaml"),
        (b"new\nline.yaml", "new\\nline.yaml"),
        (b"esc\x1b[2J.yaml", "esc\\u{1b}[2J.yaml"),
        ("a\u{202e}lmay.b".as_bytes(), "a\\u{202e}lmay.b"),
        (b"latin\xe9.yaml", "latin\\xe9.yaml"),
        (&long, std::str::from_utf8(&long).unwrap()),
    ];
    for (name, shown) in names {
        for mode in [FILE, DIRECTORY] {
            assert_eq!(found_beside(mode, name), [(Code::UnsafePath, shown.to_owned())]);
        }
    }
}

#[test]
fn twins_in_a_commit_are_findings_that_name_the_other() {
    let place = hostile(|repo| {
        let blob = repo.blob(b"x").unwrap();
        let inner = tree(repo, &[(FILE, "e\u{301}.md".as_bytes(), blob), (FILE, "\u{e9}.md".as_bytes(), blob)]);
        tree(repo, &[(FILE, b"Team.yaml", blob), (DIRECTORY, b"a", inner), (FILE, b"team.yaml", blob)])
    });
    let snapshot = place.at_head("");
    assert_eq!(findings(&snapshot), [(Code::PathTwin, "a/\u{e9}.md"), (Code::PathTwin, "team.yaml")]);
    let (other, _) = snapshot.findings[1].related.clone().unwrap();
    assert_eq!(&*other.path, "Team.yaml");
}

#[test]
fn an_entry_that_stands_twice_is_read_once() {
    let place = hostile(|repo| {
        let (first, second) = (repo.blob(b"first").unwrap(), repo.blob(b"second").unwrap());
        tree(repo, &[(FILE, b"a.yaml", first), (FILE, b"a.yaml", second)])
    });
    let snapshot = place.at_head("");
    assert_eq!(findings(&snapshot), [(Code::PathTwin, "a.yaml")]);
    assert_eq!(files(&snapshot), ["a.yaml=first"]);
}

#[test]
fn what_is_unsafe_outside_the_governed_path_does_not_matter() {
    let place = hostile(|repo| {
        let blob = repo.blob(b"x").unwrap();
        let inner = tree(repo, &[(FILE, b"org.yaml", blob)]);
        tree(repo, &[("120000", b"link", blob), (DIRECTORY, b"acme", inner), (FILE, b"LINK", blob)])
    });
    let snapshot = place.at_head("acme");
    assert!(snapshot.findings.is_empty());
    assert_eq!(files(&snapshot), ["acme/org.yaml=x"]);
}

#[test]
fn a_tree_that_is_a_file_and_a_file_that_is_a_tree_are_errors() {
    for mode in [FILE, DIRECTORY] {
        let place = hostile(|repo| {
            let blob = repo.blob(b"x").unwrap();
            let wrong = if mode == FILE { tree(repo, &[]) } else { blob };
            tree(repo, &[(mode, b"a.yaml", wrong)])
        });
        let error = place.open("").snapshot(&At::Revision(None)).unwrap_err();
        assert!(matches!(&error, SourceError::Unreadable { path, .. } if path == "a.yaml"), "{error}");
    }
}

#[test]
fn a_missing_or_damaged_object_is_an_error_and_not_an_absent_file() {
    let place = Place::committed();
    let blob = place.git(&["rev-parse", "HEAD:org.yaml"]);
    let object = place.join(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..]));
    fs::remove_file(&object).unwrap();
    let error = place.open("").snapshot(&At::Revision(None)).unwrap_err();
    assert!(matches!(&error, SourceError::Unreadable { path, .. } if path == "org.yaml"), "{error}");
    let other = place.git(&["rev-parse", "HEAD:governance/team.yaml"]);
    fs::copy(place.join(&format!(".git/objects/{}/{}", &other[..2], &other[2..])), &object).unwrap();
    let error = place.open("").snapshot(&At::Revision(None)).unwrap_err();
    assert!(matches!(&error, SourceError::Unreadable { path, .. } if path == "org.yaml"), "{error}");
}

// Limits.

#[test]
fn a_blob_of_a_hundred_megabytes_is_a_finding_and_never_loaded() {
    let place = Place::committed();
    fs::File::create(place.join("big.yaml")).unwrap().set_len(100 << 20).unwrap();
    fs::File::create(place.join("big.png")).unwrap().set_len(100 << 20).unwrap();
    assert_eq!(findings(&place.in_working_tree("")), [(Code::FileTooLarge, "big.yaml")]);
    place.commit("big");
    let snapshot = place.at_head("");
    assert_eq!(findings(&snapshot), [(Code::FileTooLarge, "big.yaml")]);
    assert_eq!(snapshot.files.len(), 2);
}

#[test]
fn a_large_blob_of_which_the_checkout_leaves_little_is_never_loaded() {
    let place = Place::committed();
    place.write(".gitattributes", "*.yaml ident\n");
    let bytes = usize::try_from(limits::FILE_BYTES).unwrap();
    place.write("raw", &format!("# $Id: {}$\n", "a".repeat(bytes)));
    let blob = place.git(&["hash-object", "-w", "--no-filters", "raw"]);
    fs::remove_file(place.join("raw")).unwrap();
    place.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{},big.yaml", blob.trim())]);
    place.git(&["commit", "-qm", "big"]);
    place.git(&["checkout", "--", "big.yaml"]);
    assert!(fs::metadata(place.join("big.yaml")).unwrap().len() < 100);
    let mut seen = Vec::new();
    let at = At::Revision(None);
    let snapshot = place.open("").read(&at, &mut |file| seen.push(file.path.to_string())).unwrap();
    assert_eq!(findings(&snapshot), [(Code::FileTooLarge, "big.yaml")]);
    assert!(!seen.contains(&"big.yaml".to_owned()), "{seen:?}");
}

#[test]
fn too_many_files_and_too_many_bytes_are_one_finding_and_nothing_is_read() {
    let names: Vec<String> = (0..=limits::FILES).map(|index| format!("{index}.yaml")).collect();
    let many = hostile(|repo| {
        let blob = repo.blob(b"x").unwrap();
        let entries: Vec<_> = names.iter().map(|name| (FILE, name.as_bytes(), blob)).collect();
        tree(repo, &entries)
    });
    let large = hostile(|repo| {
        let blob = repo.blob(&vec![b'#'; usize::try_from(limits::FILE_BYTES).unwrap()]).unwrap();
        let entries: Vec<_> = names.iter().take(129).map(|name| (FILE, name.as_bytes(), blob)).collect();
        tree(repo, &entries)
    });
    for place in [many, large] {
        let snapshot = place.at_head("");
        assert_eq!(findings(&snapshot), [(Code::TooManyFiles, "")]);
        assert!(snapshot.files.is_empty());
    }
}

#[test]
fn a_tree_that_names_itself_level_by_level_ends_in_a_finding() {
    let place = hostile(|repo| {
        let names: Vec<String> = (0..16).map(|index| format!("{index:x}")).collect();
        let mut id = tree(repo, &[]);
        for _ in 0..12 {
            let entries: Vec<_> = names.iter().map(|name| (DIRECTORY, name.as_bytes(), id)).collect();
            id = tree(repo, &entries);
        }
        id
    });
    assert_eq!(findings(&place.at_head("")), [(Code::TooManyFiles, "")]);
}

#[test]
fn directories_nest_no_deeper_than_the_limit() {
    let nested = |levels: usize| {
        hostile(move |repo| {
            let mut id = tree(repo, &[(FILE, b"a.yaml", repo.blob(b"x").unwrap())]);
            for _ in 0..levels {
                id = tree(repo, &[(DIRECTORY, b"d", id)]);
            }
            id
        })
    };
    let sound = nested(limits::DEPTH).at_head("");
    assert!(sound.findings.is_empty() && sound.files.len() == 1);
    let deep = nested(limits::DEPTH + 1).at_head("");
    assert_eq!(deep.findings[0].code, Code::TooDeep);
    assert!(deep.files.is_empty());
    assert_eq!(nested(limits::DEPTH + 1).at_head("d").files.len(), 1, "counted from the governed path");
}

#[test]
fn findings_are_listed_up_to_a_limit() {
    let names: Vec<String> = (0..=limits::FINDINGS).map(|index| format!("link{index}")).collect();
    let place = hostile(|repo| {
        let blob = repo.blob(b"x").unwrap();
        let entries: Vec<_> = names.iter().map(|name| ("120000", name.as_bytes(), blob)).collect();
        tree(repo, &entries)
    });
    let snapshot = place.at_head("");
    assert_eq!(snapshot.findings.len(), limits::FINDINGS + 1);
    assert_eq!(snapshot.findings[0].code, Code::TooManyFiles);
}

// Plain directories.

#[test]
fn a_plain_directory_is_read_without_following_links_or_opening_pipes() {
    let place = Place::plain();
    let outside = Place::plain();
    outside.write("secret.yaml", "secret");
    place.write("acme/org.yaml", "org").write("acme/teams/a.yml", "a").write("other.yaml", "o");
    fs::create_dir(place.join("acme/.git")).unwrap();
    place.write("acme/.git/config.yaml", "git").write("acme/schemas/settings.schema.json", "{}");
    symlink(outside.path(), place.join("acme/linked")).unwrap();
    symlink(outside.join("secret.yaml"), place.join("acme/file.yaml")).unwrap();
    assert!(Command::new("mkfifo").arg(place.join("acme/pipe.yaml")).status().unwrap().success());
    let source = place.open("acme");
    let snapshot = source.snapshot(&At::WorkingTree).unwrap();
    assert_eq!(files(&snapshot), ["acme/org.yaml=org", "acme/teams/a.yml=a"]);
    let expected =
        [(Code::Symlink, "acme/file.yaml"), (Code::Symlink, "acme/linked"), (Code::UnsafePath, "acme/pipe.yaml")];
    assert_eq!(findings(&snapshot), expected);
    assert!(snapshot.settings_schema.is_some());
    assert_eq!((snapshot.label().as_str(), snapshot.lineage.roots.len()), ("directory", 0));
    assert_eq!(snapshot.lineage.path, "acme");
    assert_eq!(source.head(), Ok(None));
    let refused = source.snapshot(&At::Revision(None)).unwrap_err();
    assert!(matches!(refused, SourceError::NotARepository { .. }), "only commits are applied: {refused}");
}

#[test]
fn names_and_sizes_in_a_plain_directory_are_checked() {
    let place = Place::plain();
    place.write("Team.yaml", "x").write("team.yaml", "x").write("a\nb/c.yaml", "x").write(".GIT/a.yaml", "x");
    fs::File::create(place.join("big.json")).unwrap().set_len(limits::FILE_BYTES + 1).unwrap();
    let expected = [
        (Code::UnsafePath, ".GIT"),
        (Code::UnsafePath, "a\\nb"),
        (Code::FileTooLarge, "big.json"),
        (Code::PathTwin, "team.yaml"),
    ];
    assert_eq!(findings(&place.in_working_tree("")), expected);
}

#[test]
fn a_plain_directory_has_no_revisions_and_no_branches() {
    let place = Place::plain();
    let error = place.open("").snapshot(&revision("main")).unwrap_err();
    assert!(error.to_string().contains("plain directory"), "{error}");
    let error = place.refused(&Options { branch: Some("main".into()), ..Options::default() });
    assert!(matches!(error, SourceError::NotARepository { .. }));
}

#[test]
fn a_governed_path_is_not_reached_through_a_link() {
    let place = Place::plain();
    let outside = Place::plain();
    outside.write("org.yaml", "x");
    symlink(outside.path(), place.join("acme")).unwrap();
    let error = place.open("acme").snapshot(&At::WorkingTree).unwrap_err();
    assert!(matches!(error, SourceError::NoSuchPath { .. }));
    place.git(&["init", "-q"]);
    place.commit("link");
    for at in [At::WorkingTree, At::Revision(None)] {
        let error = place.open("acme").snapshot(&at).unwrap_err();
        assert!(matches!(error, SourceError::NoSuchPath { .. }), "{error}");
    }
}

// What cannot be opened.

#[test]
fn nothing_there_and_a_file_are_told_apart() {
    let place = Place::committed();
    assert!(matches!(refused(place.join("missing").to_str().unwrap()), SourceError::NotFound { .. }));
    assert!(matches!(refused(place.join("org.yaml").to_str().unwrap()), SourceError::NotARepository { .. }));
    assert!(matches!(refused(""), SourceError::NotFound { .. }));
}

#[test]
fn a_damaged_repository_is_not_taken_for_a_plain_directory() {
    let place = Place::committed();
    fs::remove_file(place.join(".git/HEAD")).unwrap();
    assert!(matches!(refused(place.path().to_str().unwrap()), SourceError::NotARepository { .. }));
}

#[test]
fn an_address_that_is_not_followed_is_refused_before_anything_is_made_and_without_its_password() {
    for url in
        ["http://ana:hunter2@acme.example/org.git", "git://acme.example/org", "ext::sh -c true", "ana:hunter2@b:c"]
    {
        let place = Place::plain();
        let options = Options { cache: place.join("cache"), ..Options::default() };
        let error = open(url, &options).unwrap_err();
        assert!(matches!(error, SourceError::RefusedUrl { .. }), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert!(!place.join("cache").exists());
    }
}

#[test]
fn reftable_sha256_and_unknown_extensions_are_named() {
    for (arguments, extension) in [
        (["init", "-q", "--ref-format=reftable"], "refstorage = reftable"),
        (["init", "-q", "--object-format=sha256"], "objectformat = sha256"),
    ] {
        let place = Place::plain();
        place.git(&arguments);
        let error = place.refused(&Options::default());
        assert!(
            matches!(&error, SourceError::UnsupportedRepository { extension: named, .. } if named == extension),
            "{error}"
        );
    }
    let place = Place::committed();
    place.git(&["config", "core.repositoryformatversion", "1"]);
    place.git(&["config", "extensions.teleport", "on"]);
    let error = place.refused(&Options::default());
    assert!(error.to_string().contains("`teleport = on`"), "{error}");
}

#[test]
fn a_governed_path_stays_inside_the_repository() {
    let place = Place::committed();
    for path in ["/etc", "..", "a/../b", "a\\b", ".git/objects", "a\nb"] {
        let error = place.refused(&Options { path: path.into(), ..Options::default() });
        assert!(matches!(error, SourceError::BadPath { .. }), "{path}: {error}");
        assert!(!error.to_string().contains('\n'));
    }
    assert_eq!(place.at_head("./governance//").lineage.path, "governance");
}

#[test]
fn what_does_not_exist_is_named_with_what_is_near() {
    let place = Place::committed();
    place.git(&["tag", "release-1"]);
    let source = place.open("");
    let message = |at| source.snapshot(&at).unwrap_err().to_string();
    assert!(message(revision("mian")).contains("did you mean `main`?"));
    assert!(message(revision("release_1")).contains("did you mean `release-1`?"));
    assert!(message(revision("0000000")).contains("there is `main`"));
    assert!(message(revision("a\nb")).contains("`a\\nb`"));
    let missing = |path: &str| place.open(path).snapshot(&At::Revision(None)).unwrap_err().to_string();
    assert!(missing("goverance").contains("did you mean `governance`?"));
    assert!(missing("org.yaml").contains("no directory there"));
    let options = Options { branch: Some("release-1".into()), ..Options::default() };
    let error = open(place.path().to_str().unwrap(), &options).unwrap().head().unwrap_err();
    assert!(matches!(error, SourceError::NoSuchRevision { .. }), "a tag is no branch");
}

#[test]
fn an_ignored_directory_is_not_taken_for_an_empty_one() {
    let place = Place::committed();
    place.write(".gitignore", "build/\n").write("build/org.yaml", "x");
    let error = place.open("build").snapshot(&At::WorkingTree).unwrap_err();
    assert!(error.to_string().contains("git ignores"), "{error}");
}

#[test]
fn an_ambiguous_beginning_of_a_commit_is_refused() {
    let place = Place::repository();
    let repo = Repository::open(place.path()).unwrap();
    let tree = repo.find_tree(tree(&repo, &[])).unwrap();
    let mut seen = std::collections::HashMap::new();
    let beginning = (0..).find_map(|second| {
        let signature = Signature::new("Ana", "ana@acme.example", &Time::new(second, 0)).unwrap();
        let id = repo.commit(None, &signature, &signature, "x", &tree, &[]).unwrap().to_string();
        seen.insert(id[..4].to_owned(), id.clone()).map(|_| id[..4].to_owned())
    });
    place.git(&["commit", "-q", "--allow-empty", "-m", "head"]);
    let error = place.open("").snapshot(&revision(&beginning.unwrap())).unwrap_err();
    assert!(matches!(error, SourceError::AmbiguousRevision { .. }), "{error}");
}

#[test]
fn a_repository_of_another_user_is_refused_with_the_way_out() {
    let place = Place::committed();
    let is_root =
        [place.path(), place.join(".git")].iter().all(|path| std::os::unix::fs::chown(path, Some(12345), None).is_ok());
    let trusted = git2::Config::open_default().unwrap().get_entry("safe.directory").is_ok();
    if !is_root || trusted {
        return; // Only root can give a directory away, and a machine may trust every directory.
    }
    let error = place.refused(&Options::default());
    assert!(matches!(error, SourceError::NotOwned { .. }), "{error}");
    assert!(error.to_string().contains("safe.directory"));
}

// The generated organisation.

#[test]
fn a_generated_organisation_has_exactly_the_resources_asked_for_in_the_shape_of_their_kinds() {
    for count in [11, 12, 24, 300, 1000] {
        let place = Place::plain();
        let place = place.join("acme");
        organisation::write(count, &place).unwrap();
        let source = open(place.to_str().unwrap(), &Options::default()).unwrap();
        let snapshot = source.snapshot(&At::WorkingTree).unwrap();
        assert_eq!((snapshot.uncommitted, snapshot.findings.len()), (0, 0));
        assert!(snapshot.settings_schema.is_some());
        let mut resources = 0;
        for document in snapshot.files.values().flat_map(|file| serde_yaml::Deserializer::from_slice(&file.bytes)) {
            let manifest = serde_json::Value::deserialize(document).unwrap();
            let kind = manifest["kind"].as_str().unwrap().parse().unwrap();
            let mut spec = manifest["spec"].clone();
            for pointer in ["/limit", "/projects/agents", "/projects/evaluation", "/budgets/0/limit"] {
                if let Some(amount) = spec.pointer_mut(pointer) {
                    *amount = amount.to_string().into();
                }
            }
            let spec = Spec::read(kind, spec).unwrap();
            assert!(spec.examine().faults.is_empty() && spec.examine().repetitions.is_empty());
            resources += 1;
        }
        assert_eq!(resources, count);
    }
}

#[test]
fn the_same_size_gives_the_same_commit_and_a_full_directory_is_left_alone() {
    let (first, second) = (Place::plain(), Place::plain());
    organisation::write(50, &first.path()).unwrap();
    organisation::write(50, &second.path()).unwrap();
    assert_eq!(first.git(&["rev-parse", "HEAD"]), second.git(&["rev-parse", "HEAD"]));
    assert!(matches!(organisation::write(50, &first.path()), Err(organisation::Failure::NotEmpty)));
    assert!(matches!(organisation::write(10, &first.join("new")), Err(organisation::Failure::TooFew)));
}
