//! Membership: more members of a team, written by the team itself.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::{Declared, Scope};
use crate::model::examination::{Examination, Target};
use crate::model::expiry::Expiry;
use crate::model::set::{Element, Set};
use crate::model::subject::Subject;

/// More members of a team, each for good or until a day.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Membership {
    /// Who joins the team.
    pub members: Set<Member>,
}

/// A member: a subject, or a subject and the end of its membership.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Member {
    Always(Subject),
    Limited(Limited),
}

/// A member for a time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limited {
    pub subject: Subject,
    /// The last day, or the instant at which it ends; without one it does not end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Expiry>,
}

impl Member {
    /// Returns who it is.
    pub fn subject(&self) -> &Subject {
        match self {
            Member::Always(subject) => subject,
            Member::Limited(limited) => &limited.subject,
        }
    }

    /// Returns when the membership ends, if it does.
    pub fn until(&self) -> Option<Expiry> {
        match self {
            Member::Always(_) => None,
            Member::Limited(limited) => limited.until,
        }
    }
}

impl Serialize for Member {
    /// Writes an end where there is one and the subject alone where there is none, however it was written.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Member::Limited(limited) if limited.until.is_some() => limited.serialize(serializer),
            Member::Limited(_) | Member::Always(_) => self.subject().serialize(serializer),
        }
    }
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        self.subject() == other.subject()
    }
}

impl Eq for Member {}

impl PartialOrd for Member {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Member {
    fn cmp(&self, other: &Self) -> Ordering {
        self.subject().cmp(other.subject())
    }
}

impl Element for Member {
    fn spelling(&self) -> &str {
        self.subject().as_str()
    }

    /// Of two entries for one subject the one that ends first stays: the less is granted.
    fn preference(&self) -> String {
        let until = self.until().map_or_else(|| "~".to_owned(), |until| until.to_string());
        format!("{until} {}", self.spelling())
    }
}

impl Declared for Membership {
    const SCOPE: Scope = Scope::Team;
    const WORD: &'static str = "membership";
    const EXAMPLE: &'static str = "\
apiVersion: charter/v1
kind: Membership
metadata:
  name: contractors
  team: frontend
spec:
  members: [\"user:cy\", {subject: \"user:di\", until: 2026-12-31}]
";

    fn examine<'a>(&'a self, found: &mut Examination<'a>) {
        found.set("/members", &self.members, |member| Some(Target::Subject(member.subject())));
    }
}
