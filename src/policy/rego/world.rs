//! The organisation as rules see it: `data.charter`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use regorus::Value;

use super::reads::World;
use super::{Parameters, input};
use crate::model::allocation::{Allocation, Sum};
use crate::model::desired::Desired;
use crate::model::kind::Kind;
use crate::model::manifest::Manifest;
use crate::model::resources::Resources;

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
        (desired, allocations): (&Desired, &[Allocation]),
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
            charter.insert("budgets", budgets(desired, allocations));
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

fn object<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let entries = entries.into_iter().map(|(key, value)| (Value::String(Arc::from(key)), value));
    Value::from(entries.collect::<BTreeMap<Value, Value>>())
}
