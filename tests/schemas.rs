//! The published schemas are those of the types; each kind's example is a manifest of its kind.
//!
//! `UPDATE_SCHEMAS=1 cargo test --release --test schemas` writes them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use charter::model::kind::Kind;
use serde::Deserialize;
use serde_json::Value;
use support::Sandbox;

fn published() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/schemas")
}

/// Lists the files of a folder with what is in them.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (path.file_name().unwrap().to_string_lossy().into(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn the_published_schemas_are_those_of_the_types() {
    let sandbox = Sandbox::new();
    let folder = published();
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        sandbox.charter(&format!("schema --all '{}'", folder.display()));
    }
    sandbox.charter("schema --all written");
    let written = files(&sandbox.repo().join("written"));
    assert_eq!(written.len(), fs::read_dir(&folder).unwrap().count(), "a schema of nothing is published");
    for (name, text) in &written {
        assert_eq!(
            fs::read_to_string(folder.join(name)).unwrap_or_default(),
            *text,
            "{name}: see the head of this file"
        );
    }
}

/// What an editor has against the documents of a text, with the schema that `init` writes, and without a network.
fn complaints(schema: &Value, text: &str) -> Vec<String> {
    let validator = jsonschema::options().offline().build(schema).unwrap();
    let read = |document| Value::deserialize(document).unwrap();
    let documents: Vec<Value> = serde_yaml::Deserializer::from_str(text).map(read).collect();
    documents.iter().flat_map(|value| validator.iter_errors(value)).map(|error| error.to_string()).collect()
}

#[test]
fn an_editor_knows_every_kind_by_the_schema_that_init_writes() {
    let sandbox = Sandbox::new();
    sandbox.charter("init acme");
    let root = sandbox.repo().join("acme");
    for path in ["organization.yaml", "roles.yaml", "teams/product.yaml"] {
        let text = fs::read_to_string(root.join(path)).unwrap();
        let line = text.lines().next().unwrap();
        let named = line.strip_prefix("# yaml-language-server: $schema=").unwrap();
        let schema = fs::read_to_string(root.join(path).parent().unwrap().join(named)).unwrap();
        assert_eq!(complaints(&serde_json::from_str(&schema).unwrap(), &text), [""; 0], "{path}");
    }
    let schema = serde_json::from_str(&fs::read_to_string(root.join("schemas/manifest.schema.json")).unwrap()).unwrap();
    for kind in Kind::ALL {
        assert_eq!(complaints(&schema, kind.example()), [""; 0]);
        let wrong = kind.example().replacen("spec:", "spec:\n  unheardOf: 1", 1);
        assert_eq!(complaints(&schema, &wrong).len(), 1, "{wrong}");
    }
    let envelope = "apiVersion: charter/v1\nmetadata: {name: a}\nspec: {}\n";
    for wrong in [envelope, "roles: []\nkind: Team\n", "kind: Team\n", &format!("kind: Tean\n{envelope}"), "a: 1\n"] {
        assert!(!complaints(&schema, wrong).is_empty(), "{wrong}");
    }
}

#[test]
fn a_schema_explains_what_an_editor_points_at() {
    let text = fs::read_to_string(published().join("manifest.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    for (index, kind) in Kind::ALL.iter().enumerate() {
        let at = |path: &str| schema.pointer(&format!("/else/allOf/{index}/then/properties/{path}")).cloned();
        assert_eq!(at("kind/const").unwrap(), kind.as_str());
        let fields = at("spec/properties").unwrap();
        assert!(fields.as_object().unwrap().values().all(|field| field.get("description").is_some()), "{kind}");
    }
}

/// What the examples name beside one another; platform has no budget, which the example of a waiver lets pass.
const REST: &str = "\
apiVersion: charter/v1
kind: Role
metadata: {name: developer}
spec: {permissions: [\"read:agents\"]}
---
apiVersion: charter/v1
kind: Group
metadata: {name: sre}
spec: {members: []}
---
apiVersion: charter/v1
kind: Team
metadata: {name: product}
spec: {members: [\"user:ana\"]}
---
apiVersion: charter/v1
kind: Team
metadata: {name: platform}
spec: {}
---
apiVersion: charter/v1
kind: Budget
metadata: {name: monthly, team: product}
spec: {window: month, limit: 1000}
---
apiVersion: charter/v1
kind: Person
metadata: {name: grace}
spec: {ids: [\"user:grace\"]}
---
apiVersion: charter/v1
kind: Person
metadata: {name: everybody-else}
spec: {ids: [\"user:linus\", \"user:bo\", \"user:cy\", \"user:di\"]}
";

#[test]
fn the_examples_of_all_kinds_together_validate() {
    let sandbox = Sandbox::new();
    for kind in Kind::ALL {
        sandbox.write(&format!("{kind}.yaml"), kind.example());
    }
    sandbox.write("rest.yaml", REST);
    sandbox.write("schemas/settings.schema.json", r#"{"type": "object"}"#);
    let run = sandbox.charter("validate -o json --at 2026-12-01");
    let printed = String::from_utf8_lossy(&run.stdout);
    assert!(printed.contains("\"findings\": []"), "{printed}");
}
