//! Person: somebody of the organisation, and the ids under which manifests name them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Declared, Scope};
use crate::model::examination::{Examination, Target};
use crate::model::name::Name;
use crate::model::set::Set;
use crate::model::user::User;

/// Somebody who works here or did. Once any person is declared, every `user:ID` anywhere is an id of one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Person {
    /// Whether they work here now.
    #[serde(default)]
    pub status: Status,
    /// The ids that are this person, each of one person alone.
    #[schemars(length(min = 1))]
    pub ids: Set<User>,
    /// The person to whom they report. Passes nothing on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<Name>,
}

/// Whether somebody works here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// They do.
    #[default]
    Active,
    /// They are away for long and come back: they keep what they hold.
    Leave,
    /// They do no longer, and hold nothing where the policy `people-who-left` is switched on.
    Left,
}

impl Declared for Person {
    const SCOPE: Scope = Scope::Organization;
    const WORD: &'static str = "person";
    const EXAMPLE: &'static str = "\
apiVersion: charter/v1
kind: Person
metadata:
  name: ana
spec:
  status: active
  ids: [\"user:ana\", \"user:ana@acme.example\"]
  manager: grace
";

    fn examine<'a>(&'a self, found: &mut Examination<'a>) {
        found.set("/ids", &self.ids, |_| None);
        if let Some(manager) = &self.manager {
            found.refers("/manager", Target::Person(manager));
        }
    }
}
