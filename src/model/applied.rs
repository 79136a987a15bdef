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

impl Accepted {
    /// Says whether a plan is about the same organisation, path and history: what a store belongs to.
    ///
    /// A later commit has the roots of an earlier one, and more after a merge of another history; roots that are not
    /// known say nothing.
    pub fn belongs_to(&self, organization: &Name, lineage: &Lineage) -> bool {
        self.organization == *organization && self.is_of(lineage)
    }

    /// Says whether it is of the same path and history, whatever the organisation is called there.
    pub fn is_of(&self, lineage: &Lineage) -> bool {
        let (stored, found) = (&self.lineage.roots, &lineage.roots);
        let holds = |all: &[String], some: &[String]| some.iter().all(|root| all.contains(root));
        let shared = stored.is_empty() || found.is_empty() || holds(found, stored) || holds(stored, found);
        self.lineage.path == lineage.path && shared
    }
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
