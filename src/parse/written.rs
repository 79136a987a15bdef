//! A manifest as it is written, as JSON: what a policy is asked about.

use std::fmt::Write;

use super::lower::is_exact;
use super::node::{Content, Node, Plain, plain};

/// What a manifest has room in, mostly, in bytes.
const USUAL: usize = 1024;

/// Writes a node as JSON: numbers as numbers, lists in their order, nothing that is not written.
pub fn json(node: &Node<'_>) -> Box<str> {
    let mut out = String::with_capacity(USUAL);
    write(node, &mut out);
    out.into_boxed_str()
}

/// Writes an item of a bare `roles:` document as the manifest that it stands for.
pub fn role(item: &Node<'_>) -> Box<str> {
    let mut out = String::from("{\"apiVersion\":\"charter/v1\",\"kind\":\"Role\",\"metadata\":{");
    if let Some(name) = item.get("name") {
        out.push_str("\"name\":");
        write(name, &mut out);
    }
    out.push_str("},\"spec\":{");
    let spec = item.entries().iter().filter(|entry| entry.key != "name");
    for (index, entry) in spec.enumerate() {
        field(index, &entry.key, &entry.value, &mut out);
    }
    out.push_str("}}");
    out.into_boxed_str()
}

fn write(node: &Node<'_>, out: &mut String) {
    match &node.content {
        Content::Scalar { text, plain } => scalar(text, *plain, out),
        Content::Sequence(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(index, out);
                write(item, out);
            }
            out.push(']');
        }
        Content::Mapping(entries) => {
            out.push('{');
            for (index, entry) in entries.iter().enumerate() {
                field(index, &entry.key, &entry.value, out);
            }
            out.push('}');
        }
    }
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
}

fn field(index: usize, key: &str, value: &Node<'_>, out: &mut String) {
    separate(index, out);
    quote(key, out);
    out.push(':');
    write(value, out);
}

/// Writes a scalar as the core schema means it; a number that JSON's readers would round stays text.
fn scalar(text: &str, is_plain: bool, out: &mut String) {
    let written = match if is_plain { plain(text) } else { Plain::Text } {
        Plain::Null => write!(out, "null"),
        Plain::Bool(truth) => write!(out, "{truth}"),
        Plain::Integer(integer) => write!(out, "{integer}"),
        Plain::Float(float) if is_exact(text, float) => write!(out, "{float:?}"),
        Plain::Float(_) | Plain::Text => {
            quote(text, out);
            Ok(())
        }
    };
    // Writing to a text in memory does not fail.
    written.unwrap_or_default();
}

/// Writes a JSON string (RFC 8259, section 7).
fn quote(text: &str, out: &mut String) {
    let is_escaped = |c: u8| matches!(c, b'"' | b'\\' | ..b' ');
    out.push('"');
    // Hardly any text has one. Without an early end several bytes are looked at in a step.
    if text.bytes().fold(false, |any, byte| any | is_escaped(byte)) {
        for c in text.chars() {
            match u8::try_from(c) {
                // All that is escaped is ASCII; the long form is as good as the short one.
                Ok(byte) if is_escaped(byte) => out.push_str(&format!("\\u{byte:04x}")),
                Ok(_) | Err(_) => out.push(c),
            }
        }
    } else {
        out.push_str(text);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::parse::yaml;

    fn written(text: &str) -> Value {
        let root = yaml::read(text, false).into_iter().next().unwrap().root.unwrap();
        serde_json::from_str(&json(&root)).unwrap()
    }

    #[test]
    fn what_is_written_is_what_is_said() {
        let text =
            "b: [2, 1]\na: {t: yes, n: ~, x: true, f: 2.5, q: \"3\", e: 1e3, h: 0x1F}\n\"k\\n\\\"\": \"a\\tb\\\\é\"\n";
        let meant = json!({
            "b": [2, 1],
            "a": {"t": "yes", "n": null, "x": true, "f": 2.5, "q": "3", "e": 1000.0, "h": 31},
            "k\n\"": "a\tb\\é",
        });
        assert_eq!(written(text), meant);
        assert_eq!(written("0.12345678901234567890123\n"), json!("0.12345678901234567890123"));
        assert_eq!(written(".inf\n"), json!(".inf"));
    }

    #[test]
    fn an_item_of_a_list_of_roles_is_a_role() {
        let root =
            yaml::read("{permissions: [\"read:a\"], name: dev}\n", false).into_iter().next().unwrap().root.unwrap();
        let value: Value = serde_json::from_str(&role(&root)).unwrap();
        let meant = json!({"apiVersion": "charter/v1", "kind": "Role", "metadata": {"name": "dev"},
            "spec": {"permissions": ["read:a"]}});
        assert_eq!(value, meant);
    }
}
