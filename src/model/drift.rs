//! Drift: live differs from what was applied, without a commit.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::canonical::Canonical;
use super::id::ResourceId;

/// How live differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Somebody changed a managed row.
    Modified,
    /// Somebody deleted a managed row.
    Missing,
    /// Somebody added a row that is declared nowhere.
    Unmanaged,
}

/// How a difference ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// Charter wrote what is desired over it.
    Healed,
    /// It went away, or became desired, without Charter writing live.
    Resolved,
    /// Charter deleted what nobody declared.
    Pruned,
}

macro_rules! words {
    ($type:ident: $($variant:ident $word:literal,)*) => {
        impl $type {
            /// Returns the word as it is stored and shown.
            pub const fn as_str(self) -> &'static str {
                match self { $($type::$variant => $word,)* }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($word => Ok($type::$variant),)* _ => Err(()) }
            }
        }
    };
}

words! { Class: Modified "modified", Missing "missing", Unmanaged "unmanaged", }
words! { Ending: Healed "healed", Resolved "resolved", Pruned "pruned", }

/// A resource whose live row differs from what was applied, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    pub resource: ResourceId,
    pub class: Class,
    /// What was applied; `None` for an unmanaged row.
    pub desired: Option<Canonical>,
    /// What is live; `None` for a missing row.
    pub actual: Option<Canonical>,
    /// When somebody last wrote the row, by the store's log; `None` where that does not say.
    pub written_at: Option<Timestamp>,
}

/// The record of one resource's drift. There is one a resource: what comes back after it ended is another occurrence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub resource: ResourceId,
    pub class: Class,
    pub desired: Option<Canonical>,
    pub actual: Option<Canonical>,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub first_seen: Timestamp,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub last_seen: Timestamp,
    /// How often it began.
    pub occurrences: u32,
    /// When Charter put it back, the last time last: the times that counted for the next one to be a fight.
    #[schemars(with = "Vec<String>")]
    pub healed_at: Vec<Timestamp>,
    /// When somebody else last wrote it; `None` where the store does not know.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub written_at: Option<Timestamp>,
    /// Whether it is a fight: somebody wrote it back so often that Charter does not write over it again.
    pub flapping: bool,
    /// Who did it, where the store knows.
    pub actor: Option<String>,
    /// How and when it ended; `None` while it is open.
    #[schemars(with = "Option<(Ending, String)>")]
    pub ended: Option<(Ending, Timestamp)>,
}

impl Record {
    /// Says whether the difference still stands.
    pub fn is_open(&self) -> bool {
        self.ended.is_none()
    }
}
