//! Grants: what a subject may do, by which way, and what is missing where it may not.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::id::ResourceId;
use super::name::Name;
use super::subject::Subject;

/// One thing that a subject may do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// In lower case.
    pub subject: Subject,
    /// The action, `all` for every action.
    pub action: String,
    pub resource: String,
    /// A name or a prefix `pre*`; null for every name.
    pub name: Option<String>,
    /// The team on whose resources; null for everywhere.
    pub team: Option<Name>,
    /// The earliest end on the way; null for none.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub expires_at: Option<Timestamp>,
    /// The group or team that is bound where the subject is not itself, the binding, and its role.
    ///
    /// Such as `Group/sre -> RoleBinding/frontend/devs -> Role/developer`.
    pub via: String,
}

/// A role that a subject holds, itself or by a group or team that it is in, to any depth.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assignment {
    pub role: ResourceId,
    pub binding: ResourceId,
    /// `None` for everywhere.
    pub team: Option<Name>,
    /// The earliest end on the way; `None` for none.
    pub expires_at: Option<Timestamp>,
}

/// What a binding gives to somebody whom it names, who has it for as long without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redundant {
    /// A user, an agent or a service in lower case such as `user:ana`, or a group or a team such as `Group/sre`.
    pub subject: String,
    pub binding: ResourceId,
    /// The node of the binding's spec that names the subject (JSON Pointer, RFC 6901).
    pub pointer: String,
    /// The other binding that gives it.
    pub by: ResourceId,
    /// When the binding ends; `None` for never.
    pub expires_at: Option<Timestamp>,
}

/// The way from a subject to a permission: each link is written somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// From the subject to the permission.
    pub links: Vec<Link>,
    /// The earliest end on the way; `None` for none.
    pub expires_at: Option<Timestamp>,
}

/// One step of the way, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub step: Step,
    /// The resource that says so.
    pub by: ResourceId,
    /// The node of its spec that says so (JSON Pointer, RFC 6901).
    pub pointer: String,
    /// When it ends; `None` for never.
    pub until: Option<Timestamp>,
}

/// What a link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The one is a member of the other: `user:bo`, `Group/sre`.
    Member { of: ResourceId },
    /// The binding gives the role on a team's resources, with `None` everywhere.
    Bound { role: ResourceId, on: Option<Name> },
    /// The role has what another has.
    Inherits { role: ResourceId },
    /// The role grants the permission.
    Permits { permission: String },
}

/// The way that comes nearest to what is refused, and what it lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    pub chain: Chain,
    pub lacks: Vec<Lack>,
}

/// What a way lacks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// It ended.
    Ended(Timestamp),
    /// It is about other names: the pattern that it covers.
    Name(String),
    /// It is about another team's resources.
    Team(Name),
    /// It is about another action.
    Action(String),
}

/// What a change gives and takes away, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccessChange {
    pub gained: Vec<Grant>,
    pub lost: Vec<Grant>,
    /// What is granted before and after, until another time.
    pub moved: Vec<Moved>,
}

/// A grant that ends at another time than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Moved {
    pub before: Grant,
    pub after: Grant,
}

impl AccessChange {
    /// Says whether nobody gains or loses anything.
    pub fn is_empty(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty() && self.moved.is_empty()
    }
}
