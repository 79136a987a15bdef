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

const EACH_ROLE: &str = "\
package roles

deny contains {\"msg\": sprintf(\"role %s of %s\", [name, team]), \"resource\": sprintf(\"Role/%s/%s\", [team, name])} if {
	some team, roles in data.charter.resources.Role
	team != \"\"
	some name, _ in roles
}
";

fn roles(team: &str, count: usize) -> String {
    let one = |number| {
        format!(
            "apiVersion: charter/v1\nkind: Role\nmetadata: {{name: r{number}, team: {team}}}\nspec: {{permissions: [\"read:users\"]}}\n"
        )
    };
    (0..count).map(one).collect::<Vec<_>>().join("---\n")
}

fn team(name: &str) -> String {
    format!("apiVersion: charter/v1\nkind: Team\nmetadata: {{name: {name}}}\nspec: {{members: [\"user:ana\"]}}\n---\n")
}

fn waiver(control: &str, team: &str) -> String {
    let metadata = format!("metadata: {{name: w-{control}-{team}}}");
    format!(
        "apiVersion: charter/v1\nkind: Waiver\n{metadata}\nspec: {{control: {control}, team: {team}, reason: r, expires: 2026-07-01}}\n"
    )
}

/// A repository in which a rule about the whole finds each role of a team, and a waiver lets those of `data` pass.
fn roles_waived(count: usize) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("policies/roles.rego", EACH_ROLE);
    let organization = WRONG.split("---").next().unwrap();
    sandbox
        .write("acme.yaml", &format!("{organization}---\n{}{}{}", team("data"), team("zeta"), waiver("roles", "data")));
    sandbox.write("data.yaml", &roles("data", count));
    sandbox.commit("base");
    sandbox
}

fn report(sandbox: &Sandbox, command: &str) -> Value {
    let run = sandbox.charter(&format!("{command} --at 2026-06-01 -o json"));
    serde_json::from_slice(&run.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&run.stderr)))
}

fn messages(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap().iter().filter(|one| one["old"] != true);
    findings.map(|one| one["message"].as_str().unwrap()).collect()
}

#[test]
fn a_waiver_of_one_team_covers_nothing_of_another_however_much_there_is() {
    for count in [50, 1_000] {
        let sandbox = roles_waived(count);
        assert_eq!(messages(&report(&sandbox, "validate")), [""; 0], "what is waived keeps nobody out");
        sandbox.write("zeta.yaml", &roles("zeta", 1).replace("r0", "z-evil"));
        sandbox.commit("z-evil");
        let found = report(&sandbox, "validate --since HEAD~1");
        assert_eq!(messages(&found), ["role z-evil of zeta"]);
        assert_eq!(found["waived"].as_array().unwrap().len(), count);
    }
}

#[test]
fn what_is_beyond_the_most_is_an_error_that_nothing_waives() {
    let sandbox = roles_waived(10);
    sandbox.write("zeta.yaml", &roles("zeta", 1_002));
    let found = report(&sandbox, "validate");
    let messages = messages(&found);
    assert_eq!((messages.len(), messages[1_000]), (1_001, "and 2 more of policy `roles`"));
    assert_eq!(found["findings"][1_000]["severity"], "error");
    sandbox.write("w.yaml", &waiver("roles", "zeta"));
    assert_eq!(self::messages(&report(&sandbox, "validate")), [""; 0]);
}

#[test]
fn a_new_finding_is_told_though_one_of_an_older_file_went() {
    let sandbox = roles_waived(1_000);
    sandbox.shell("rm acme.yaml");
    let organization = WRONG.split("---").next().unwrap();
    sandbox.write("acme.yaml", &format!("{organization}---\n{}{}", team("data"), team("zeta")));
    sandbox.write("old.yaml", &roles("zeta", 1));
    sandbox.commit("base");
    sandbox.shell("rm old.yaml");
    sandbox.write("zeta.yaml", &roles("zeta", 1).replace("r0", "z-evil"));
    sandbox.commit("z-evil");
    assert_eq!(messages(&report(&sandbox, "validate --since HEAD~1")), ["role z-evil of zeta"]);
}

#[test]
fn a_waiver_names_the_code_or_the_policy() {
    let rule = "package roles\n\ndeny contains {\"msg\": \"m\", \"code\": CODE} if {\n\tinput.kind == \"Role\"\n\tinput.metadata.team == \"data\"\n}\n";
    for (code, control, waives) in [
        ("\"role-denied\"", "role-denied", true),
        ("\"role-denied\"", "roles", true),
        ("sprintf(\"c-%s\", [input.metadata.team])", "c-data", true),
        ("sprintf(\"c-%s\", [input.metadata.team])", "roles", true),
        ("sprintf(\"c-%s\", [input.metadata.team])", "c-zeta", false),
    ] {
        let sandbox = roles_waived(1);
        sandbox.write("policies/roles.rego", &rule.replace("CODE", code));
        let acme = fs::read_to_string(sandbox.repo().join("acme.yaml")).unwrap();
        sandbox.write("acme.yaml", &acme.replace("control: roles", &format!("control: {control}")));
        let found = report(&sandbox, "validate");
        let unneeded = format!("nothing is waived yet: no rule is called `{control}`");
        let expected = if waives { Vec::new() } else { vec![unneeded.as_str(), "m"] };
        assert_eq!(messages(&found), expected, "{code} by {control}");
    }
}

