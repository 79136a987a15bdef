//! The organisation's caps on what all teams may spend in a window.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Facts, Found};
use crate::model::allocation::{Allocation, Sum};
use crate::model::code::Code;
use crate::model::desired::Desired;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::kind::budget::Budget;
use crate::model::kind::team::Team;
use crate::model::manifest::Manifest;
use crate::model::money::Amount;
use crate::model::name::Name;
use crate::model::origin::Origin;
use crate::model::period::Window;

/// What the rule reads.
pub const READS: &[Kind] = &[Kind::Organization, Kind::Team, Kind::Budget];

/// Reports budgets that go over a cap or that a cap misses.
pub fn judge(desired: &Desired, facts: &Facts, _: Timestamp) -> Found {
    let Some((id, organization)) = desired.organization() else { return Found::default() };
    let mut findings = Vec::new();
    for (index, cap) in organization.budgets.iter().enumerate() {
        let Some((limit, declared)) = cap.limit.zip(desired.resources.get(id)) else { continue };
        let origin = declared.site.spec(&format!("/budgets/{index}/limit"));
        let cap = Capped { window: cap.window, limit, origin };
        findings.extend(unlimited(desired, &cap));
        findings.extend(over_cap(desired, &cap, facts));
        findings.extend(missing(desired, &cap));
    }
    Found::always(findings)
}

/// A cap of the organisation that has a limit, and where that is written.
struct Capped {
    window: Window,
    limit: Amount,
    origin: Origin,
}

impl Capped {
    fn finding(&self, (budget, pointer): (&Manifest, &str), message: String, help: &str) -> Finding {
        let finding = Finding::new(Code::BudgetOverCap, budget.site.spec(pointer), message).about(&budget.id);
        finding.related(self.origin.clone(), "the cap").help(help)
    }

    fn budgets<'a>(&self, desired: &'a Desired) -> impl Iterator<Item = (&'a ResourceId, &'a Budget, &'a Manifest)> {
        let window = self.window;
        desired.declared::<Budget>().filter(move |(_, budget, _)| budget.window == window)
    }
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
            cap.finding((resource, "/window"), message, "give the budget a limit")
        })
        .collect()
}

/// Reports the periods in which the limits add up to more than the cap, at the largest budget.
fn over_cap(desired: &Desired, cap: &Capped, facts: &Facts) -> Vec<Finding> {
    let Some((.., largest)) = cap.budgets(desired).max_by_key(|(id, budget, _)| (budget.limit, *id)) else {
        return Vec::new();
    };
    let allocations = facts.allocations.iter().filter(|allocation| allocation.window == cap.window);
    let help = "lower a budget or an adjustment, or raise the organisation's cap; the largest budget is marked";
    allocations
        .filter_map(|allocation| excess(allocation, cap.limit))
        .map(|message| cap.finding((largest, "/limit"), message, help))
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
                .about(id)
                .help("declare a Budget of this team and window")
        })
        .collect()
}
