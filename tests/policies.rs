//! Policies as others write them, and those of the library: their tests pass, and they judge a repository.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod rego;
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::Sandbox;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policies")
}

/// What the examples find something in, each once.
const WRONG: &str = "\
apiVersion: charter/v1
kind: Organization
metadata: {name: acme}
spec: {currency: USD, timezone: UTC}
---
apiVersion: charter/v1
kind: Team
metadata: {name: web}
spec: {members: [\"user:acme.ana\"]}
---
apiVersion: charter/v1
kind: Group
metadata: {name: sre}
spec: {members: [\"user:evil.bo\"]}
---
apiVersion: charter/v1
kind: Budget
metadata: {name: monthly, team: web}
spec: {window: month, limit: 9000, alertAt: [80]}
---
apiVersion: charter/v1
kind: Role
metadata: {name: billing_admin}
spec: {permissions: [\"read:billing\"]}
---
apiVersion: charter/v1
kind: RoleBinding
metadata: {name: a}
spec: {role: billing_admin, subjects: [\"user:acme.ana\"], reason: cover}
";

#[test]
fn the_tests_of_the_examples_and_of_the_library_pass() {
    for command in [format!("policy test {}", examples().display()), "policy test --library".to_owned()] {
        let run = Sandbox::new().charter(&command);
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(run.status.success() && said.starts_with("ok: "), "{command}: {said}");
    }
}

#[test]
fn the_examples_run_unchanged() {
    let sandbox = Sandbox::new();
    sandbox.write("acme.yaml", WRONG);
    for name in ["labels", "budgets", "bindings", "lib/core", "required_labels", "allowed_members"] {
        let text = fs::read_to_string(examples().join(format!("{name}.rego"))).unwrap();
        sandbox.write(&format!("policies/{name}.rego"), &text);
    }
    let run = sandbox.charter("validate -o json");
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    let codes =
        report["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap().to_owned());
    let mut codes: Vec<String> = codes.collect();
    codes.sort();
    assert_eq!(codes, ["allowed_members", "binding-expiry", "budgets", "budgets", "labels", "required_labels"]);
}
