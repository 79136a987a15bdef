//! What the rules say of a desired state.

use super::digest::Digest;
use super::finding::Finding;
use super::waived::Waived;

/// The judgement of one desired state. Made in `policy` and nowhere else.
#[derive(Debug, Clone)]
pub struct Verdict {
    desired: Digest,
    findings: Vec<Finding>,
    waived: Vec<Waived>,
}

impl Verdict {
    /// Makes a verdict about the desired state of a digest.
    pub fn new(desired: Digest, findings: Vec<Finding>, waived: Vec<Waived>) -> Self {
        Verdict { desired, findings, waived }
    }

    /// Returns the digest of what was judged.
    pub fn desired(&self) -> &Digest {
        &self.desired
    }

    /// Returns what the rules found and nothing waives.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns what the rules found and waivers let pass.
    pub fn waived(&self) -> &[Waived] {
        &self.waived
    }
}
