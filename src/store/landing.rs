//! What is said of a landing: before it by who asks for it, after it by the store.

use jiff::Timestamp;

use crate::model::journal::Head;

/// Who lands a plan, when and why: what the journal says beside the plan itself.
#[derive(Debug, Clone)]
pub struct Landing {
    pub actor: String,
    pub at: Timestamp,
    pub reason: Option<String>,
    /// The guards that were lifted, by name.
    pub allowed: Vec<String>,
    /// Whether to take over a store of another organisation, path or history.
    pub adopt_store: bool,
}

impl Landing {
    /// Lands for somebody, and lifts nothing.
    pub fn by(actor: String, at: Timestamp) -> Self {
        Landing { actor, at, reason: None, allowed: Vec::new(), adopt_store: false }
    }
}

/// A plan that landed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// Where the journal ends now.
    pub head: Head,
    /// How many live rows were created, changed or deleted.
    pub written: usize,
    /// The ends of days as they are now, where the landing wrote any.
    pub(super) days: Option<Vec<u8>>,
}
