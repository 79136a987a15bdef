//! Landing: whether a plan may be applied now, and the one place where it is.

use crate::model::applied::Accepted;
use crate::model::plan::Plan;
use crate::model::snapshot::Revision;
use crate::store::{Landed, Landing, Store, StoreError};

/// What stands between a plan and the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Live resources that are not Charter's stand in the way.
    Blocked,
    /// A guard holds the plan.
    Held,
    /// There is nothing to write.
    Current,
    Open,
}

/// Says what stands between a plan and the store.
pub fn gate(plan: &Plan, accepted: Option<&Accepted>, allowed: &[String]) -> Gate {
    if !plan.conflicts.is_empty() {
        Gate::Blocked
    } else if plan.holds.iter().any(|hold| !allowed.contains(&hold.guard)) {
        Gate::Held
    } else if plan.is_empty() && is_told(plan) && is_accepted(plan, accepted) {
        Gate::Current
    } else {
        Gate::Open
    }
}

/// Says whether there is nothing to write beside the changes.
fn is_told(plan: &Plan) -> bool {
    plan.records.is_empty() && plan.effective.is_empty()
}

/// Says whether the plan's revision is the accepted one already.
pub fn is_accepted(plan: &Plan, accepted: Option<&Accepted>) -> bool {
    accepted.is_some_and(|accepted| {
        Revision::commit_of(accepted.revision.as_ref()) == Revision::commit_of(plan.revision.as_ref())
            && accepted.organization == plan.organization
            && accepted.lineage.path == plan.lineage.path
    })
}

/// Lands a plan in one transaction.
///
/// # Errors
/// Where the store moved since the plan was made, belongs to another, or cannot be written.
pub fn land(store: &Store, plan: &Plan, landing: &Landing) -> Result<Landed, StoreError> {
    store.writer()?.land(plan, landing)
}

/// Says in one line what holds a plan.
pub fn held_because(plan: &Plan) -> String {
    let held = plan.holds.first().map(|hold| format!("{}: {}", hold.guard, hold.reason));
    let blocked = || plan.conflicts.first().map(|id| format!("unmanaged-conflict: {id}"));
    held.or_else(blocked).unwrap_or_default()
}
