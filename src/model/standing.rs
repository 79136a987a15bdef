//! What stood before a change: the rules by which it is judged as well.

use std::collections::BTreeMap;

use super::canonical::Canonical;
use super::id::ResourceId;
use super::kind::policy::{self, Policies};
use super::kind::waiver::{self, Waivers};

/// The rules that stood before a change.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    pub waivers: Waivers,
    pub policies: Policies,
}

impl Standing {
    /// Reads the rules among rows that were applied.
    pub fn among(rows: &BTreeMap<ResourceId, Canonical>) -> Standing {
        Standing { waivers: waiver::among(rows), policies: policy::among(rows) }
    }
}
