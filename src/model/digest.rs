//! Digests of content.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A BLAKE3 digest: 64 hexadecimal digits, of which people are shown 12.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Digest(#[schemars(regex(pattern = "^[0-9a-f]{64}$"))] String);

impl Digest {
    /// Digests parts, each with its length before it, so that no two lists of parts run into one another.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Digest(hasher.finalize().to_hex().to_string())
    }

    /// Returns the whole digest.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what people are shown.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.short())
    }
}
