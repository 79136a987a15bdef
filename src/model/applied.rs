//! Applied: what Charter last wrote.

use std::collections::BTreeMap;

use super::canonical::Canonical;
use super::id::ResourceId;
use super::journal::Head;
use super::lineage::Lineage;
use super::name::Name;
use super::snapshot::Revision;

/// The applied state, the revision that it came from, and where the journal stood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    pub rows: BTreeMap<ResourceId, Canonical>,
    /// The last revision whose plan landed; `None` before the first.
    pub accepted: Option<Accepted>,
    pub journal: Head,
}

/// The last landing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub organization: Name,
    pub lineage: Lineage,
    /// `None` where a plain directory was applied.
    pub revision: Option<Revision>,
    pub at: jiff::Timestamp,
}
