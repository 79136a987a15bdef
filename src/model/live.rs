//! Live: what the running system holds.

use std::collections::BTreeMap;

use super::canonical::Canonical;
use super::id::ResourceId;
use super::raw_key::RawKey;

/// The live state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Live {
    pub rows: BTreeMap<ResourceId, Canonical>,
    /// Rows whose kind, team or name Charter does not know: somebody else's.
    pub foreign: BTreeMap<RawKey, Canonical>,
}
