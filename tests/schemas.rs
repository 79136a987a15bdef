//! The published schemas are those of the types; each kind's example is a manifest of its kind.
//!
//! `UPDATE_SCHEMAS=1 cargo test --release --test schemas` writes them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use charter::model::kind::Kind;
use charter::parse::schema::manifest_schema;
use support::Sandbox;

fn published(kind: Kind) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("policies/schemas/{kind}.json"))
}

#[test]
fn the_published_schemas_are_those_of_the_types() {
    for kind in Kind::ALL {
        let derived = format!("{:#}\n", manifest_schema(*kind));
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            fs::write(published(*kind), &derived).unwrap();
        }
        let written = fs::read_to_string(published(*kind)).unwrap_or_default();
        assert!(
            written == derived,
            "{} is not the schema of {kind}: see the head of this file",
            published(*kind).display()
        );
    }
    let files = fs::read_dir(published(Kind::Team).parent().unwrap()).unwrap().count();
    assert_eq!(files, Kind::ALL.len(), "a schema of no kind is published");
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
