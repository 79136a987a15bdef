//! The organisation as rules see it: `data.charter`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use regorus::Value;

use super::parts::World;
use super::{Parameters, input};
use crate::model::allocation::{Allocation, Sum};
use crate::model::desired::Desired;
use crate::model::grant::{Assignment, Grant, Redundant};
use crate::model::kind::Kind;
use crate::model::manifest::Manifest;
use crate::model::resources::Resources;
use crate::model::subject::Subject;
use crate::policy::{Assignments, Facts, Grants};

/// The parts of the organisation that rules read; those of which nothing is new are kept.
#[derive(Debug, Default)]
pub struct Assembled {
    kinds: BTreeMap<Kind, Value>,
    resources: Resources,
}

impl Assembled {
    /// Assembles what is read of a desired state.
    pub fn data(
        &mut self,
        desired: &Desired,
        facts: &Facts,
        reads: &World,
        parameters: &Parameters,
        now: Timestamp,
    ) -> Value {
        let mut charter = BTreeMap::new();
        let own = parameters.iter().map(|(name, json)| (Value::from(name.as_str()), input(json)));
        charter.insert("parameters", Value::from(own.collect::<BTreeMap<Value, Value>>()));
        self.refresh(desired, reads);
        let kinds =
            reads.kinds.iter().filter_map(|kind| Some((Value::from(kind.as_str()), self.kinds.get(kind)?.clone())));
        charter.insert("resources", Value::from(kinds.collect::<BTreeMap<Value, Value>>()));
        if reads.now {
            charter.insert("now", Value::from(now.to_string()));
            charter.insert("now_ns", Value::from(now.as_nanosecond()));
        }
        if reads.budgets {
            charter.insert("budgets", budgets(desired, &facts.allocations));
        }
        if reads.permissions {
            charter.insert("permissions", permissions(&facts.grants, now));
        }
        if reads.assignments {
            charter.insert("assignments", assignments(&facts.assignments));
        }
        if reads.redundant {
            charter.insert("redundant", Value::from(facts.redundant.iter().map(redundant).collect::<Vec<Value>>()));
        }
        object([("charter", object(charter))])
    }

    /// Works out the kinds that are read anew where something of them is other than before.
    fn refresh(&mut self, desired: &Desired, reads: &World) {
        let same = |kind: &Kind| self.resources.is_same(&desired.resources, *kind);
        self.kinds = std::mem::take(&mut self.kinds).into_iter().filter(|(kind, _)| same(kind)).collect();
        for kind in &reads.kinds {
            self.kinds.entry(*kind).or_insert_with(|| of_kind(desired, *kind));
        }
        self.resources = desired.resources.clone();
    }
}

/// Returns the resources of a kind by team (`""` for none) and name.
fn of_kind(desired: &Desired, kind: Kind) -> Value {
    let mut teams: BTreeMap<&str, BTreeMap<Value, Value>> = BTreeMap::new();
    let whole = desired.resources.of_kind(kind).filter(|manifest| !desired.flaws.unread.contains(&manifest.id));
    for manifest in whole {
        let Manifest { id, written, .. } = &**manifest;
        teams.entry(id.team_or_empty()).or_default().insert(Value::from(id.name.as_str()), input(written));
    }
    object(teams.into_iter().map(|(team, names)| (team, Value::from(names))))
}

/// Returns the sums of the budgets by window, with the organisation's caps.
fn budgets(desired: &Desired, allocations: &[Allocation]) -> Value {
    let caps = desired.organization().map(|(_, organization)| organization.budgets.as_slice()).unwrap_or_default();
    let number = |text: String| Value::from_numeric_string(&text).unwrap_or(Value::Undefined);
    let mut windows = BTreeMap::new();
    for allocation in allocations.iter().filter(|allocation| allocation.period.is_none()) {
        let window = allocation.window.as_str();
        let sum = match allocation.sum {
            Sum::Limited(sum) => number(sum.to_string()),
            Sum::Overflow => Value::Null,
        };
        let cap = caps.iter().find(|cap| cap.window == allocation.window).and_then(|cap| cap.limit);
        let cap = cap.map(|cap| ("cap", number(cap.to_string())));
        windows.insert(window, object([("sum", sum)].into_iter().chain(cap)));
    }
    object(windows)
}

/// Spells a subject as rules see it: ids of users compare without case, and keys are compared to the letter.
fn key(subject: &Subject) -> Value {
    Value::from(subject.to_string().to_ascii_lowercase())
}

/// Returns what each subject may do at a moment.
fn permissions(grants: &Grants, now: Timestamp) -> Value {
    let text = |text: &str| Value::from(text);
    let one = |grant: &Grant| {
        let Grant { action, resource, name, team, expires_at, .. } = grant;
        let name = name.as_ref().map(|name| ("name", text(name)));
        let team = team.as_ref().map(|team| ("team", text(team.as_str())));
        let expires = expires_at.map(|end| ("expires", text(&end.to_string())));
        let always = [("action", text(action)), ("resource", text(resource))];
        object(always.into_iter().chain(name).chain(team).chain(expires))
    };
    let stands = |grant: &&Grant| grant.expires_at.is_none_or(|end| end > now);
    let of_subject = |(subject, grants): (&Subject, &Vec<Grant>)| {
        let grants: Vec<Value> = grants.iter().filter(stands).map(one).collect();
        (key(subject), Value::from(grants))
    };
    Value::from(grants.iter().map(of_subject).collect::<BTreeMap<Value, Value>>())
}

/// Returns the roles that each subject holds, ended or not.
fn assignments(assignments: &Assignments) -> Value {
    let one = |assignment: &Assignment| {
        let Assignment { role, binding, team, expires_at } = assignment;
        let team = team.as_ref().map(|team| ("team", Value::from(team.as_str())));
        let expires = expires_at.map(|end| ("expires", Value::from(end.to_string())));
        let always = [("role", Value::from(role.to_string())), ("binding", Value::from(binding.to_string()))];
        object(always.into_iter().chain(team).chain(expires))
    };
    let of_subject = |(subject, held): (&Subject, &BTreeSet<Assignment>)| {
        let held: Vec<Value> = held.iter().map(one).collect();
        (key(subject), Value::from(held))
    };
    Value::from(assignments.iter().map(of_subject).collect::<BTreeMap<Value, Value>>())
}

/// Returns what a binding gives that is given already, with the place as rules tell places.
fn redundant(one: &Redundant) -> Value {
    let Redundant { subject, binding, pointer, by, expires_at } = one;
    let expires = expires_at.map(|end| ("expires", end.to_string()));
    let (binding, path, by) = (binding.to_string(), format!("/spec{pointer}"), by.to_string());
    let always = [("subject", subject.clone()), ("binding", binding), ("path", path), ("by", by)];
    object(always.into_iter().chain(expires).map(|(key, text)| (key, Value::from(text))))
}

fn object<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let entries = entries.into_iter().map(|(key, value)| (Value::String(Arc::from(key)), value));
    Value::from(entries.collect::<BTreeMap<Value, Value>>())
}
