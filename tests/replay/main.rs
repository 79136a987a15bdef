//! Histories, commit by commit: each step changes exactly what it says, and the end depends on the last commit only.
//!
//! `a_real_history` reads the folder that `CHARTER_HISTORY` names; without one it is skipped, and fails where
//! `CHARTER_REQUIRE_HISTORY` is 1. The other history is made here.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod made;
mod real;
#[path = "../support/round.rs"]
mod round;
#[path = "../support/say.rs"]
mod say;
#[path = "../support/sql.rs"]
mod sql;

use std::collections::BTreeSet;
use std::path::Path;

use charter::plan::Options;
use charter::reconcile::{Outcome, Round};
use charter::source::{self, Source};
use charter::store::{Landing, Store};
use round::{apply, landing, lifted, store_in};
use sql::Database;
use tempfile::TempDir;

/// A repository whose commits are applied one after the other to a store of its own.
struct Replay {
    source: Box<dyn Source>,
    store: Store,
    _folder: TempDir,
}

impl Replay {
    fn of(repo: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = source::open(repo.to_str().unwrap(), &source::Options::default()).unwrap();
        Replay { source, store: store_in(folder.path()), _folder: folder }
    }

    fn round(&self, commit: &str, landing: Landing) -> Round {
        apply(self.source.as_ref(), &self.store, commit, landing, Options::default()).unwrap()
    }

    fn facts(&self) -> BTreeSet<String> {
        Database::open(self.store.path()).facts()
    }

    fn live(&self) -> Vec<Vec<String>> {
        Database::open(self.store.path()).live()
    }

    /// Applies a commit that must land, and then again, when nothing is left to do.
    fn lands(&self, commit: &str, landing: Landing) {
        let round = self.round(commit, landing);
        assert!(round.report.is_valid(), "{commit}: {:?}", round.report.findings);
        let Outcome::Landed(planned, landed) = round.outcome else { panic!("{commit}: {:?}", round.outcome) };
        assert_eq!(landed.written, planned.plan.changes.iter().filter(|change| change.writes_live()).count());
        let again = self.round(commit, round::landing()).outcome;
        let Outcome::Current(planned) = again else { panic!("{commit} again: {again:?}") };
        assert!(planned.plan.is_empty());
    }

    /// Offers a commit that must not land: nothing is changed then, not even the journal.
    fn stays(&self, commit: &str, why: fn(&Outcome) -> bool) {
        let state = || self.store.reader().unwrap().state().unwrap();
        let (before, rows) = (state(), self.live());
        let round = self.round(commit, landing());
        assert!(why(&round.outcome), "{commit}: {:?}", round.outcome);
        assert_eq!(state(), before, "{commit}");
        assert_eq!(self.live(), rows, "{commit}");
    }

    fn is_held(&self, commit: &str) {
        self.stays(commit, |outcome| matches!(outcome, Outcome::Held(_)));
    }

    fn is_invalid(&self, commit: &str) {
        self.stays(commit, |outcome| matches!(outcome, Outcome::Invalid));
    }

    /// Applies one commit alone to an empty store and compares all that is live. Returns how many rows that are.
    fn ends_like(&self, repo: &Path, commit: &str) -> usize {
        let alone = Replay::of(repo);
        alone.lands(commit, landing());
        let (rows, expected) = (self.live(), alone.live());
        assert_eq!(rows, expected);
        rows.len()
    }
}
