//! Policy: what is allowed, as rules in Rego.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Declared, Kind, Scope};
use crate::model::canonical::Canonical;
use crate::model::examination::Examination;
use crate::model::id::ResourceId;
use crate::model::name::Name;

/// Rules that every change must pass. A file `policies/access/no_all.rego` declares the policy `access.no_all`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    /// One module in Rego v1, with rules `deny`, `violation` or `warn`.
    pub rego: String,
}

/// The policies of a state: their texts by name.
pub type Policies = BTreeMap<Name, String>;

/// Reads the policies among rows; a row that is none rules nothing.
pub fn among(rows: &BTreeMap<ResourceId, Canonical>) -> Policies {
    // Rows stand in the order of kinds, in which policies are nearly first.
    let policies = rows.iter().take_while(|(id, _)| id.kind <= Kind::Policy).filter(|(id, _)| id.kind == Kind::Policy);
    let read = |spec: &Canonical| serde_json::from_str::<Policy>(spec.as_str()).ok();
    policies.filter_map(|(id, spec)| Some((id.name.clone(), read(spec)?.rego))).collect()
}

impl Declared for Policy {
    const SCOPE: Scope = Scope::Organization;
    const WORD: &'static str = "policy";
    const EXAMPLE: &'static str = "\
apiVersion: charter/v1
kind: Policy
metadata:
  name: highest-budget
spec:
  rego: |
    package budgets

    deny contains {\"msg\": msg, \"path\": \"/spec/limit\"} if {
      input.kind == \"Budget\"
      input.spec.limit > 100000
      msg := sprintf(\"the budget of %s is above 100000\", [input.metadata.team])
    }
";

    fn examine<'a>(&'a self, _found: &mut Examination<'a>) {}
}
