//! What differs between two specs, field by field, for people.

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

/// The longest value that is shown whole.
const LONGEST: usize = 60;

/// Lists the fields that differ and counts those that do not.
pub fn compare(before: &Value, after: &Value) -> (Vec<Difference>, usize) {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return (vec![Difference { field: "spec".into(), change: arrow(&redacted(before), &redacted(after)) }], 0);
    };
    let mut differences = Vec::new();
    let mut same = 0;
    for key in keys(before, after) {
        let (old, new) = (before.get(key).unwrap_or(&Value::Null), after.get(key).unwrap_or(&Value::Null));
        if old == new {
            same += 1;
        } else {
            let [old, new] = [old, new].map(|value| redacted_under(key, value));
            differences.push(Difference { field: escape::line(&scrub(key)), change: describe(&old, &new) });
        }
    }
    (differences, same)
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
    let mut gone: Vec<&Value> = old_items.iter().filter(|item| !new_items.contains(item)).collect();
    let mut changes = Vec::new();
    let mut come = Vec::new();
    for item in new_items.iter().filter(|item| !old_items.contains(item)) {
        match gone.iter().position(|old| is_respelled(old, item)) {
            Some(position) => changes.push(format!("{} (spelling)", arrow(gone.remove(position), item))),
            None => come.push(format!("+{}", shown(item))),
        }
    }
    let gone = gone.into_iter().map(|item| format!("-{}", shown(item)));
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

/// Says whether two texts are one subject, spelled differently.
fn is_respelled(old: &Value, new: &Value) -> bool {
    let subject = |value: &Value| value.as_str().and_then(|text| text.parse::<Subject>().ok());
    subject(old).zip(subject(new)).is_some_and(|(old, new)| old == new)
}

fn arrow(old: &Value, new: &Value) -> String {
    format!("{} -> {}", shown(old), shown(new))
}

/// Writes a value in a line: text without quotes, anything else as JSON, cut where it is long.
pub fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    let text = escape::line(&scrub(&text));
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or(&text)),
        None => text,
    }
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
