//! What a store belongs to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The organisation's path in a repository and the repository's beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lineage {
    /// The governed path inside the repository, empty for its root.
    pub path: String,
    /// The root commits of the revision, sorted; empty for a plain directory and unknown (so: empty) in a shallow clone.
    pub roots: Vec<String>,
}
