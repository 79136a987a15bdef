//! All or nothing: a `charter apply` of 20,000 changes that is killed at any instant leaves the state before or the state
//! after, a journal that verifies, and a store that the next apply brings where it should be.
//!
//! `CHARTER_KILLS=500 cargo test --release --test kill` kills more often than the fifty times of every run.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

#[path = "../examples/generate/organisation.rs"]
mod organisation;
#[path = "support/round.rs"]
mod round;
#[path = "support/say.rs"]
mod say;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use charter::model::admitted::Admitted;
use charter::model::canonical::Canonical;
use charter::model::id::ResourceId;
use charter::plan::{Options, plan};
use charter::reconcile::{Outcome, check};
use charter::source::{self, At};
use charter::store::Store;
use git2::{Repository, Signature, Time};
use tempfile::TempDir;

/// How many resources the organisation has; all but those of its first file are new to the store.
const RESOURCES: usize = 20_100;
/// The least number of changes that an apply has here.
const CHANGES: usize = 20_000;
/// The least number of runs on either side.
const EACH: usize = 10;

type Rows = BTreeMap<ResourceId, Canonical>;

/// A repository with two commits, and a store that holds the first.
struct Scene {
    folder: TempDir,
    before: Rows,
    after: Rows,
    admitted: Admitted,
}

/// What became of a killed apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Killed, and nothing is changed; `torn` where the log holds a part of the transaction.
    Before { torn: bool },
    /// Killed, and everything is changed.
    After,
    /// Done before it could be killed.
    Unharmed,
}

impl Scene {
    /// Founds an organisation of one file, applies it, and lets it grow by a commit that nobody has applied.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repo = folder.path().join("repo");
        organisation::write(RESOURCES, &repo).unwrap();
        let small = grow_from_one_file(&Repository::open(&repo).unwrap());
        let source = source::open(repo.to_str().unwrap(), &source::Options::default()).unwrap();
        let store = round::store_in(folder.path());
        let landed = round::apply(source.as_ref(), &store, &small, round::landing(), Options::default()).unwrap();
        assert!(matches!(landed.outcome, Outcome::Landed(..)), "{:?}", landed.report.findings);
        let now = round::landing().at;
        let admitted = check(source.as_ref(), &At::Revision(None), now).unwrap().admitted.unwrap();
        let (live, applied) = store.reader().unwrap().state().unwrap();
        let plan = plan(&admitted, &applied, &live, &Options::default());
        assert!(plan.changes.len() >= CHANGES, "only {} changes", plan.changes.len());
        let resources = &admitted.desired().resources;
        let after = resources.iter().map(|manifest| (manifest.id.clone(), manifest.canonical.clone())).collect();
        Scene { folder, before: live.rows, after, admitted }
    }

    /// Makes a copy of the store as it was before.
    fn copy(&self) -> (TempDir, Store) {
        let place = tempfile::tempdir_in(self.folder.path()).unwrap();
        let store = round::store_in(place.path());
        std::fs::copy(round::store_in(self.folder.path()).path(), store.path()).unwrap();
        (place, store)
    }

    /// Starts the program on a store.
    fn apply(&self, store: &Store) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_charter"));
        command.current_dir(self.folder.path()).args(["apply", "--repo", "repo", "--store", &store.url()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Measures an apply that nobody kills.
    fn whole(&self) -> Whole {
        let (_place, store) = self.copy();
        let (begun, mut log) = (Instant::now(), 0);
        let mut child = self.apply(&store);
        while child.try_wait().unwrap().is_none() {
            log = log.max(length(&log_of(&store)));
            std::thread::sleep(Duration::from_millis(1));
        }
        let time = begun.elapsed();
        assert!(child.wait().unwrap().success());
        assert_eq!(self.side(&store), End::After);
        Whole { time, log }
    }

    /// Kills an apply at a moment, looks at what it left, and applies again.
    fn kill(&self, moment: Moment, by_program: bool) -> End {
        let (_place, store) = self.copy();
        let begun = Instant::now();
        let mut child = self.apply(&store);
        moment.wait(&mut child, begun, &store);
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let was_killed = std::os::unix::process::ExitStatusExt::signal(&status) == Some(9);
        assert!(was_killed || status.success(), "neither killed nor done: {status}");
        let torn = length(&log_of(&store)) > 0;
        let end = match self.side(&store) {
            End::Before { .. } => End::Before { torn },
            side @ (End::After | End::Unharmed) => side,
        };
        assert!(was_killed || end == End::After, "it ended well and did nothing");
        self.converge(&store, by_program);
        if was_killed { end } else { End::Unharmed }
    }

    /// Says on which side a store is. It must be on one of them, in all that it holds.
    fn side(&self, store: &Store) -> End {
        let mut reader = store.reader().unwrap();
        let (live, applied) = reader.state().unwrap();
        assert!(live.foreign.is_empty());
        assert!(live.rows == applied.rows, "live is not what was applied");
        let head = reader.verify().unwrap();
        assert_eq!(head, applied.journal);
        let rows = [&self.before, &self.after].map(|rows| *rows == live.rows);
        match rows {
            [true, false] => {
                assert_eq!(head.count as usize, self.before.len() + 1, "nothing is told that did not happen");
                End::Before { torn: false }
            }
            [false, true] => {
                assert_eq!(head.count as usize, self.after.len() + 2, "an entry a resource, and one a landing");
                End::After
            }
            _ => panic!("a part of the plan is live: {} rows", live.rows.len()),
        }
    }

    /// Applies once more, by the program or as the program does it: afterwards the store is as it should be.
    fn converge(&self, store: &Store, by_program: bool) {
        if by_program {
            assert!(self.apply(store).wait().unwrap().success());
        } else {
            let (live, applied) = store.reader().unwrap().state().unwrap();
            let plan = plan(&self.admitted, &applied, &live, &Options::default());
            if plan.changes.is_empty() {
                return;
            }
            store.writer().unwrap().land(&plan, &round::landing()).unwrap();
        }
        assert_eq!(self.side(store), End::After);
    }
}

fn log_of(store: &Store) -> PathBuf {
    let mut path = store.path().as_os_str().to_owned();
    path.push("-wal");
    Path::new(&path).to_owned()
}

/// Adds two commits: one with the organisation's own file alone, and one with everything again. Returns the first.
fn grow_from_one_file(repo: &Repository) -> String {
    let full = repo.head().unwrap().peel_to_commit().unwrap();
    let tree = full.tree().unwrap();
    let mut builder = repo.treebuilder(None).unwrap();
    for name in ["org.yaml", "schemas"] {
        let entry = tree.get_name(name).unwrap();
        builder.insert(name, entry.id(), entry.filemode()).unwrap();
    }
    let small = repo.find_tree(builder.write().unwrap()).unwrap();
    let author = Signature::new("Grace", "grace@acme.example", &Time::new(1_793_620_800, 0)).unwrap();
    let commit = |message, tree: &git2::Tree<'_>, parent: &git2::Commit<'_>| {
        let id = repo.commit(Some("HEAD"), &author, &author, message, tree, &[parent]).unwrap();
        repo.find_commit(id).unwrap()
    };
    let shrunk = commit("Start again with the organisation alone", &small, &full);
    commit("Everybody is back", &tree, &shrunk);
    shrunk.id().to_string()
}

/// When to kill: at an instant, or when the files show that the transaction or what follows it has come so far.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// After the start of the program.
    Clock(Duration),
    /// When the log has so many bytes: in the middle of the transaction, or just after it.
    Log(u64),
    /// So long after the log began to be folded into the file: after the commit.
    Folded(Duration),
}

