//! What is allowed: the rules over a whole desired state. The only place where a verdict is made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::allocation::Allocation;
use crate::model::code::Code;
use crate::model::desired::Desired;
use crate::model::finding::Finding;
use crate::model::grant::{Assignment, Grant, Redundant};
use crate::model::kind::Kind;
use crate::model::members::Members;
use crate::model::standing::Standing;
use crate::model::subject::Subject;
use crate::model::verdict::Verdict;
use controls::Controls;
use rego::World;

mod asker;
mod caps;
mod controls;
mod each;
mod expiry;
mod found;
mod leads;
pub mod library;
mod query;
pub mod rego;
mod ruling;
mod waivers;
mod whole;

pub use controls::taken;
pub use query::{evaluate, packages};

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
    /// What bindings give that is given already, where a policy asks.
    pub redundant: Arc<Vec<Redundant>>,
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

const OF_EACH: [each::Rule; 1] = [each::Rule { of: Kind::RoleBinding, judge: expiry::judge }];

const OF_ALL: [whole::Rule; 2] =
    [whole::Rule { reads: leads::READS, judge: leads::judge }, whole::Rule { reads: caps::READS, judge: caps::judge }];

/// Judges desired states one after another: a rule is asked again about what is other than before.
#[derive(Debug, Default)]
pub struct Judge {
    of_each: [each::Asked; OF_EACH.len()],
    of_all: [whole::Content; OF_ALL.len()],
    controls: Controls,
}

impl Judge {
    /// Says what the policies that judge a state read of the organisation.
    pub fn reads(&mut self, desired: &Desired, before: Option<&Standing>) -> World {
        self.controls.load(desired, before)
    }

    /// Asks the policies of some packages alone from here on: of what is found then, no verdict admits anything.
    pub fn narrow(&mut self, packages: Vec<String>) {
        self.controls.narrow(packages);
    }

    /// Judges a desired state at one moment, and counts the resources that rules were asked about.
    pub fn judge(&mut self, desired: &Desired, facts: &Facts, now: Timestamp) -> (Verdict, usize) {
        let of_each = OF_EACH.iter().zip(&mut self.of_each).map(|(rule, asked)| rule.judge(asked, desired, now));
        let of_all = OF_ALL.iter().zip(&mut self.of_all);
        let of_all = of_all.map(|(rule, content)| rule.judge(content, desired, facts, now));
        let (mut findings, mut asked) = (Vec::new(), 0);
        for (found, resources) in of_each.chain(of_all) {
            findings.extend(found);
            asked += resources;
        }
        let ruled = self.controls.judge(desired, facts, now);
        findings.extend(ruled.findings);
        let before = facts.before.as_deref().map(|before| &before.waivers);
        let (mut findings, waived) = waivers::weigh(findings, desired, before, self.controls.names().as_ref(), now);
        if !self.controls.is_whole() {
            // Of what another rule finds a waiver may be needed.
            findings.retain(|finding| finding.code != Code::WaiverUnneeded);
        }
        (Verdict::new(desired.digest, findings, waived), asked + ruled.asked)
    }
}
