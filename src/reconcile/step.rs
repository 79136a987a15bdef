//! A step of following: what it is asked to do, and what it came to.

use super::memo::Spent;
use crate::model::drift::Record;
use crate::model::plan::Plan;
use crate::model::snapshot::Revision;
use crate::model::source_state::Condition;
use crate::plan::Options;

/// What is done about drift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Treatment {
    /// Only records it.
    pub report_only: bool,
    /// Deletes what is declared nowhere.
    pub prune: bool,
}

impl Treatment {
    /// What is done while nobody wants anything done.
    pub(super) const RECORD: Treatment = Treatment { report_only: true, prune: false };

    /// Returns the options of a plan that does so.
    pub fn options(self) -> Options {
        Options { prune: self.prune, report_only: self.report_only, ..Options::default() }
    }
}

/// What a step came to.
#[derive(Debug)]
pub struct Step {
    pub condition: Condition,
    /// Why the source is not ready, in one line.
    pub reason: String,
    /// The head that was seen.
    pub seen: Option<Revision>,
    /// The plan that landed, if one did.
    pub landed: Option<Plan>,
    /// The records of drift that changed.
    pub records: Vec<Record>,
    /// Why the log of the store could not be trusted, if so.
    pub lost: Option<String>,
    /// What was damaged in the store and was put back, a line each.
    pub mended: Vec<String>,
    pub spent: Spent,
}
