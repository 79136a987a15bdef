//! What is allowed: the rules over a whole desired state. The only place where a verdict is made.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::allocation::{Allocation, Sum};
use crate::model::code::Code;
use crate::model::desired::Desired;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::kind::budget::Budget;
use crate::model::kind::organization::Organization;
use crate::model::kind::role_binding::RoleBinding;
use crate::model::kind::team::Team;
use crate::model::manifest::Manifest;
use crate::model::members::Members;
use crate::model::money::Amount;
use crate::model::name::Name;
use crate::model::origin::Origin;
use crate::model::period::Window;
use crate::model::subject::SubjectKind;
use crate::model::verdict::Verdict;

/// What the rules know beside the desired state, worked out by other rooms.
#[derive(Debug, Default)]
pub struct Facts {
    pub members: Arc<Members>,
    pub allocations: Arc<Vec<Allocation>>,
}

/// Judges a desired state at one moment.
pub fn judge(desired: &Desired, facts: &Facts, now: Timestamp) -> Verdict {
    let mut findings = if may_hide_members(desired) { Vec::new() } else { leads(desired, &facts.members) };
    if let Some((id, organization)) = desired.organization() {
        findings.extend(expired(desired, organization, now));
        for (index, cap) in organization.budgets.iter().enumerate() {
            let Some((limit, declared)) = cap.limit.zip(desired.resources.get(id)) else { continue };
            let cap =
                Capped { window: cap.window, limit, origin: declared.site.spec(&format!("/budgets/{index}/limit")) };
            findings.extend(unlimited(desired, &cap));
            findings.extend(over_cap(desired, &cap, facts));
            findings.extend(missing(desired, &cap));
        }
    }
    Verdict::new(desired.digest.clone(), findings)
}

/// Says whether somebody may be a member of a team where that is not known.
fn may_hide_members(desired: &Desired) -> bool {
    [Kind::Group, Kind::Membership, Kind::Team].into_iter().any(|kind| desired.flaws.may_hide(kind))
}

/// A cap of the organisation that has a limit, and where that is written.
struct Capped {
    window: Window,
    limit: Amount,
    origin: Origin,
}

impl Capped {
    fn finding(&self, origin: Origin, message: String, help: &str) -> Finding {
        Finding::new(Code::BudgetOverCap, origin, message).related(self.origin.clone(), "the cap").help(help)
    }

    fn budgets<'a>(&self, desired: &'a Desired) -> impl Iterator<Item = (&'a ResourceId, &'a Budget, &'a Manifest)> {
        let window = self.window;
        desired.declared::<Budget>().filter(move |(_, budget, _)| budget.window == window)
    }
}

/// Reports leads who are no members: who leads a team is in it.
fn leads(desired: &Desired, members: &Members) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, team, resource) in desired.declared::<Team>() {
        let of_team = members.leads.get(&id.name);
        for (index, lead) in team.leads.iter().enumerate() {
            let is_user = lead.kind() == SubjectKind::User;
            if is_user && of_team.is_some_and(|members| members.contains(lead)) {
                continue;
            }
            let what = if is_user { "is not a member of it" } else { "is not a user" };
            let message = format!("`{lead}` leads team `{}`, but {what}", id.name);
            let help = if is_user {
                format!("add `{lead}` to the members, or take it out of the leads")
            } else {
                "name the users who lead it".to_owned()
            };
            findings.push(
                Finding::new(Code::LeadNotMember, resource.site.spec(&format!("/leads/{index}")), message).help(help),
            );
        }
    }
    findings
}

/// Warns of bindings that grant nothing any more.
fn expired(desired: &Desired, organization: &Organization, now: Timestamp) -> Vec<Finding> {
    let zone = organization.zone();
    let ended = desired.declared::<RoleBinding>().filter(|(_, binding, _)| binding.has_ended(&zone, now));
    ended
        .map(|(id, binding, resource)| {
            let when = binding.expires.map(|expires| expires.to_string()).unwrap_or_default();
            Finding::new(
                Code::ExpiredBinding,
                resource.site.spec("/expires"),
                format!("`{id}` ended with {when} and grants nothing"),
            )
            .help("take the binding out, or give it a later end")
        })
        .collect()
}

/// Reports budgets without a limit under a cap: unlimited is more than any amount.
fn unlimited(desired: &Desired, cap: &Capped) -> Vec<Finding> {
    let is_whole = |id: &ResourceId| !desired.flaws.unread.contains(id);
    let without = cap.budgets(desired).filter(|(id, budget, _)| budget.limit.is_none() && is_whole(id));
    without
        .map(|(id, _, resource)| {
            let message = format!(
                "`{id}` has no limit, and the organisation caps the {} at {}",
                cap.window.as_str(),
                cap.limit.grouped()
            );
            cap.finding(resource.site.spec("/window"), message, "give the budget a limit")
        })
        .collect()
}

/// Reports the periods in which the limits add up to more than the cap, at the largest budget.
fn over_cap(desired: &Desired, cap: &Capped, facts: &Facts) -> Vec<Finding> {
    let Some((.., largest)) = cap.budgets(desired).max_by_key(|(_, budget, _)| budget.limit) else { return Vec::new() };
    let allocations = facts.allocations.iter().filter(|allocation| allocation.window == cap.window);
    let help = "lower a budget or an adjustment, or raise the organisation's cap; the largest budget is marked";
    allocations
        .filter_map(|allocation| excess(allocation, cap.limit))
        .map(|message| cap.finding(largest.site.spec("/limit"), message, help))
        .collect()
}

fn excess(allocation: &Allocation, limit: Amount) -> Option<String> {
    let sum = match allocation.sum {
        Sum::Limited(sum) if sum <= limit => return None,
        Sum::Limited(sum) => sum.grouped(),
        Sum::Overflow => "more than an amount can be".to_owned(),
    };
    let period = allocation
        .period
        .as_ref()
        .map_or_else(|| format!("a {}", allocation.window.as_str()), |period| format!("in {period}"));
    Some(format!("the teams' budgets add up to {sum} {period}, above the organisation's cap of {}", limit.grouped()))
}

/// Warns of teams without a budget of a capped window: nothing limits them.
fn missing(desired: &Desired, cap: &Capped) -> Vec<Finding> {
    if desired.flaws.may_hide(Kind::Budget) {
        return Vec::new();
    }
    let budgeted: BTreeSet<&Name> = cap.budgets(desired).filter_map(|(id, ..)| id.team.as_ref()).collect();
    let without = desired.declared::<Team>().filter(|(id, ..)| !budgeted.contains(&id.name));
    without
        .map(|(id, _, resource)| {
            let message = format!(
                "team `{}` has no budget for the {}, which the organisation caps",
                id.name,
                cap.window.as_str()
            );
            Finding::new(Code::BudgetMissing, resource.site.name(), message)
                .help("declare a Budget of this team and window")
        })
        .collect()
}
