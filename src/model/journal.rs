//! The journal: the append-only, hash-chained record of all that was decided and done.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::canonical::Canonical;
use super::id::ResourceId;

/// Where a journal ends: how many entries there are and the hash of the last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    pub count: u64,
    /// 64 hexadecimal digits (SHA-256); empty for an empty journal.
    pub hash: String,
}

/// What an entry records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// A plan landed; `after` says with what reason and which guards were lifted.
    Apply,
    Create,
    Update,
    Delete,
    /// What somebody else changed was put back.
    Heal,
    /// What was live already is managed from here on.
    Adopt,
    /// What was applied is desired no more and gone from live: it is managed no more.
    Forget,
    /// A live row that names no resource was deleted; `before` says which, and what was in it.
    Prune,
    /// A source is not followed from here on; `after` says which and why.
    Suspend,
    /// A source is followed again; `after` says which and why.
    Resume,
    /// What somebody damaged in the store beside its data was put back; `after` says what.
    Mend,
}

impl Action {
    /// Every action.
    pub const ALL: [Action; 11] = [
        Action::Apply,
        Action::Create,
        Action::Update,
        Action::Delete,
        Action::Heal,
        Action::Adopt,
        Action::Forget,
        Action::Prune,
        Action::Suspend,
        Action::Resume,
        Action::Mend,
    ];

    /// Returns the word in the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Action::Apply => "apply",
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
            Action::Heal => "heal",
            Action::Adopt => "adopt",
            Action::Forget => "forget",
            Action::Prune => "prune",
            Action::Suspend => "suspend",
            Action::Resume => "resume",
            Action::Mend => "mend",
        }
    }

    /// Says whether the entry is about one resource: the others change nothing that is applied.
    pub const fn is_of_a_resource(self) -> bool {
        match self {
            Action::Create | Action::Update | Action::Delete | Action::Heal | Action::Adopt | Action::Forget => true,
            Action::Apply | Action::Prune | Action::Suspend | Action::Resume | Action::Mend => false,
        }
    }
}

/// One entry of the journal. Folding `after` over `resource` gives the applied state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// From 1, without a gap.
    pub seq: u64,
    pub at: Timestamp,
    pub actor: String,
    pub action: Action,
    /// `None` for the entry of a landing as a whole, of a row that names none, of a source, and of the store.
    pub resource: Option<ResourceId>,
    pub before: Option<Canonical>,
    pub after: Option<Canonical>,
    /// The commit that was applied; empty for a plain directory and where nothing was.
    pub revision: String,
    /// The effect hash of the plan; empty where there was none.
    pub plan: String,
    /// The hash of the entry before; empty for the first.
    pub prev_hash: String,
    /// SHA-256 of all columns before it, each with its length before it.
    pub hash: String,
}
