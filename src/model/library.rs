//! The policies of the library that an organisation switches on, each with its parameters.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::code::Code;
use super::examination::{Examination, Target};
use super::fault::Fault;
use super::kind::Kind;
use super::mend::Mend;
use super::name::Name;
use super::nearest::{did_you_mean, surely_meant};
use super::set::Set;

/// Policies of the library that are switched on, with their parameters. `charter explain NAME` says what each demands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Library {
    /// Each team has a lead who is a member of it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_lead: Option<Nothing>,
    /// The users who administer everything are between a least and a most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_count: Option<AdminCount>,
    /// No agent and no service may do what is approving.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agents_approve_nothing: Option<AgentsApproveNothing>,
    /// The teams' budgets leave something of the organisation's caps; a warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_headroom: Option<BudgetHeadroom>,
    /// Budgets have an owner and thresholds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_owner: Option<BudgetOwner>,
    /// Names match the pattern of their kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub naming: Option<Naming>,
    /// No role but those of the platform has `all:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_all_outside_platform: Option<NoAllOutsidePlatform>,
    /// Something refers to each group; a warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orphaned_groups: Option<Nothing>,
    /// Who left holds nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_who_left: Option<Nothing>,
    /// No binding gives what another gives already; a warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redundant_grants: Option<Nothing>,
    /// Two roles of a pair never meet in one subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separation_of_duties: Option<SeparationOfDuties>,
    /// What gives `all:`, and what the council has everywhere, ends within some days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wildcard_expires: Option<WildcardExpires>,
}

/// Parameters of a policy that has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Parameters of `admin-count`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AdminCount {
    /// The organisation's roles that are counted, together.
    #[schemars(length(min = 1))]
    pub roles: Vec<Name>,
    /// How many users hold one of them everywhere at least.
    pub min: u32,
    /// How many users hold one of them everywhere at most.
    pub max: u32,
}

impl Default for AdminCount {
    fn default() -> Self {
        AdminCount { roles: names("platform_admin"), min: 2, max: 5 }
    }
}

/// Parameters of `agents-approve-nothing`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AgentsApproveNothing {
    /// The actions that approve.
    pub actions: Vec<Name>,
    /// The roles that approve by what they are.
    pub roles: Vec<Name>,
}

impl Default for AgentsApproveNothing {
    fn default() -> Self {
        AgentsApproveNothing { actions: names("manage"), roles: Vec::new() }
    }
}

/// Parameters of `budget-headroom`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BudgetHeadroom {
    /// How many per cent of a cap are left at least.
    #[schemars(range(min = 0, max = 100))]
    pub percent: u8,
}

impl Default for BudgetHeadroom {
    fn default() -> Self {
        BudgetHeadroom { percent: 10 }
    }
}

/// Parameters of `budget-owner`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BudgetOwner {
    /// How many different thresholds a budget has at least.
    pub alerts: u32,
}

impl Default for BudgetOwner {
    fn default() -> Self {
        BudgetOwner { alerts: 1 }
    }
}

/// Parameters of `naming`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Naming {
    /// A regular expression (RE2) a kind, that its names match as a whole.
    pub patterns: BTreeMap<String, String>,
}

/// Parameters of `no-all-outside-platform`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NoAllOutsidePlatform {
    /// The organisation's roles that may have `all:`.
    pub roles: Vec<Name>,
}

impl Default for NoAllOutsidePlatform {
    fn default() -> Self {
        NoAllOutsidePlatform { roles: names("platform_admin") }
    }
}

/// Parameters of `separation-of-duties`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeparationOfDuties {
    /// The pairs of roles that never meet.
    pub pairs: Vec<[Name; 2]>,
}

/// Parameters of `wildcard-expires`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct WildcardExpires {
    /// How many days ahead such a binding may end.
    pub max_days: u32,
    /// Whether what the council has everywhere ends as well.
    pub council: bool,
}

impl Default for WildcardExpires {
    fn default() -> Self {
        WildcardExpires { max_days: 30, council: true }
    }
}

fn names(text: &str) -> Vec<Name> {
    text.split_ascii_whitespace().filter_map(|name| name.parse().ok()).collect()
}

impl Library {
    /// Switches all of it on, with what holds where nothing is said.
    pub fn all() -> Library {
        Library {
            active_lead: Some(Nothing::default()),
            admin_count: Some(AdminCount::default()),
            agents_approve_nothing: Some(AgentsApproveNothing::default()),
            budget_headroom: Some(BudgetHeadroom::default()),
            budget_owner: Some(BudgetOwner::default()),
            naming: Some(Naming::default()),
            no_all_outside_platform: Some(NoAllOutsidePlatform::default()),
            orphaned_groups: Some(Nothing::default()),
            people_who_left: Some(Nothing::default()),
            redundant_grants: Some(Nothing::default()),
            separation_of_duties: Some(SeparationOfDuties::default()),
            wildcard_expires: Some(WildcardExpires::default()),
        }
    }

