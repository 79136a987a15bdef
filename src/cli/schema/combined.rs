//! One schema of every manifest, for editors: they know of a file only that it is a manifest.

use serde_json::{Map, Value, json};

use crate::model::kind::Kind;
use crate::parse::schema::{API_VERSION, manifest_schema, roles_reader};

/// Returns the JSON Schema (draft-07) of any manifest, and of the document with the sole key `roles`.
///
/// The kind is asked for first and the rest by kind, so that an editor offers and explains the fields of that kind only.
pub fn combined() -> Value {
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Charter manifest",
        "description": "A manifest of Charter: what an organisation declares.",
        "type": "object",
        "properties": {
            "apiVersion": { "description": "The version of the manifest's form.", "const": API_VERSION },
            "kind": { "description": "What the manifest declares.", "enum": kinds },
            "metadata": { "description": "What it is called and whose it is.", "type": "object" },
            "spec": { "description": "What is declared, by kind.", "type": "object" },
            "roles": {
                "description": "Roles of the organisation, in a document without any other key.",
                "type": "array",
                "items": roles_reader().item_schema(),
            },
        },
        "additionalProperties": false,
        "if": { "required": ["roles"] },
        "then": { "maxProperties": 1 },
        "else": {
            "required": ["apiVersion", "kind", "metadata", "spec"],
            "allOf": Kind::ALL.iter().map(|kind| when(*kind)).collect::<Vec<_>>(),
        },
    })
}

/// Returns what holds of a manifest of one kind.
fn when(kind: Kind) -> Value {
    let schema = manifest_schema(kind);
    let description = schema.get("description").cloned().unwrap_or_default();
    let mut properties: Map<String, Value> =
        schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    properties.shift_remove("apiVersion");
    properties.insert("kind".to_owned(), json!({ "description": description, "const": kind.as_str() }));
    json!({
        "if": { "properties": { "kind": { "const": kind.as_str() } }, "required": ["kind"] },
        "then": { "properties": properties },
    })
}
