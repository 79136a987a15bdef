//! What a daemon last saw of its sources, and its own sign of life.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::name::Name;
use super::snapshot::Revision;
use super::work::Rounds;

/// The name of the organisation's own source.
pub const CENTRAL: &str = "central";

/// How a source stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// The head is accepted.
    Ready,
    /// The head is invalid, or cannot be read: the last good state stands.
    Stalled,
    /// The head is valid, and refused by a guard, a freeze, a signature or a rewind.
    Held,
    /// Somebody asked that it is not followed.
    Suspended,
    /// Nobody has looked yet, or there is nothing to see before the first commit.
    Unknown,
}

impl Condition {
    /// Every condition.
    pub const ALL: [Condition; 5] =
        [Condition::Ready, Condition::Stalled, Condition::Held, Condition::Suspended, Condition::Unknown];

    /// Returns the word as it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Condition::Ready => "ready",
            Condition::Stalled => "stalled",
            Condition::Held => "held",
            Condition::Suspended => "suspended",
            Condition::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Condition {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Condition::ALL.into_iter().find(|condition| condition.as_str() == text).ok_or(())
    }
}

/// Who asked that a source is not followed, or is followed again; when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Suspension {
    pub reason: String,
    pub at: Timestamp,
    pub by: String,
}

/// What is known of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceState {
    pub name: Name,
    /// The last head that was read; `None` before the first, and for a plain directory.
    pub seen: Option<Revision>,
    /// When somebody last looked; `None` before the first time.
    pub seen_at: Option<Timestamp>,
    pub state: Condition,
    /// Why, in one line; empty where there is nothing to say.
    pub reason: String,
    /// Since when it stands so.
    pub since: Timestamp,
    /// Set while the source is not followed.
    pub suspended: Option<Suspension>,
}

/// A daemon that is this much late has ended without a word.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// A daemon's sign of life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Beat {
    pub pid: u32,
    pub started_at: Timestamp,
    pub beat_at: Timestamp,
    /// `None` where no round is due.
    pub next_round_at: Option<Timestamp>,
    /// How long the last round took, in milliseconds; `None` before the first.
    pub last_round_ms: Option<u64>,
    pub rounds: Rounds,
}

impl Beat {
    /// Says whether the daemon runs: one that ended says so, and one that was killed holds the lock of its store no more.
    ///
    /// Where nobody knows who holds the lock, it gives no more signs of life.
    pub fn lives(&self, holds_lock: Option<bool>, now: Timestamp) -> bool {
        self.next_round_at.is_some_and(|next| holds_lock.unwrap_or_else(|| now.duration_since(next) < PATIENCE))
    }
}
