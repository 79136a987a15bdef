//! What is left of a document without what is wrong in it, so that the later stages find what is theirs to find.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Takes the nodes at JSON pointers out of a value, and returns the elements of lists among them, sorted.
///
/// What is wrong with a node as a whole, such as a field that it lacks, takes the node out; the root and `keep` stay.
pub fn leave_out(value: &mut Value, pointers: &BTreeSet<&str>, keep: &[&str]) -> Vec<(String, usize)> {
    let places = pointers.iter().filter(|pointer| !keep.contains(*pointer)).filter_map(|pointer| {
        let (parent, token) = pointer.rsplit_once('/')?;
        Some((parent, token.parse::<usize>().unwrap_or_default(), token))
    });
    let mut places: Vec<(&str, usize, &str)> = places.collect();
    // The deepest first and lists from their end: until its own turn each node is where its pointer says.
    let depth = |parent: &str| parent.matches('/').count();
    places.sort_by(|a, b| depth(b.0).cmp(&depth(a.0)).then(b.cmp(a)));
    let mut left_out = Vec::new();
    for (parent, index, token) in places {
        match value.pointer_mut(parent) {
            Some(Value::Object(object)) => drop(object.shift_remove(&token.replace("~1", "/").replace("~0", "~"))),
            Some(Value::Array(items)) if index < items.len() => {
                items.remove(index);
                left_out.push((parent.to_owned(), index));
            }
            _ => {}
        }
    }
    left_out.sort();
    left_out
}

/// Puts an empty list where a schema requires one and none is left.
pub fn fill_lists(object: &mut Map<String, Value>, schema: &Value) {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for key in required {
        let is_list = schema.pointer(&format!("/properties/{key}/type")).is_some_and(|word| word == "array");
        if is_list && !object.contains_key(key) {
            object.insert(key.to_owned(), Value::Array(Vec::new()));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nodes_are_taken_out_where_their_pointers_say() {
        let mut value = json!({"spec": {"members": [0, 1, {"a/b": 2, "c": 3}, 4], "odd": true}});
        let pointers = ["", "/spec", "/spec/odd", "/spec/members/0", "/spec/members/1", "/spec/members/2/a~1b"];
        let left_out = leave_out(&mut value, &BTreeSet::from(pointers), &["", "/spec"]);
        assert_eq!(value, json!({"spec": {"members": [{"c": 3}, 4]}}));
        assert_eq!(left_out, [("/spec/members".to_owned(), 0), ("/spec/members".to_owned(), 1)]);
    }

    #[test]
    fn required_lists_are_filled() {
        let schema = json!({"required": ["a", "b"], "properties": {"a": {"type": "array"}, "b": {"type": "string"}}});
        let mut object = Map::new();
        fill_lists(&mut object, &schema);
        assert_eq!(Value::Object(object), json!({"a": []}));
    }
}