impl Moment {
    /// Picks the moment of a run: half are spread evenly over the whole apply, a quarter over the writing of the log, and
    /// a quarter are after the commit.
    fn of(run: u32, whole: &Whole) -> Self {
        // Multiples of the golden ratio fill the stretch evenly, however many there will be.
        let part = (f64::from(run / 4) * 0.618_033_988_75).fract();
        match run % 4 {
            0 => Moment::Clock(whole.time.mul_f64(part)),
            1 => Moment::Log((whole.log as f64 * part) as u64 + 1),
            2 => Moment::Clock(whole.time.mul_f64((part + 0.309).fract())),
            _ => Moment::Folded(whole.time.mul_f64(part / 100.0)),
        }
    }

    /// Waits for the moment, or for the end of the program where that comes first.
    fn wait(self, child: &mut Child, begun: Instant, store: &Store) {
        let from = length(store.path());
        let mut folding: Option<Instant> = None;
        while child.try_wait().unwrap().is_none() {
            if folding.is_none() && length(store.path()) > from {
                folding = Some(Instant::now());
            }
            let has_come = match self {
                Moment::Clock(time) => begun.elapsed() >= time,
                Moment::Log(bytes) => length(&log_of(store)) >= bytes,
                Moment::Folded(time) => folding.is_some_and(|since| since.elapsed() >= time),
            };
            if has_come {
                return;
            }
            std::thread::sleep(Duration::from_micros(300));
        }
    }
}

/// What an apply takes that nobody kills.
#[derive(Debug, Clone, Copy)]
struct Whole {
    time: Duration,
    /// The largest that the log becomes, in bytes.
    log: u64,
}

fn length(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |file| file.len())
}

#[test]
fn a_killed_apply_leaves_before_or_after() {
    let kills = std::env::var("CHARTER_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(50).max(1);
    let begun = Instant::now();
    let scene = Scene::new();
    let whole = scene.whole();
    let prepared = begun.elapsed();
    let (mut before, mut torn, mut after, mut unharmed) = (0usize, 0usize, 0usize, 0usize);
    for run in 0..kills * 3 {
        if before + after >= kills as usize && before.min(after) >= EACH {
            break;
        }
        match scene.kill(Moment::of(run, &whole), run % 10 == 0) {
            End::Before { torn: part } => (before, torn) = (before + 1, torn + usize::from(part)),
            End::After => after += 1,
            // Done before it could be killed: that is no run, and too many of them tell nothing.
            End::Unharmed => unharmed += 1,
        }
    }
    say::say(&format!(
        "kill: {} changes, an apply of {:.1?}: {before} killed before the commit ({torn} of them with a part of the \
         transaction written), {after} after it; {unharmed} were done before they could be killed; {:.0?} in all, {prepared:.0?} \
         of it to prepare",
        scene.after.len() - scene.before.len(),
        whole.time,
        begun.elapsed(),
    ));
    assert!(before + after >= kills as usize, "meaningless: {unharmed} were done before they could be killed");
    assert!(before >= EACH && after >= EACH, "meaningless: {before} ended before and {after} after");
}
