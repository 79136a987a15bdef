//! Counters of work: what a check and a round had to do.

use schemars::JsonSchema;
use serde::Serialize;

/// What was worked on: with a memo of what was there before, no more than a change concerns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Work {
    /// Files that were parsed.
    pub parsed: usize,
    /// Manifests whose references were looked up.
    pub compiled: usize,
    /// Resources that the rules were asked about.
    pub judged: usize,
    /// Rows of the live state that were read.
    pub read: usize,
}
