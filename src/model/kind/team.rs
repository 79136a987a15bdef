//! Team: people and agents who work together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Declared, Scope};
use crate::model::examination::{Examination, Target};
use crate::model::name::Name;
use crate::model::set::Set;
use crate::model::subject::Subject;

/// A team: who leads it, who is in it, how it works.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Team {
    /// Users who are members and lead the team. Grants nothing by itself.
    #[serde(default)]
    pub leads: Set<Subject>,
    /// Who is in the team.
    #[serde(default)]
    pub members: Set<Subject>,
    /// The team that this one reports to. Passes nothing on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Name>,
    /// Where the team is reached, as URIs.
    #[serde(default)]
    pub contacts: Vec<String>,
    /// Names of standards or one-line rules; they become the context of the team's agents.
    #[serde(default)]
    pub standards: Vec<String>,
    /// What the team builds with.
    #[serde(default)]
    pub tech_stack: Vec<String>,
    /// Settings in free form, checked by `schemas/settings.schema.json` of the repository where there is one.
    #[serde(default)]
    pub settings: Map<String, Value>,
}

impl Declared for Team {
    const SCOPE: Scope = Scope::Organization;
    const WORD: &'static str = "team";
    const EXAMPLE: &'static str = "\
apiVersion: charter/v1
kind: Team
metadata:
  name: frontend
  labels: {tier: product}
spec:
  leads: [\"user:ana\"]
  members: [\"user:ana\", \"user:bo\"]
  parent: product
  contacts: [\"mailto:frontend@acme.example\"]
  standards: [no-pii, typed-python]
  techStack: [typescript, react]
  settings: {defaultProfile: balanced}
";

    fn examine<'a>(&'a self, found: &mut Examination<'a>) {
        found.subjects("/leads", &self.leads);
        found.subjects("/members", &self.members);
        if let Some(parent) = &self.parent {
            found.refers("/parent", Target::Team(parent));
        }
    }
}
