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

/// What leaves out all that may be, beside what leaves out nothing; `a` stands before `b` in every order.
const SPARSE: &str = "\
apiVersion: charter/v1
kind: Organization
metadata: {name: acme}
spec:
  currency: USD
  timezone: UTC
  policies:
    active-lead: {}
    admin-count: {}
    agents-approve-nothing: {}
    budget-headroom: {}
    budget-owner: {}
    naming: {patterns: {Team: \"[a-z]\"}}
    no-all-outside-platform: {}
    orphaned-groups: {}
    people-who-left: {}
    redundant-grants: {}
    separation-of-duties: {pairs: [[a, b]]}
    wildcard-expires: {}
---
{apiVersion: charter/v1, kind: Person, metadata: {name: a}, spec: {ids: [\"user:a\"]}}
---
{apiVersion: charter/v1, kind: Person, metadata: {name: b}, spec: {ids: [\"user:b\"], status: left, manager: a}}
---
{apiVersion: charter/v1, kind: Team, metadata: {name: a}, spec: {}}
---
{apiVersion: charter/v1, kind: Team, metadata: {name: b}, spec: {leads: [\"user:b\"], members: [\"user:b\"], parent: a}}
---
{apiVersion: charter/v1, kind: Team, metadata: {name: c}, spec: {members: [\"user:a\"]}}
---
{apiVersion: charter/v1, kind: Group, metadata: {name: a}, spec: {members: []}}
---
{apiVersion: charter/v1, kind: Group, metadata: {name: b, team: b}, spec: {members: [\"user:b\", \"group:a\"]}}
---
{apiVersion: charter/v1, kind: Role, metadata: {name: a}, spec: {permissions: []}}
---
{apiVersion: charter/v1, kind: Role, metadata: {name: b}, spec: {inherits: [a], permissions: [\"all:config/x*\"]}}
---
{apiVersion: charter/v1, kind: Membership, metadata: {name: a, team: a}, spec: {members: [\"user:a\"]}}
---
apiVersion: charter/v1
kind: Membership
metadata: {name: b, team: b}
spec: {members: [{subject: \"user:a\"}, {subject: \"user:b\", until: 2999-12-31}]}
---
{apiVersion: charter/v1, kind: RoleBinding, metadata: {name: a}, spec: {role: a, subjects: [\"user:a\"]}}
---
apiVersion: charter/v1
kind: RoleBinding
metadata: {name: b, team: b}
spec: {role: b, subjects: [\"user:b\", \"team:a\", \"agent:x\"], expires: 2999-12-31, reason: cover}
---
{apiVersion: charter/v1, kind: Budget, metadata: {name: a, team: a}, spec: {window: month}}
---
apiVersion: charter/v1
kind: Budget
metadata: {name: b, team: b}
spec: {window: month, limit: 5, alertAt: [50], owner: \"user:b\", enforcement: warn}
";

#[test]
fn what_is_optional_may_be_missing() {
    let sandbox = Sandbox::new();
    sandbox.write("acme.yaml", SPARSE);
    let run = sandbox.charter("validate -o json");
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let codes: std::collections::BTreeSet<&str> =
        findings.iter().filter_map(|finding| finding["code"].as_str()).collect();
    let own = |code: &&&str| charter::model::code::Code::parse(code).is_some();
    assert_eq!(codes.iter().filter(own).collect::<Vec<_>>(), Vec::<&&str>::new(), "{findings:#?}");
    for policy in ["active-lead", "admin-count", "budget-owner", "orphaned-groups", "people-who-left"] {
        assert!(codes.contains(policy), "{policy}: {codes:?}");
    }
}

/// The rules of the page about policies, each under a name of its own.
fn of_the_page(sandbox: &Sandbox) -> usize {
    let page = include_str!("../docs/policies.md");
    let blocks: Vec<&str> = page.split("```rego\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    for (number, block) in blocks.iter().enumerate() {
        let end = if block.contains("test_") { "_test" } else { "" };
        sandbox.write(&format!("policies/page-{number}{end}.rego"), block);
    }
    blocks.len()
}

#[test]
fn what_the_page_shows_runs() {
    let sandbox = Sandbox::new();
    assert_eq!(of_the_page(&sandbox), 4);
    let members: Vec<String> = (0..13).map(|number| format!("\"user:u{number}\"")).collect();
    sandbox.write(
        "acme.yaml",
        &WRONG
            .replace(
                "\"user:acme.ana\"]}\n---\napiVersion: charter/v1\nkind: Group",
                &format!("{}]}}\n---\napiVersion: charter/v1\nkind: Group", members.join(", ")),
            )
            .replace("9000", "900000"),
    );
    let passed = |command: &str| {
        let run = sandbox.charter(command);
        assert!(run.status.success(), "{command}: {}", String::from_utf8_lossy(&run.stdout));
        String::from_utf8_lossy(&run.stdout).into_owned()
    };
    assert_eq!(passed("policy check"), "ok: 3 files, 3 judged rules\n");
    assert_eq!(passed("policy test"), "ok: 1 test\n");
    assert!(passed("policy eval data.charter.budgets").contains("900000"));
    let report: Value = serde_json::from_slice(&sandbox.charter("validate -o json").stdout).unwrap();
    let mut codes: Vec<&str> =
        report["findings"].as_array().unwrap().iter().filter_map(|finding| finding["code"].as_str()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["budget-limit", "page-0", "page-2"]);
}
