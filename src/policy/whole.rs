//! Rules about all resources of some kinds at once: one is asked again when any of them is other than before.

use jiff::Timestamp;

use super::{Facts, Found};
use crate::model::desired::Desired;
use crate::model::digest::Digest;
use crate::model::finding::Finding;
use crate::model::kind::Kind;

/// A rule: a function of the resources of some kinds.
pub struct Rule {
    pub reads: &'static [Kind],
    pub judge: fn(&Desired, &Facts, Timestamp) -> Found,
}

/// What a rule read that found nothing, and until when that holds if nothing changes but the time.
pub type Content = Option<(Digest, Option<Timestamp>)>;

impl Rule {
    /// Finds what is wrong in a desired state, and counts the resources that were asked about.
    ///
    /// Findings tell places, which move without the resources: a rule that found something is asked each time.
    pub fn judge(
        &self,
        content: &mut Content,
        desired: &Desired,
        facts: &Facts,
        now: Timestamp,
    ) -> (Vec<Finding>, usize) {
        // A rule finds nothing where what it would miss may only not have been read.
        let is_whole = desired.flaws.is_whole();
        let read = desired.resources.digest_of(self.reads);
        let holds =
            |(before, until): &(Digest, Option<Timestamp>)| *before == read && until.is_none_or(|until| now < until);
        if is_whole && content.as_ref().is_some_and(holds) {
            return (Vec::new(), 0);
        }
        let found = (self.judge)(desired, facts, now);
        *content = (is_whole && found.findings.is_empty()).then_some((read, found.until));
        (found.findings, self.reads.iter().map(|kind| desired.resources.count(*kind)).sum())
    }
}
