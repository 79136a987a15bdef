//! What differs between two specs, field by field, for people.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::escape;
use crate::model::credential::scrub;
use crate::model::credential::spec::{redacted, redacted_under};
use crate::model::subject::Subject;

/// A field that differs, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub field: String,
    pub change: String,
}

/// The field of a spec that is no mapping.
const WHOLE: &str = "spec";

/// The longest value that is shown whole.
const LONGEST: usize = 60;

/// Lists the fields that differ and counts those that do not.
pub fn compare(before: &Value, after: &Value) -> (Vec<Difference>, usize) {
    let Some((before, after)) = before.as_object().zip(after.as_object()) else {
        return (vec![Difference { field: WHOLE.into(), change: arrow(&redacted(before), &redacted(after)) }], 0);
    };
    let differing: Vec<&String> =
        keys(before, after).into_iter().filter(|key| before.get(*key) != after.get(*key)).collect();
    let same = keys(before, after).len() - differing.len();
    let differences = differing.into_iter().flat_map(|key| {
        let sides = [before, after].map(|side| side.get(key).unwrap_or(&Value::Null));
        nested(scrub(key), sides, sides.map(|value| redacted_under(key, value)))
    });
    (differences.collect(), same)
}

/// Lists what differs in a field, of mappings key by key: what is written, and what may be shown of it.
fn nested(field: String, written: [&Value; 2], shown: [Value; 2]) -> Vec<Difference> {
    let inner = || {
        let ([Value::Object(old), Value::Object(new)], [Value::Object(old_shown), Value::Object(new_shown)]) =
            (written, &shown)
        else {
            return None;
        };
        let differing = keys(old, new).into_iter().filter(|key| old.get(*key) != new.get(*key));
        let one = |key: &String| {
            // A key that looks like a credential is not there in what may be shown.
            let side = |written: &Map<String, Value>, shown: &Map<String, Value>| {
                if written.contains_key(key) { shown.get(key).cloned() } else { Some(Value::Null) }
            };
            let sides = [old, new].map(|written| written.get(key).unwrap_or(&Value::Null));
            Some(nested(format!("{field}.{key}"), sides, [side(old, old_shown)?, side(new, new_shown)?]))
        };
        differing.map(one).collect::<Option<Vec<_>>>()
    };
    inner().map(|inner| inner.concat()).unwrap_or_else(|| {
        let [old, new] = &shown;
        vec![Difference { field: escape::line(&field), change: describe(old, new) }]
    })
}

/// Lists the fields that differ with both values, without what looks like a credential; what is not there is null.
pub fn differing(before: &Value, after: &Value) -> Vec<(String, [Value; 2])> {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => between(before, after),
        _ => vec![(WHOLE.into(), [redacted(before), redacted(after)])],
    }
}

