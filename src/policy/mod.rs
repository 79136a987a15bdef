//! What is allowed: the rules over a whole desired state. The only place where a verdict is made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::allocation::Allocation;
use crate::model::desired::Desired;
use crate::model::digest::Digest;
use crate::model::finding::Finding;
use crate::model::grant::{Assignment, Grant};
use crate::model::kind::Kind;
use crate::model::members::Members;
use crate::model::standing::Standing;
use crate::model::subject::Subject;
use crate::model::verdict::Verdict;
use controls::Controls;
use rego::World;

mod caps;
mod controls;
mod expiry;
mod found;
mod leads;
pub mod library;
mod query;
pub mod rego;
mod ruling;
mod waivers;

pub use query::evaluate;

/// What each subject may do.
pub type Grants = BTreeMap<Subject, Vec<Grant>>;

/// The roles that each subject holds, itself or through groups and teams, ended or not.
pub type Assignments = BTreeMap<Subject, BTreeSet<Assignment>>;

/// What the rules know beside the desired state, worked out by other rooms.
#[derive(Debug, Default)]
pub struct Facts {
    pub members: Arc<Members>,
    pub allocations: Arc<Vec<Allocation>>,
    /// What each subject may do, where a policy asks.
    pub grants: Arc<Grants>,
    /// The roles that each subject holds, where a policy asks.
    pub assignments: Arc<Assignments>,
    /// The rules that stood before the change; `None` for the first revision, which is judged by its own.
    pub before: Option<Arc<Standing>>,
    /// Whether it is the revision that landed: it stands as it was judged then, and what policies find now is doubted.
    pub is_accepted: bool,
}

/// What a rule found, and until when that holds if nothing changes but the time.
#[derive(Debug, Default)]
struct Found {
    findings: Vec<Finding>,
    until: Option<Timestamp>,
}

impl Found {
    fn always(findings: Vec<Finding>) -> Self {
        Found { findings, until: None }
    }
}

/// A rule: a function of the resources of some kinds.
struct Rule {
    reads: &'static [Kind],
    judge: fn(&Desired, &Facts, Timestamp) -> Found,
}

const RULES: [Rule; 3] = [
    Rule { reads: leads::READS, judge: leads::judge },
    Rule { reads: expiry::READS, judge: expiry::judge },
    Rule { reads: caps::READS, judge: caps::judge },
];

/// Judges desired states one after another: a rule is asked again when what it reads is other than before.
#[derive(Debug, Default)]
pub struct Judge {
    /// Of each rule that found nothing: the digest of what it read, and until when that holds.
    content: [Option<(Digest, Option<Timestamp>)>; RULES.len()],
    controls: Controls,
}

impl Judge {
    /// Says what the policies that judge a state read of the organisation.
    pub fn reads(&mut self, desired: &Desired, before: Option<&Standing>) -> World {
        self.controls.load(desired, before)
    }

    /// Judges a desired state at one moment, and counts the resources that rules were asked about.
    ///
    /// Findings tell places, which move without the resources: a rule that found something is asked each time.
    pub fn judge(&mut self, desired: &Desired, facts: &Facts, now: Timestamp) -> (Verdict, usize) {
        let (mut findings, mut asked) = (Vec::new(), 0);
        let is_whole = desired.flaws.unread.is_empty() && !desired.flaws.unknown;
        for (rule, content) in RULES.iter().zip(&mut self.content) {
            let read = desired.resources.digest_of(rule.reads);
            let holds = |(before, until): &(Digest, Option<Timestamp>)| {
                *before == read && until.is_none_or(|until| now < until)
            };
            if is_whole && content.as_ref().is_some_and(holds) {
                continue;
            }
            asked += rule.reads.iter().map(|kind| desired.resources.count(*kind)).sum::<usize>();
            let found = (rule.judge)(desired, facts, now);
            *content = (is_whole && found.findings.is_empty()).then_some((read, found.until));
            findings.extend(found.findings);
        }
        let ruled = self.controls.judge(desired, facts, now);
        findings.extend(ruled.findings);
        let before = facts.before.as_deref().map(|before| &before.waivers);
        let (findings, waived) = waivers::weigh(findings, desired, before, self.controls.names().as_ref(), now);
        (Verdict::new(desired.digest.clone(), findings, waived), asked + ruled.asked)
    }
}
