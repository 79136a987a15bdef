//! A follower keeps what it needs, however long it follows. Alone in its program, so that nothing else takes memory.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

#[path = "support/memory.rs"]
mod memory;
#[path = "support/round.rs"]
mod round;
#[path = "support/say.rs"]
mod say;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use charter::model::snapshot::{Revision, Snapshot};
use charter::reconcile::{Condition, Follower, Treatment};
use charter::source::{At, Source, SourceError};
use memory::{Files, Memory};

/// A memory whose head moves.
#[derive(Debug)]
struct Moving {
    memory: Memory,
    head: AtomicUsize,
}

impl Moving {
    fn number(&self) -> String {
        self.head.load(Ordering::Relaxed).to_string()
    }
}

impl Source for Moving {
    fn describe(&self) -> String {
        self.memory.describe()
    }

    fn snapshot(&self, at: &At) -> Result<Snapshot, SourceError> {
        match at {
            At::Revision(None) | At::WorkingTree => self.memory.snapshot(&At::Revision(Some(self.number()))),
            At::Revision(Some(_)) => self.memory.snapshot(at),
        }
    }

    fn head(&self) -> Result<Option<Revision>, SourceError> {
        self.memory.resolve(&self.number())
    }

    fn identity(&self) -> String {
        self.memory.identity()
    }

    fn resolve(&self, revision: &str) -> Result<Option<Revision>, SourceError> {
        self.memory.resolve(revision)
    }

    fn watched(&self) -> Vec<PathBuf> {
        self.memory.watched()
    }

    fn descends(&self, commit: &str, from: &str) -> Result<bool, SourceError> {
        self.memory.descends(commit, from)
    }

    fn governed_path(&self) -> &str {
        self.memory.governed_path()
    }
}

/// How many commits there are before it is measured, and after.
const COMMITS: [usize; 2] = [50, 200];
const QUIET: usize = 2_000;

/// An organisation of two hundred teams, of which every commit changes one.
fn files(number: usize) -> Files {
    let org =
        "apiVersion: charter/v1\nkind: Organization\nmetadata: {name: acme}\nspec: {currency: USD, timezone: UTC}\n";
    let team = |index: usize| {
        let changed = if index == number % 200 { format!("user:m{number}") } else { "user:ana".to_owned() };
        let text = format!(
            "apiVersion: charter/v1\nkind: Team\nmetadata: {{name: t{index}}}\nspec: {{members: [\"{changed}\"]}}\n"
        );
        (format!("t{index}.yaml"), text.into_bytes())
    };
    std::iter::once(("org.yaml".to_owned(), org.as_bytes().to_vec())).chain((0..200).map(team)).collect()
}

/// Reads how many pages of memory the program has, by `proc(5)`; `None` where the system does not say.
fn pages() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    text.split(' ').nth(1)?.parse().ok()
}

#[test]
fn what_is_kept_does_not_grow_with_the_rounds() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::of((0..COMMITS[0] + COMMITS[1]).map(files).collect());
    let source = Moving { memory, head: AtomicUsize::new(0) };
    let store = round::store_in(folder.path());
    let place = |_: &_| Ok(store.clone());
    let now = round::landing().at;
    let name = "central".parse().unwrap();
    let mut follower = Follower::new(name, &source, &place, Treatment::default(), "test".to_owned());
    let follow = |follower: &mut Follower<'_>, numbers: std::ops::Range<usize>| {
        for number in numbers {
            source.head.store(number, Ordering::Relaxed);
            let step = follower.step(true, now).unwrap().unwrap();
            assert!(step.condition == Condition::Ready && step.landed.is_some(), "commit {number}");
        }
    };
    follow(&mut follower, 0..COMMITS[0]);
    let before = pages();
    follow(&mut follower, COMMITS[0]..COMMITS[0] + COMMITS[1]);
    for number in 0..QUIET {
        assert!(follower.step(true, now).unwrap().is_none(), "quiet step {number}");
    }
    let Some((before, after)) = before.zip(pages()) else { return say::say("SKIPPED steady: no /proc/self/statm") };
    say::say(&format!(
        "steady: {} commits and {QUIET} quiet steps: {:.2} times the memory",
        COMMITS[1],
        after / before
    ));
    assert!(after < before * 1.5, "{before} pages became {after}");
}
