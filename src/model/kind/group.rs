//! Group: subjects under one name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Declared, Scope};
use crate::model::examination::Examination;
use crate::model::set::Set;
use crate::model::subject::Subject;

/// A group of the organisation, or of a team with `metadata.team`. Groups may nest, and may be empty.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// Who is in it.
    #[serde(default)]
    pub members: Set<Subject>,
}

impl Declared for Group {
    const SCOPE: Scope = Scope::Either;
    const WORD: &'static str = "group";
    const EXAMPLE: &'static str = "\
apiVersion: charter/v1
kind: Group
metadata:
  name: oncall
spec:
  members: [\"user:ana\", \"group:sre\"]
";

    fn examine<'a>(&'a self, found: &mut Examination<'a>) {
        found.subjects("/members", &self.members);
    }
}
