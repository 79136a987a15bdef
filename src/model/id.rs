//! The identity of a resource: never a path.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::name::Name;

/// `Kind/name` of the organisation, or `Kind/team/name` of a team. Ordered as an apply is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceId {
    pub kind: Kind,
    pub team: Option<Name>,
    pub name: Name,
}

impl ResourceId {
    /// Returns the team as a store writes it: `''` for none.
    pub fn team_or_empty(&self) -> &str {
        self.team.as_ref().map_or("", Name::as_str)
    }

    /// Returns the team that the resource is shown with: a Team's own, else the one that it belongs to.
    pub fn concerns(&self) -> Option<&Name> {
        if self.kind == Kind::Team { Some(&self.name) } else { self.team.as_ref() }
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.team {
            Some(team) => write!(f, "{}/{team}/{}", self.kind, self.name),
            None => write!(f, "{}/{}", self.kind, self.name),
        }
    }
}

/// Why a text names no resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no resource: write Kind/name or Kind/team/name")]
pub struct NotAnId(String);

impl FromStr for ResourceId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let refuse = || NotAnId(text.to_owned());
        let name = |part: &str| part.parse::<Name>().map_err(|_| refuse());
        let mut parts = text.split('/');
        let kind = parts.next().and_then(|kind| kind.parse().ok()).ok_or_else(refuse)?;
        match (parts.next(), parts.next(), parts.next()) {
            (Some(only), None, None) => Ok(ResourceId { kind, team: None, name: name(only)? }),
            (Some(team), Some(only), None) => Ok(ResourceId { kind, team: Some(name(team)?), name: name(only)? }),
            _ => Err(refuse()),
        }
    }
}

impl TryFrom<String> for ResourceId {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        text.parse()
    }
}

impl JsonSchema for ResourceId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ResourceId".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "resource",
            "pattern": "^[A-Z][A-Za-z]*(/[a-z0-9]([a-z0-9._-]*[a-z0-9])?){1,2}$",
        })
    }
}

impl From<ResourceId> for String {
    fn from(id: ResourceId) -> String {
        id.to_string()
    }
}
