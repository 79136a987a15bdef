//! Live: what the running system holds.

use std::collections::BTreeMap;

use super::canonical::Canonical;
use super::id::ResourceId;

/// The live state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Live {
    pub rows: BTreeMap<ResourceId, Canonical>,
    /// Rows whose kind, team or name Charter does not know, as `kind/team/name`: somebody else's, never touched.
    pub foreign: Vec<String>,
}
