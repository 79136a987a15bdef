//! Counters of work: what a check and a round had to do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was worked on: with a memo of what was there before, no more than a change concerns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// What the rounds of a daemon worked on since it started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounds {
    pub count: usize,
    pub last: Work,
    pub total: Work,
}

impl Rounds {
    /// Counts a round.
    pub fn add(&mut self, work: Work) {
        let Work { parsed, compiled, judged, read } = self.total;
        self.count = self.count.saturating_add(1);
        self.last = work;
        self.total = Work {
            parsed: parsed.saturating_add(work.parsed),
            compiled: compiled.saturating_add(work.compiled),
            judged: judged.saturating_add(work.judged),
            read: read.saturating_add(work.read),
        };
    }
}
