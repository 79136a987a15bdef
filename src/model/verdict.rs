//! What the rules say of a desired state.

use super::digest::Digest;
use super::finding::Finding;

/// The judgement of one desired state. Made in `policy` and nowhere else.
#[derive(Debug, Clone)]
pub struct Verdict {
    desired: Digest,
    findings: Vec<Finding>,
}

impl Verdict {
    /// Makes a verdict about the desired state of a digest.
    pub fn new(desired: Digest, findings: Vec<Finding>) -> Self {
        Verdict { desired, findings }
    }

    /// Returns the digest of what was judged.
    pub fn desired(&self) -> &Digest {
        &self.desired
    }

    /// Returns what the rules found.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}
