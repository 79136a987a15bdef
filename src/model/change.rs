//! A change: what happens to one resource.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::canonical::Canonical;
use super::id::ResourceId;

/// What a change does, by the table of ownership (desired, applied, live).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// Not live, and desired anew.
    Create,
    /// Live as applied, and desired otherwise.
    Update,
    /// Live as applied, and desired no more.
    Delete,
    /// Live otherwise than applied, or gone: made as desired again.
    Heal,
    /// Live as desired, but not as applied: only what Charter remembers is written.
    Adopt,
    /// Neither desired nor live any more: only what Charter remembers is removed.
    Forget,
}

/// One change with its full before and after. After it the resource is live and applied as desired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    pub id: ResourceId,
    pub op: Op,
    /// Whether live differed from applied: somebody wrote it by hand.
    pub drift: bool,
    pub desired: Option<Canonical>,
    pub applied: Option<Canonical>,
    pub live: Option<Canonical>,
}

impl Change {
    /// Says whether the live state changes.
    pub fn writes_live(&self) -> bool {
        self.live != self.desired
    }

    /// Says whether what Charter remembers changes.
    pub fn writes_applied(&self) -> bool {
        self.applied != self.desired
    }
}