fn between(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<(String, [Value; 2])> {
    let sides = |key: &String| [before, after].map(|side| side.get(key).unwrap_or(&Value::Null));
    let differing = keys(before, after).into_iter().map(|key| (key, sides(key))).filter(|(_, [old, new])| old != new);
    differing.map(|(key, sides)| (scrub(key), sides.map(|value| redacted_under(key, value)))).collect()
}

fn keys<'a>(before: &'a Map<String, Value>, after: &'a Map<String, Value>) -> Vec<&'a String> {
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    keys
}

fn describe(old: &Value, new: &Value) -> String {
    if let (Value::String(old), Value::String(new)) = (old, new)
        && (old.trim_end().contains('\n') || new.trim_end().contains('\n'))
    {
        return lines(old, new);
    }
    let (Value::Array(old_items), Value::Array(new_items)) = (old, new) else { return arrow(old, new) };
    let (had, has): (HashSet<&Value>, HashSet<&Value>) = (old_items.iter().collect(), new_items.iter().collect());
    let gone = || old_items.iter().filter(|item| !has.contains(item));
    let mut spelled: HashMap<Subject, &Value> = gone().filter_map(|item| Some((subject(item)?, item))).collect();
    let (mut come, mut changes, mut respelled) = (Vec::new(), Vec::new(), HashSet::new());
    for item in new_items.iter().filter(|item| !had.contains(item)) {
        match subject(item).and_then(|subject| spelled.remove(&subject)) {
            Some(old) => {
                changes.push(format!("{} (spelling)", arrow(old, item)));
                respelled.insert(old);
            }
            None => come.push(format!("+{}", shown(item))),
        }
    }
    let gone = gone().filter(|item| !respelled.contains(item)).map(|item| format!("-{}", shown(item)));
    let changes: Vec<String> = gone.chain(come).chain(changes).collect();
    if changes.is_empty() { arrow(old, new) } else { changes.join(" ") }
}

/// Counts the lines that come and go in a text of several.
fn lines(old: &str, new: &str) -> String {
    let beyond = |text: &str, other: &str| {
        let mut left: Vec<&str> = other.lines().collect();
        let lines = text.lines().filter(|line| match left.iter().position(|one| one == line) {
            Some(at) => {
                left.swap_remove(at);
                false
            }
            None => true,
        });
        lines.count()
    };
    format!("+{} -{} lines", beyond(new, old), beyond(old, new))
}

/// Reads a subject: two texts that are spelled differently may be one.
fn subject(value: &Value) -> Option<Subject> {
    value.as_str()?.parse().ok()
}

fn arrow(old: &Value, new: &Value) -> String {
    let [old, new] = [old, new].map(line);
    let from = match (cut(&old, 0), cut(&new, 0)) {
        (a, b) if a == b && old != new => same(&old, &new).saturating_sub(LONGEST / 3),
        _ => 0,
    };
    format!("{} -> {}", cut(&old, from), cut(&new, from))
}

/// Counts the characters with which both begin.
fn same(old: &str, new: &str) -> usize {
    old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count()
}

/// Writes a value in a line: text without quotes, anything else as JSON, cut where it is long.
pub fn shown(value: &Value) -> String {
    cut(&line(value), 0)
}

fn line(value: &Value) -> String {
    let text = match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    escape::line(&scrub(&text))
}

/// Cuts a line to what is shown of it, from a character on.
fn cut(text: &str, from: usize) -> String {
    let rest: String = text.chars().skip(from).take(LONGEST).collect();
    let (before, after) = (from > 0, text.chars().count() > from + LONGEST);
    format!("{}{rest}{}", if before { "…" } else { "" }, if after { "…" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn another_spelling_of_a_subject_is_called_that() {
        let change = describe(&json!(["user:Ana", "user:bo"]), &json!(["user:ana", "user:cy"]));
        assert_eq!(change, "-user:bo +user:cy user:Ana -> user:ana (spelling)");
        assert_eq!(describe(&json!(["Rust"]), &json!(["rust"])), "-Rust +rust");
    }

    fn fields(before: &Value, after: &Value) -> Vec<String> {
        compare(before, after).0.into_iter().map(|one| format!("{} {}", one.field, one.change)).collect()
    }

    #[test]
    fn mappings_are_compared_key_by_key() {
        let policies = |days: u32, word: &str| {
            json!({"policies": {"naming": {"patterns": {"Team": "x".repeat(80)}}, "wildcard-expires": {"maxDays": days},
                "password": {"now": word}}})
        };
        let (before, after) = (policies(30, "hunter2hunter2"), policies(3000, "hunter3hunter3"));
        let [password, days] = ["policies.password", "policies.wildcard-expires.maxDays 30 -> 3000"];
        let changes = fields(&before, &after);
        assert_eq!(changes.len(), 2);
        assert!(changes[0].starts_with(password) && !changes[0].contains("hunter"), "{}", changes[0]);
        assert_eq!(changes[1], days);
        let key = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
        let secret = fields(&json!({"a": {key: 1, "b": {"c": 1}}}), &json!({"a": {key: 2, "b": {"c": 2}}})).concat();
        assert!(secret.starts_with("a ") && !secret.contains("ghp_0123"), "{secret}");
    }

    #[test]
    fn what_differs_late_is_seen() {
        let long = |end: &str| json!({"reason": format!("{}{end}", "x".repeat(80))});
        let xs = "x".repeat(20);
        assert_eq!(fields(&long("a"), &long("b")), [format!("reason …{xs}a -> …{xs}b")]);
    }

    #[test]
    fn sets_show_what_came_and_went() {
        let (differences, same) = compare(
            &json!({"members": ["user:a", "user:b"], "limit": "3000", "x": 1}),
            &json!({"members": ["user:b", "user:c"], "limit": "4000", "x": 1}),
        );
        let text: Vec<String> = differences.iter().map(|d| format!("{} {}", d.field, d.change)).collect();
        assert_eq!((text, same), (vec!["limit 3000 -> 4000".to_owned(), "members -user:a +user:c".to_owned()], 1));
    }
}
