//! Permissions: what a role allows.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::code::Code;
use super::fault::Fault;

/// The action that stands for every action.
pub const ALL: &str = "all";

/// A permission `action:resource`, `action:resource/name` or `action:resource/prefix*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Permission(String);

impl Permission {
    /// Returns the permission as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the action, `all` for every action.
    pub fn action(&self) -> &str {
        self.0.split_once(':').map_or("", |(action, _)| action)
    }

    /// Returns the word for the kind of thing acted on.
    pub fn resource(&self) -> &str {
        let target = self.0.split_once(':').map_or("", |(_, target)| target);
        target.split_once('/').map_or(target, |(resource, _)| resource)
    }

    /// Returns which names of the resource it covers.
    pub fn names(&self) -> Names<'_> {
        match self.0.split_once('/') {
            None => Names::Every,
            Some((_, name)) => name.strip_suffix('*').map_or(Names::One(name), Names::Prefix),
        }
    }

    /// Writes the names that it covers as it does: `None` for every name.
    pub fn pattern(&self) -> Option<String> {
        self.0.split_once('/').map(|(_, name)| name.to_owned())
    }
}

/// The names of a resource that a permission covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Names<'a> {
    /// Every name, and the resource as a whole.
    Every,
    /// One name.
    One(&'a str),
    /// Every name that begins so.
    Prefix(&'a str),
}

impl Names<'_> {
    /// Says whether a name is covered, or with `None` the resource as a whole.
    pub fn cover(self, name: Option<&str>) -> bool {
        match (self, name) {
            (Names::Every, _) => true,
            (Names::One(one), Some(name)) => one == name,
            (Names::Prefix(prefix), Some(name)) => name.starts_with(prefix),
            (Names::One(_) | Names::Prefix(_), None) => false,
        }
    }
}

/// Says whether a text can stand for an action or a resource: `[a-z][a-z0-9_-]*`.
pub fn is_word(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b))
}

fn is_target(name: &str) -> bool {
    let stem = name.strip_suffix('*').unwrap_or(name);
    let inner = |b: u8| b.is_ascii_alphanumeric() || b"._@+-/".contains(&b);
    !name.is_empty() && name.len() <= 256 && stem.bytes().all(inner)
}

impl FromStr for Permission {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let malformed = || {
            Fault::new(Code::BadPermission, format!("`{text}` is not a permission")).help(
                "write `action:resource`, `action:resource/name` or `action:resource/prefix*`, such as `read:agents`",
            )
        };
        let (action, target) = text.split_once(':').ok_or_else(malformed)?;
        let (resource, name) = target.split_once('/').map_or((target, None), |(r, n)| (r, Some(n)));
        let good = is_word(action) && is_word(resource) && name.is_none_or(is_target);
        good.then(|| Permission(text.to_owned())).ok_or_else(malformed)
    }
}

impl TryFrom<String> for Permission {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Permission> for String {
    fn from(permission: Permission) -> String {
        permission.0
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for Permission {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Permission".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "permission",
            "pattern": "^[a-z][a-z0-9_-]*:[a-z][a-z0-9_-]*(/[A-Za-z0-9._@+/-]*[*]?)?$",
        })
    }
}
