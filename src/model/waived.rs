//! Findings that pass for a time.

use super::expiry::Expiry;
use super::finding::Finding;
use super::id::ResourceId;
use super::kind::waiver::Waiver;

/// A finding and the waiver with which it passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    pub finding: Finding,
    pub waiver: ResourceId,
    pub reason: String,
    pub ticket: Option<String>,
    pub expires: Expiry,
}

impl Waived {
    /// Notes that a finding passes.
    pub fn new(finding: Finding, id: &ResourceId, waiver: &Waiver) -> Self {
        let Waiver { reason, ticket, expires, .. } = waiver.clone();
        Waived { finding, waiver: id.clone(), reason, ticket, expires }
    }
}
