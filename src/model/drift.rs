//! Drift: live differs from what was applied, without a commit.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::canonical::Canonical;
use super::digest::Digest;
use super::row_key::RowKey;

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
    /// It went away, became another difference, or became desired, without Charter writing live.
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

/// A row whose live spec differs from what was applied, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    pub resource: RowKey,
    pub class: Class,
    /// What was applied; `None` for an unmanaged row.
    pub desired: Option<Canonical>,
    /// What is live; `None` for a missing row.
    pub actual: Option<Canonical>,
    /// When somebody last wrote the row, by the store's log; `None` where that does not say.
    pub written_at: Option<Timestamp>,
}

impl Divergence {
    /// Tells of a row that somebody added and took away again before anybody saw it: what was in it nobody knows.
    pub fn passed(resource: RowKey, at: Timestamp) -> Divergence {
        Divergence { resource, class: Class::Unmanaged, desired: None, actual: None, written_at: Some(at) }
    }

    /// Says whether it is over already: nothing was applied, and nothing is live.
    pub fn is_past(&self) -> bool {
        self.desired.is_none() && self.actual.is_none()
    }
}

/// How and when a difference ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct End {
    pub how: Ending,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
}

/// The record of one incident: a row that differs in one way, and does so again soon after that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Twelve hexadecimal digits, which stay the same; empty while nobody has put it on record.
    pub id: String,
    pub resource: RowKey,
    pub class: Class,
    pub desired: Option<Canonical>,
    pub actual: Option<Canonical>,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub first_seen: Timestamp,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub last_seen: Timestamp,
    /// How often it began.
    pub occurrences: u32,
    /// When Charter put the row back, the last time last: the times that counted for the next one to be a fight.
    #[schemars(with = "Vec<String>")]
    pub healed_at: Vec<Timestamp>,
    /// When somebody else last wrote it; `None` where the store does not know.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub written_at: Option<Timestamp>,
    /// Whether it is a fight: somebody wrote the row back so often that Charter does not write over it again.
    pub flapping: bool,
    /// Whether it is left because drift is only reported.
    pub reported: bool,
    /// Who did it, where the store knows.
    pub actor: Option<String>,
    /// `None` while it is open.
    pub ended: Option<End>,
}

impl Record {
    /// Makes the id of an incident: the beginning of a digest of what tells it from all others.
    pub fn id_of(resource: &RowKey, class: Class, first_seen: Timestamp) -> String {
        let (resource, first_seen) = (resource.to_string(), first_seen.to_string());
        let parts = [resource.as_bytes(), class.as_str().as_bytes(), first_seen.as_bytes()];
        Digest::of(parts).short().to_owned()
    }

    /// Says whether the difference still stands.
    pub fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// Says in one word how it stands, or how it ended.
    pub const fn state(&self) -> &'static str {
        match self.ended {
            Some(End { how, .. }) => how.as_str(),
            None if self.flapping => "fight",
            None if self.reported => "reported",
            None => "open",
        }
    }
}
