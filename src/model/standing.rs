//! What stood before a change: the rules by which it is judged as well.

use std::collections::BTreeMap;

use super::canonical::Canonical;
use super::id::ResourceId;
use super::kind::Kind;
use super::kind::organization::Organization;
use super::kind::policy::{self, Policies};
use super::kind::waiver::{self, Waivers};
use super::library::Library;

/// The rules that stood before a change.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    pub waivers: Waivers,
    pub policies: Policies,
    /// What is switched on of the library, with its parameters.
    pub library: Library,
}

impl Standing {
    /// Reads the rules among rows that were applied.
    pub fn among(rows: &BTreeMap<ResourceId, Canonical>) -> Standing {
        let organization = rows.iter().take_while(|(id, _)| id.kind == Kind::Organization).map(|(_, spec)| spec);
        let read = |spec: &Canonical| serde_json::from_str::<Organization>(spec.as_str()).ok();
        let library = organization.filter_map(read).map(|organization| organization.policies).next();
        Standing { waivers: waiver::among(rows), policies: policy::among(rows), library: library.unwrap_or_default() }
    }

    /// Says whether policies, or their parameters, are others.
    pub fn rules_otherwise(&self, other: &Standing) -> bool {
        self.policies != other.policies || self.library != other.library
    }
}