    /// Says whether a policy of the library is called so.
    pub fn has(name: &str) -> bool {
        name.parse().is_ok_and(|name: Name| Library::all().parameters().contains_key(&name))
    }

    /// Notes the roles and words that parameters name: a policy about what is not there would silently find nothing.
    pub fn examine<'a>(&'a self, actions: &Set<Name>, found: &mut Examination<'a>) {
        self.examine_kinds(found);
        self.examine_sense(found);
        self.examine_actions(actions, found);
        let mut refer = |place: &str, roles: &'a [Name], target: fn(&'a Name) -> Target<'a>| {
            let roles = (0..).zip(roles);
            roles.for_each(|(index, role)| found.refers(format!("/policies/{place}/{index}"), target(role)));
        };
        // What holds where nothing is said need not be there.
        if let Some(own) = self.admin_count.as_ref().filter(|own| own.roles != AdminCount::default().roles) {
            refer("admin-count/roles", &own.roles, Target::Role);
        }
        let platform = self.no_all_outside_platform.as_ref();
        if let Some(own) = platform.filter(|own| own.roles != NoAllOutsidePlatform::default().roles) {
            refer("no-all-outside-platform/roles", &own.roles, Target::Role);
        }
        if let Some(own) = &self.agents_approve_nothing {
            refer("agents-approve-nothing/roles", &own.roles, Target::AnyRole);
        }
        let pairs = self.separation_of_duties.iter().flat_map(|own| &own.pairs);
        for (index, pair) in pairs.enumerate() {
            refer(&format!("separation-of-duties/pairs/{index}"), pair, Target::AnyRole);
        }
    }

    fn examine_actions(&self, known: &Set<Name>, found: &mut Examination<'_>) {
        let own = self.agents_approve_nothing.iter().map(|own| &own.actions);
        let said = own.filter(|actions| **actions != AgentsApproveNothing::default().actions).flatten();
        for (index, action) in said.enumerate().filter(|(_, action)| known.iter().all(|known| known != *action)) {
            let words = known.iter().map(Name::as_str);
            let help = did_you_mean(action.as_str(), words.clone())
                .map_or_else(|| "name one of the vocabulary".to_owned(), |near| format!("did you mean `{near}`?"));
            let mend = Mend::word(action.as_str(), surely_meant(action.as_str(), words));
            let message = format!("`agents-approve-nothing` names action `{action}`, and the vocabulary has none such");
            let fault = Fault::new(Code::UnknownPermission, message).help(help).mend(mend);
            found.faulty(format!("/policies/agents-approve-nothing/actions/{index}"), fault);
        }
    }

    /// Notes what can never hold, or never be broken.
    fn examine_sense(&self, found: &mut Examination<'_>) {
        if let Some(AdminCount { min, max, .. }) = self.admin_count.as_ref().filter(|own| own.min > own.max) {
            let message = format!("`admin-count` wants {min} at least and {max} at most, which no number is");
            found.fault("/policies/admin-count", Code::Schema, message, "write a `min` that is no more than `max`");
        }
        let pairs = (0..).zip(self.separation_of_duties.iter().flat_map(|own| &own.pairs));
        for (index, [one, _]) in pairs.filter(|(_, [one, other])| one == other) {
            let message = format!("role `{one}` always meets itself");
            let pointer = format!("/policies/separation-of-duties/pairs/{index}");
            found.fault(pointer, Code::Schema, message, "name two different roles");
        }
    }

    fn examine_kinds(&self, found: &mut Examination<'_>) {
        let patterns = self.naming.iter().flat_map(|naming| naming.patterns.keys());
        for kind in patterns.filter(|kind| kind.parse::<Kind>().is_err()) {
            let kinds = || Kind::ALL.iter().map(|kind| kind.as_str());
            let all = || format!("the kinds are {}", kinds().collect::<Vec<_>>().join(", "));
            let help = did_you_mean(kind, kinds()).map_or_else(all, |near| format!("did you mean `{near}`?"));
            let pointer = format!("/policies/naming/patterns/{}", kind.replace('~', "~0").replace('/', "~1"));
            found.fault(pointer, Code::UnknownKind, format!("there is no kind `{kind}`"), help);
        }
    }

    /// Lists what is switched on by name, each with its parameters.
    pub fn parameters(&self) -> BTreeMap<Name, Value> {
        let all = serde_json::to_value(self).unwrap_or_default();
        let entries = all.as_object().into_iter().flatten();
        entries.filter_map(|(name, parameters)| Some((name.parse().ok()?, parameters.clone()))).collect()
    }
}
