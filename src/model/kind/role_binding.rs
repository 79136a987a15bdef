//! RoleBinding: a role for subjects.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Declared, Scope};
use crate::model::examination::{Examination, Target};
use crate::model::expiry::Expiry;
use crate::model::name::Name;
use crate::model::set::Set;
use crate::model::subject::Subject;

/// Gives a role to subjects: in a team on that team's resources, without one on every team's and the organisation's own.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleBinding {
    /// The role; a team's binding finds the team's role first, then the organisation's.
    pub role: Name,
    /// Who has it.
    pub subjects: Set<Subject>,
    /// The last day, or the instant at which it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Expiry>,
    /// Why it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where that was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

impl Declared for RoleBinding {
    const SCOPE: Scope = Scope::Either;
    const WORD: &'static str = "binding";
    const EXAMPLE: &'static str = "\
apiVersion: charter/v1
kind: RoleBinding
metadata:
  name: leads
  team: frontend
spec:
  role: team_lead
  subjects: [\"user:ana\", \"team:platform\"]
  expires: 2027-12-31
  reason: cover
  ticket: GOV-7
";

    fn examine<'a>(&'a self, found: &mut Examination<'a>) {
        found.refers("/role", Target::Role(&self.role));
        found.subjects("/subjects", &self.subjects);
    }
}
