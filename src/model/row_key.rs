//! The key of a live row, whether it names a resource or not.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id::ResourceId;
use super::raw_key::{NotAKey, RawKey};

/// What a live row is called: a resource, or a key that names none.
///
/// Both are spelled as they are alone; no key that names no resource is spelled as one that does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub enum RowKey {
    Resource(ResourceId),
    Stray(RawKey),
}

impl RowKey {
    /// Returns the resource, where it names one.
    pub fn resource(&self) -> Option<&ResourceId> {
        match self {
            RowKey::Resource(id) => Some(id),
            RowKey::Stray(_) => None,
        }
    }
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RowKey::Resource(id) => id.fmt(f),
            RowKey::Stray(key) => key.fmt(f),
        }
    }
}

impl FromStr for RowKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        text.parse().map(RowKey::Resource).or_else(|_| text.parse().map(RowKey::Stray))
    }
}

impl TryFrom<String> for RowKey {
    type Error = NotAKey;

    fn try_from(text: String) -> Result<Self, NotAKey> {
        text.parse()
    }
}

impl From<RowKey> for String {
    fn from(key: RowKey) -> String {
        key.to_string()
    }
}

impl From<ResourceId> for RowKey {
    fn from(id: ResourceId) -> RowKey {
        RowKey::Resource(id)
    }
}

impl From<RawKey> for RowKey {
    fn from(key: RawKey) -> RowKey {
        RowKey::Stray(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_as_what_it_was() {
        let stray = |parts: [&str; 3]| RowKey::Stray(RawKey(parts.map(|part| part.as_bytes().to_vec())));
        let resource = |text: &str| RowKey::Resource(text.parse().unwrap());
        for (key, text) in [
            (resource("Team/web"), "Team/web"),
            (resource("Role/web/dev"), "Role/web/dev"),
            (stray(["Role", "", "Dev"]), "Role//Dev"),
            (stray(["Gizmo", "web", "x"]), "Gizmo/web/x"),
            (stray(["Role", "web", "a/b"]), "Role/web/a%2Fb"),
        ] {
            assert_eq!(key.to_string(), text);
            assert_eq!(text.parse(), Ok(key));
        }
        assert!("web".parse::<RowKey>().is_err());
    }
}