#[test]
fn a_waiver_may_come_before_its_policy() {
    let sandbox = Sandbox::new();
    let organization = WRONG.split("---").next().unwrap();
    let waivers = [waiver("roles", "data"), waiver("active-lead", "data")].join("---\n");
    sandbox.write("acme.yaml", &format!("{organization}---\n{}{waivers}", team("data")));
    sandbox.write("data.yaml", &roles("data", 1));
    sandbox.commit("base");
    let store = "--store sqlite:../charter.db --at 2026-06-01";
    let applied = |what: &str| {
        let run = sandbox.charter(&format!("apply {store}"));
        assert!(run.status.success(), "{what}: {}", String::from_utf8_lossy(&run.stdout));
    };
    applied("waivers of what is not there yet");
    sandbox.write("policies/roles.rego", EACH_ROLE);
    let switched = organization.replace("timezone: UTC", "timezone: UTC, policies: {active-lead: {}}");
    sandbox.write("acme.yaml", &format!("{switched}---\n{}{waivers}", team("data")));
    sandbox.commit("rules");
    assert_eq!(report(&sandbox, "validate --since HEAD~1")["waived"].as_array().unwrap().len(), 2);
    applied("rules with waivers that stood");
}

#[test]
fn what_new_rules_find_is_told_beside_what_the_old_ones_find() {
    let sandbox = Sandbox::new();
    let organization = WRONG.split("---").next().unwrap();
    sandbox.write("acme.yaml", &format!("{organization}---\n{}", team("data")));
    let rule = |word: &str, name: &str| {
        format!("package {name}\n\n{word} contains \"{name} says so\" if {{\n\tinput.kind == \"Role\"\n}}\n")
    };
    sandbox.write("policies/old.rego", &rule("deny", "old"));
    sandbox.commit("base");
    let said = |command: &str| {
        let run = sandbox.charter(&format!("{command} --store sqlite:../charter.db --at 2026-06-01"));
        (run.status.success(), String::from_utf8_lossy(&run.stdout).into_owned())
    };
    assert!(said("apply").0);
    sandbox.write("policies/new.rego", &rule("deny", "new"));
    sandbox.shell("rm policies/old.rego");
    sandbox.write("data.yaml", &roles("data", 1));
    sandbox.commit("both");
    for command in ["plan", "apply", "run --once", "plan -o markdown"] {
        let (is_done, text) = said(command);
        assert!(!is_done && text.contains("new says so") && text.contains("old says so"), "{command}: {text}");
        assert!(text.to_lowercase().contains("under the new rules: 1 finding"), "{command}: {text}");
    }
    let (is_done, text) = said("apply --rules own --reason test");
    assert!(!is_done && !text.contains("old says so"), "{text}");
    sandbox.write("policies/new.rego", &rule("warn", "new"));
    sandbox.shell("rm data.yaml");
    sandbox.commit("the rule alone");
    assert!(said("apply").0);
    sandbox.write("policies/newer.rego", &rule("warn", "newer"));
    sandbox.write("data.yaml", &roles("data", 1));
    sandbox.commit("a warning");
    for command in ["plan", "plan -o markdown", "apply"] {
        let (is_done, text) = said(command);
        assert!(is_done && text.contains("found    2 warnings, under the new rules: 1 finding"), "{command}: {text}");
    }
}

#[test]
fn a_rule_without_an_answer_is_waived_by_nobody() {
    let sandbox = roles_waived(1);
    sandbox.write("policies/roles.rego", "package roles\n\ndeny := true if {\n\tinput.kind == \"Role\"\n}\n");
    let acme = fs::read_to_string(sandbox.repo().join("acme.yaml")).unwrap();
    for control in ["policy-error", "roles"] {
        let waiver = format!("control: {control}, resource: Policy/roles");
        sandbox.write("acme.yaml", &acme.replace("control: roles, team: data", &waiver));
        let found = report(&sandbox, "validate");
        let codes: Vec<&str> =
            found["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&"policy-error"), "{control}: {codes:?}");
        assert_eq!(codes.contains(&"not-waivable"), control == "policy-error", "{codes:?}");
        assert!(found["waived"].as_array().unwrap().is_empty());
    }
}
