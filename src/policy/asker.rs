//! What asks rules about resources, one after another; threads that ask side by side have one each.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::rego::{self, Conditions, Entry, Failure, Loaded, Machine, OF_RESOURCE, Paths, Reading, Value};
use crate::model::kind::Kind;
use crate::model::manifest::Manifest;

/// The longest that a rule may take for all resources of a round.
pub const LONGEST: Duration = Duration::from_secs(60);

/// Says whether a rule took longer than it may, in nanoseconds: it is asked no more.
pub fn is_long(taken: &AtomicU64) -> bool {
    u128::from(taken.load(Ordering::Relaxed)) > LONGEST.as_nanos()
}

/// What a rule said of a resource, by its index.
pub type Answered = (usize, Arc<Manifest>, rego::Answer);

/// Nothing in it is shared with another: threads that count references to one value wait for each other.
pub struct Asker<'a> {
    machine: Result<Machine, Failure>,
    rules: Vec<(&'a Entry, Conditions)>,
    questions: BTreeMap<Kind, Question>,
}

/// What is asked of a resource of one kind: the rules that are about it, by their index, and what they read.
struct Question {
    rules: Vec<usize>,
    reading: Reading,
}

impl<'a> Asker<'a> {
    /// Makes one for rules and the data that they read; `None` where there is nothing to ask.
    pub fn of(loaded: &Loaded, entries: &'a [Entry], data: &Value) -> Option<Self> {
        let machine = loaded.machine(data, OF_RESOURCE)?;
        let rules = entries.iter().map(|entry| (entry, entry.conditions.own())).collect();
        let questions = Kind::ALL.iter().map(|kind| (*kind, Question::of(*kind, entries))).collect();
        Some(Asker { machine, rules, questions })
    }

    /// Asks the rules that are left about one resource, and returns those that have something to say.
    ///
    /// What each took is added up, in nanoseconds.
    pub fn ask(&mut self, manifest: &Arc<Manifest>, over: &BTreeSet<usize>, taken: &[AtomicU64]) -> Vec<Answered> {
        let machine = match &mut self.machine {
            Ok(machine) => machine,
            Err(failure) => return vec![(0, manifest.clone(), Err(failure.clone()))],
        };
        let Some(question) = self.questions.get(&manifest.id.kind) else { return Vec::new() };
        let about = question.rules.iter().filter(|index| !over.contains(index));
        let open = about.filter_map(|index| Some((*index, self.rules.get(*index)?, taken.get(*index)?)));
        let mut open = open.filter(|(.., taken)| !is_long(taken)).peekable();
        if open.peek().is_none() {
            return Vec::new();
        }
        let input = question.reading.read(&manifest.written);
        let mut said = Vec::new();
        for (index, (entry, conditions), taken) in open {
            let asked = || {
                if !conditions.may_hold(&input) {
                    return Ok((Vec::new(), 0));
                }
                machine.set_input(input.clone());
                rego::ask(machine, entry)
            };
            let (answer, nanos) = rego::timed(asked);
            taken.fetch_add(nanos, Ordering::Relaxed);
            if !matches!(&answer, Ok((said, 0)) if said.is_empty()) {
                said.push((index, manifest.clone(), answer));
            }
        }
        said
    }
}

impl Question {
    fn of(kind: Kind, entries: &[Entry]) -> Self {
        let is_about = |entry: &Entry| entry.kinds.as_ref().is_none_or(|kinds| kinds.contains(kind.as_str()));
        let (mut rules, mut read) = (Vec::new(), Paths::default());
        for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| is_about(entry)) {
            rules.push(index);
            read.add(&entry.reads.input);
        }
        Question { rules, reading: Reading::of(&read) }
    }
}
