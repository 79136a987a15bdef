//! The published schemas are those of the types; each kind's example is a manifest of its kind.
//!
//! `UPDATE_SCHEMAS=1 cargo test --release --test schemas` writes them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use charter::model::kind::Kind;
use charter::parse::schema::manifest_schema;
use charter::report::json::report_schema;
use serde_json::Value;
use support::Sandbox;

fn published() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/schemas")
}

#[test]
fn the_published_schemas_are_those_of_the_types() {
    let kinds = Kind::ALL.iter().map(|kind| (format!("{kind}.json"), manifest_schema(*kind)));
    let schemas: Vec<(String, Value)> = kinds.chain([("report.schema.json".to_owned(), report_schema())]).collect();
    for (file, schema) in &schemas {
        let (path, derived) = (published().join(file), format!("{schema:#}\n"));
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            fs::write(&path, &derived).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(written == derived, "{} is not what is derived: see the head of this file", path.display());
    }
    assert_eq!(fs::read_dir(published()).unwrap().count(), schemas.len(), "a schema of nothing is published");
}

/// What the examples name beside one another.
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
kind: Budget
metadata: {name: monthly, team: platform}
spec: {window: month, limit: 1000}
";

#[test]
fn the_examples_of_all_kinds_together_validate() {
    let sandbox = Sandbox::new();
    for kind in Kind::ALL {
        sandbox.write(&format!("{kind}.yaml"), kind.example());
    }
    sandbox.write("rest.yaml", REST);
    sandbox.write("schemas/settings.schema.json", r#"{"type": "object"}"#);
    let run = sandbox.charter("validate -o json");
    let printed = String::from_utf8_lossy(&run.stdout);
    assert!(printed.contains("\"findings\": []"), "{printed}");
}
