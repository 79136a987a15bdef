//! Waiver: an exception from a rule, for one team or resource, with a reason and an end.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Declared, Kind, Scope};
use crate::model::canonical::Canonical;
use crate::model::code::Code;
use crate::model::examination::{Examination, Target};
use crate::model::expiry::Expiry;
use crate::model::fault::Fault;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::library::Library;
use crate::model::mend::Mend;
use crate::model::name::Name;
use crate::model::nearest::{did_you_mean, surely_meant};

/// Lets a rule's finding pass for one team or resource, until a day. It counts from the change after the one that brings it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Waiver {
    /// The code of the rule's finding, such as `budget-over-cap`, or the name of a policy or a code that it gives.
    pub control: String,
    /// The team whose findings pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Name>,
    /// The resource whose findings pass, as `Kind/name` or `Kind/team/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<ResourceId>,
    /// Why.
    #[schemars(regex(pattern = r"\S"))]
    pub reason: String,
    /// Where that was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The last day, or the instant at which it ends: at most 90 days ahead for an error, 365 for a warning.
    pub expires: Expiry,
}

/// The waivers of a state.
pub type Waivers = BTreeMap<ResourceId, Waiver>;

/// Reads the waivers among rows; a row that is none waives nothing.
pub fn among(rows: &BTreeMap<ResourceId, Canonical>) -> Waivers {
    let waivers = rows.iter().filter(|(id, _)| id.kind == Kind::Waiver);
    waivers.filter_map(|(id, spec)| Some((id.clone(), serde_json::from_str(spec.as_str()).ok()?))).collect()
}

impl Waiver {
    /// Says whether it is about a finding: by its code or its policy, and by the resource that the finding is about.
    pub fn covers(&self, finding: &Finding) -> bool {
        let Some(about) = &finding.about else { return false };
        let is_team = self.team.as_ref().is_none_or(|team| about.concerns() == Some(team));
        let is_resource = self.resource.as_ref().is_none_or(|resource| about == resource);
        finding.controls().any(|name| name == self.control) && self.says_for_whom() && is_team && is_resource
    }

    /// Says whether it names a team or a resource, without which it is about nothing.
    pub fn says_for_whom(&self) -> bool {
        self.team.is_some() || self.resource.is_some()
    }

    /// Says what is wrong with its control, if that is neither a rule of ours nor one of those that policies have.
    ///
    /// A policy may come later than the waiver of it: what no rule is called waives nothing yet. `of_policies` is `None`
    /// where it is not known what they are called.
    pub fn unknown_control(&self, of_policies: Option<&BTreeSet<Name>>) -> Option<Fault> {
        let ours = Code::WAIVABLE.iter().map(|code| code.as_str());
        let known: Vec<&str> = ours.chain(of_policies.into_iter().flatten().map(Name::as_str)).collect();
        let control = self.control.as_str();
        if known.contains(&control) {
            return None;
        }
        let all = known.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
        let help = did_you_mean(control, &known).map_or_else(
            || format!("what can be waived is {all}"),
            |near| format!("did you mean `{near}`? What can be waived is {all}"),
        );
        if Code::parse(control).is_some() {
            let message = format!("`{control}` is no rule, and cannot be waived");
            return Some(Fault::new(Code::NotWaivable, message).help(help));
        }
        of_policies?;
        if Library::has(control) {
            let message = format!("nothing is waived yet: `{control}` of the library is not switched on");
            return Some(
                Fault::new(Code::WaiverUnneeded, message)
                    .help("switch it on in a later change, or take the waiver out"),
            );
        }
        let fault = Fault::new(Code::WaiverUnneeded, format!("nothing is waived yet: no rule is called `{control}`"));
        Some(fault.help(help).mend(Mend::word(control, surely_meant(control, known))))
    }
}

impl Declared for Waiver {
    const SCOPE: Scope = Scope::Organization;
    const WORD: &'static str = "waiver";
    const EXAMPLE: &'static str = "\
apiVersion: charter/v1
kind: Waiver
metadata:
  name: w-12
spec:
  control: budget-missing
  team: platform
  reason: paid from the budget of product until the year ends
  ticket: GOV-231
  expires: 2027-01-31
";

    fn examine<'a>(&'a self, found: &mut Examination<'a>) {
        if let Some(team) = &self.team {
            found.refers("/team", Target::Team(team));
        }
    }
}
