//! Role: a named set of permissions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Declared, Scope};
use crate::model::examination::{Examination, Target};
use crate::model::name::Name;
use crate::model::permission::Permission;
use crate::model::set::Set;

/// A role of the organisation, or of a team with `metadata.team`: what it allows, and which roles it builds on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Role {
    /// Roles whose permissions this one has too.
    #[serde(default)]
    pub inherits: Set<Name>,
    /// What it allows: `action:resource`, with `/name` or `/prefix*` for less than all of them.
    #[serde(default)]
    pub permissions: Set<Permission>,
}

impl Declared for Role {
    const SCOPE: Scope = Scope::Either;
    const WORD: &'static str = "role";
    const EXAMPLE: &'static str = "\
apiVersion: charter/v1
kind: Role
metadata:
  name: team_lead
spec:
  inherits: [developer]
  permissions: [\"write:team_config\", \"manage:team_budget\", \"read:knowledge/handbook*\"]
";

    fn examine<'a>(&'a self, found: &mut Examination<'a>) {
        found.set("/inherits", &self.inherits, |name| Some(Target::Role(name)));
        found.set("/permissions", &self.permissions, |permission| Some(Target::Permission(permission)));
    }
}
