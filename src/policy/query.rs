//! A question about a state, as somebody types it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::Facts;
use super::controls::brought;
use super::rego::{self, Assembled, Loaded, World};
use crate::model::desired::Desired;
use crate::model::id::ResourceId;

/// Lists the packages of a state that have rules which are judged; `None` where its policies cannot be loaded.
pub fn packages(desired: &Desired) -> Option<BTreeSet<String>> {
    let loaded = Loaded::of(brought(desired).policies.iter().map(|(name, text)| (name, text.as_str())));
    let packages = loaded.entries().iter().map(|entry| entry.package.clone()).collect();
    loaded.mistakes.is_empty().then_some(packages)
}

/// Evaluates a query with the policies of a state; what is wrong with it, in words.
///
/// # Errors
/// Where a policy or the query is wrong, or the resource is not declared.
pub fn evaluate(
    desired: &Desired,
    facts: &Facts,
    now: Timestamp,
    query: &str,
    input: Option<&ResourceId>,
) -> Result<Value, String> {
    let rules = brought(desired);
    let loaded = Loaded::of(rules.policies.iter().map(|(name, text)| (name, text.as_str())));
    if let Some(mistake) = loaded.mistakes.first() {
        return Err(format!("policy `{}`: {}", mistake.policy, mistake.message));
    }
    let input = match input {
        None => rego::Value::Undefined,
        Some(id) => {
            let manifest = desired.resources.get(id).ok_or_else(|| format!("`{id}` is not declared"))?;
            rego::input(&manifest.written)
        }
    };
    let data = Assembled::default().data(desired, facts, &World::all(), &rules.parameters, now);
    loaded.query(query, input, data)
}
