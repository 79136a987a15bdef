//! A follower keeps what it needs, however long it follows. Alone in its program, so that nothing else takes memory.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

#[path = "support/memory.rs"]
mod memory;
#[path = "support/round.rs"]
mod round;
#[path = "support/say.rs"]
mod say;
#[path = "support/sql.rs"]
mod sql;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use charter::model::snapshot::{Revision, Snapshot, SourceFile};
use charter::reconcile::{Condition, Follower, Treatment};
use charter::source::{At, Source, SourceError};
use memory::Files;
use sql::Database;

/// Commits without an end, made when they are read: every one changes a team.
#[derive(Debug, Default)]
struct Endless {
    head: AtomicUsize,
}

impl Endless {
    fn revision(number: usize) -> Revision {
        let (commit, summary, author) = (format!("{number:040}"), "A change".to_owned(), "Ana".to_owned());
        Revision { commit, reference: None, summary, author, time: round::landing().at }
    }
}

impl Source for Endless {
    fn describe(&self) -> String {
        "endless".to_owned()
    }

    fn read(&self, at: &At, _seen: &mut dyn FnMut(&SourceFile)) -> Result<Snapshot, SourceError> {
        let number = match at {
            At::Revision(Some(number)) => number.parse().unwrap(),
            At::Revision(None) | At::WorkingTree => self.head.load(Ordering::Relaxed),
        };
        let revision = Some(Endless::revision(number));
        Ok(Snapshot { revision, ..memory::snapshot(&files(number)) })
    }

    fn head(&self) -> Result<Option<Revision>, SourceError> {
        Ok(Some(Endless::revision(self.head.load(Ordering::Relaxed))))
    }

    fn identity(&self) -> String {
        self.describe()
    }

    fn resolve(&self, revision: &str) -> Result<Option<Revision>, SourceError> {
        Ok(revision.parse().ok().map(Endless::revision))
    }

    fn watched(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    fn descends(&self, _: &str, _: &str) -> Result<bool, SourceError> {
        Ok(true)
    }

    fn governed_path(&self) -> &str {
        ""
    }
}

/// How many rounds there are before it is measured, and in all.
const WARM: usize = 1_000;
const ROUNDS: usize = 10_000;
/// How often memory is measured at the end, and how many rounds there are from one time to the next.
const LOOKS: usize = 5;
const STRETCH: usize = 500;
/// How often somebody changes a row by hand: so seldom that it is no fight, with a minute from round to round.
const HANDS: usize = 100;
/// How often there is nothing to do, which costs next to nothing.
const QUIET: usize = 10_000;

const TEAMS: usize = 20;

fn team(index: usize, number: usize) -> (String, Vec<u8>) {
    let member = if index == number % TEAMS { format!("m{number}") } else { "ana".to_owned() };
    let text = format!(
        "apiVersion: charter/v1\nkind: Team\nmetadata: {{name: t{index}}}\nspec: {{members: [\"user:{member}\"]}}\n"
    );
    (format!("t{index}.yaml"), text.into_bytes())
}

fn files(number: usize) -> Files {
    let org =
        "apiVersion: charter/v1\nkind: Organization\nmetadata: {name: acme}\nspec: {currency: USD, timezone: UTC}\n";
    let org = ("org.yaml".to_owned(), org.as_bytes().to_vec());
    std::iter::once(org).chain((0..TEAMS).map(|index| team(index, number))).collect()
}

/// Reads how many pages of memory the program has, by `proc(5)`; `None` where the system does not say.
fn pages() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    text.split(' ').nth(1)?.parse().ok()
}

#[test]
fn what_is_kept_does_not_grow_with_the_rounds() {
    let folder = tempfile::tempdir().unwrap();
    let source = Endless::default();
    let store = round::store_in(folder.path());
    let place = |_: &_| Ok(store.clone());
    let minute = |number: usize| round::landing().at + jiff::SignedDuration::from_mins(number.try_into().unwrap());
    let name = "central".parse().unwrap();
    let mut follower = Follower::new(name, &source, &place, Treatment::default(), "test".to_owned());
    let mut follow = |numbers: std::ops::Range<usize>| {
        for number in numbers {
            source.head.store(number, Ordering::Relaxed);
            let by_hand = number > 0 && number.is_multiple_of(HANDS);
            if by_hand {
                Database::open(store.path()).rows("UPDATE live_resource SET spec = '{}' WHERE name = 't7'");
            }
            let step = follower.step(true, minute(number)).unwrap().unwrap();
            assert!(step.condition == Condition::Ready && step.landed.is_some(), "commit {number}");
            assert_eq!(step.records.iter().filter(|record| !record.is_open()).count(), usize::from(by_hand));
        }
    };
    follow(0..WARM);
    let before = pages();
    follow(WARM..ROUNDS - LOOKS * STRETCH);
    // An allocator keeps for a while what was freed: of several looks the least counts.
    let look = |look: usize| {
        follow(ROUNDS - (LOOKS - look) * STRETCH..ROUNDS - (LOOKS - look - 1) * STRETCH);
        pages()
    };
    let looks: Vec<Option<f64>> = (0..LOOKS).map(look).collect();
    for number in 0..QUIET {
        assert!(follower.step(true, minute(ROUNDS)).unwrap().is_none(), "quiet step {number}");
    }
    let after = looks.into_iter().chain([pages()]).flatten().reduce(f64::min);
    let Some((before, after)) = before.zip(after) else { return say::say("SKIPPED steady: no /proc/self/statm") };
    say::say(&format!("steady: {ROUNDS} commits, {QUIET} quiet steps: {before} pages of memory became {after}"));
    // What an allocator keeps differs by a tenth from run to run; a kilobyte a round would be a fifth.
    assert!(after < before * 1.2, "{before} pages became {after}");
}
