//! The command that applies a plan, as one types it.

use std::collections::BTreeSet;

use super::args::{RepoArgs, StoreArgs};
use crate::model::credential;
use crate::model::plan::Plan;

/// What was said to the verb that made the plan, as far as an apply has to be told it again.
#[derive(Debug)]
pub struct Command<'a> {
    pub repo: &'a RepoArgs,
    pub store: &'a StoreArgs,
    /// The directory that was named in place of the repository.
    pub dir: Option<&'a String>,
    pub rev: Option<&'a String>,
    pub adopt: bool,
    pub prune: bool,
    pub adopt_store: bool,
    pub reason: Option<&'a String>,
}

impl<'a> Command<'a> {
    /// Begins with a repository and a store.
    pub fn of(repo: &'a RepoArgs, store: &'a StoreArgs) -> Self {
        Command { repo, store, dir: None, rev: None, adopt: false, prune: false, adopt_store: false, reason: None }
    }

    /// Writes the command, all but the plan's hash; guards that hold the plan are lifted.
    pub fn line(&self, plan: &Plan) -> String {
        let flags = [
            ("--rev", self.rev),
            ("--repo", self.dir.or(self.repo.repo.as_ref())),
            ("--path", self.repo.path.as_ref()),
            ("--branch", self.repo.branch.as_ref()),
            ("--store", self.store.store.as_ref()),
        ];
        let said = flags.iter().filter_map(|(flag, value)| value.map(|value| format!(" {flag} {}", quoted(value))));
        let switches = [(" --adopt", self.adopt), (" --prune", self.prune), (" --adopt-store", self.adopt_store)];
        let set = switches.iter().filter(|(_, is_set)| *is_set).map(|(switch, _)| *switch);
        let guards: BTreeSet<&str> = plan.holds.iter().map(|hold| hold.guard.as_str()).collect();
        let lifted: String = guards.into_iter().map(|guard| format!(" --allow {guard}")).collect();
        let reason = self.reason.map_or_else(|| "TEXT".to_owned(), |reason| quoted(reason));
        let why = if lifted.is_empty() { String::new() } else { format!(" --reason {reason}") };
        format!("charter apply{}{}{lifted}{why}", said.collect::<String>(), set.collect::<String>())
    }
}

/// Writes a word as a shell reads it, without credentials.
pub fn quoted(word: &str) -> String {
    let word = credential::scrub(word);
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:@+=%,~".contains(c));
    if is_plain { word } else { format!("'{}'", word.replace('\'', r"'\''")) }
}
