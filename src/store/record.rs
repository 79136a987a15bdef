//! The journal's entries of a landing.

use serde::Serialize;

use super::journal::seal;
use super::writer::Landing;
use crate::model::canonical::Canonical;
use crate::model::change::{Change, Op};
use crate::model::id::ResourceId;
use crate::model::journal::{Action, Entry, Head};
use crate::model::plan::{Counts, Plan};

/// What the entry of a landing as a whole says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Account<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// The guards that were lifted.
    allowed: &'a [String],
    changes: Counts,
    /// Whether it was the first, which is judged by its own rules.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    bootstrap: bool,
    /// Whether the store was taken over from another organisation or history.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    adopted_store: bool,
}

/// Writes one entry for the landing and one for each change, chained to the entry where the journal ends.
pub(super) fn entries(plan: &Plan, landing: &Landing, head: &Head) -> Vec<Entry> {
    let mut end = head.clone();
    let account = Account {
        reason: landing.reason.as_deref(),
        allowed: &landing.allowed,
        changes: plan.counts(),
        bootstrap: head.count == 0,
        adopted_store: landing.adopt_store,
    };
    let whole = (Action::Apply, None, None, Some(Canonical::of(&account)));
    let changes = plan
        .changes
        .iter()
        .map(|change| (action(change.op), Some(change.id.clone()), before(change).cloned(), change.desired.clone()));
    std::iter::once(whole).chain(changes).map(|told| next(&mut end, plan, landing, told)).collect()
}

type Told = (Action, Option<ResourceId>, Option<Canonical>, Option<Canonical>);

fn next(end: &mut Head, plan: &Plan, landing: &Landing, (action, resource, before, after): Told) -> Entry {
    let mut entry = Entry {
        seq: end.count.saturating_add(1),
        at: landing.at,
        actor: landing.actor.clone(),
        action,
        resource,
        before,
        after,
        revision: plan.revision.as_ref().map(|revision| revision.commit.clone()).unwrap_or_default(),
        plan: plan.effect.as_str().to_owned(),
        prev_hash: end.hash.clone(),
        hash: String::new(),
    };
    entry.hash = seal(&entry);
    *end = Head { count: entry.seq, hash: entry.hash.clone() };
    entry
}

const fn action(op: Op) -> Action {
    match op {
        Op::Create => Action::Create,
        Op::Update => Action::Update,
        Op::Delete => Action::Delete,
        Op::Heal => Action::Heal,
        Op::Adopt => Action::Adopt,
        Op::Forget => Action::Forget,
    }
}

/// Returns what the change replaces: what was live, or what was remembered where only that changes.
fn before(change: &Change) -> Option<&Canonical> {
    match change.op {
        Op::Adopt | Op::Forget => change.applied.as_ref(),
        Op::Create | Op::Update | Op::Delete | Op::Heal => change.live.as_ref(),
    }
}
