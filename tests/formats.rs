//! What other tools read of a report is what they expect: checked on the repositories of all cases.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::indexing_slicing, reason = "a test may")]

#[path = "support/sql.rs"]
mod sql;
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use jsonschema::Validator;
use pulldown_cmark::{Event, Options, Parser, Tag};
use rayon::prelude::*;
use regex::Regex;
use serde_json::{Value, json};
use sql::Database;
use support::Sandbox;
use support::case::{folders, name, prepare};

/// What is asked of each case: one run, a file for each format.
const ALL: &str = "validate -o json=../json -o sarif=../sarif -o junit=../junit -o github=../github -o gitlab=../gitlab \
                   -o markdown=../markdown";

fn validator(path: &str, change: impl Fn(&mut Value)) -> Validator {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let mut schema = serde_json::from_str(&text).unwrap();
    change(&mut schema);
    jsonschema::options().should_validate_formats(true).offline().build(&schema).unwrap()
}

/// Makes a schema refuse fields that it does not name.
fn closed(schema: &mut Value) {
    if let Some(object) = schema.as_object_mut() {
        if object.contains_key("properties") {
            object.insert("additionalProperties".to_owned(), json!(false));
        }
        object.values_mut().for_each(closed);
    }
}

/// Takes out the one pattern of the published schema of SARIF that is no regular expression: that of a language.
fn without_bad_pattern(schema: &mut Value) {
    for owner in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{owner}/properties/language")).unwrap();
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
}

struct Formats {
    json: Validator,
    sarif: Validator,
}

impl Formats {
    fn new() -> Self {
        let json = validator("policies/schemas/report.schema.json", closed);
        Formats { json, sarif: validator("tests/data/sarif-2.1.0.schema.json", without_bad_pattern) }
    }

    /// Checks what was written for a case; returns how many findings it has.
    fn check(&self, sandbox: &Sandbox) -> usize {
        let json = read_json(sandbox, "json");
        conforms(&self.json, &json);
        let findings = json["findings"].as_array().unwrap().len();
        let sarif = read_json(sandbox, "sarif");
        conforms(&self.sarif, &sarif);
        let waived = json["waived"].as_array().unwrap().len();
        check_sarif(&sarif, findings, waived);
        let junit = read(sandbox, "junit");
        let xml = quick_junit::Report::deserialize_from_str(&junit).unwrap();
        let errors = json["counts"]["errors"].as_u64().unwrap() as usize;
        assert_eq!((xml.tests, xml.failures), ((findings + waived).max(1), errors));
        assert_eq!(junit.matches("<skipped ").count(), waived);
        check_gitlab(&read_json(sandbox, "gitlab"), findings);
        check_github(&read(sandbox, "github"), findings);
        check_markdown(&read(sandbox, "markdown"), findings);
        findings
    }
}

fn read(sandbox: &Sandbox, file: &str) -> String {
    fs::read_to_string(sandbox.root().join(file)).unwrap()
}

fn read_json(sandbox: &Sandbox, file: &str) -> Value {
    serde_json::from_str(&read(sandbox, file)).unwrap()
}

fn conforms(validator: &Validator, value: &Value) {
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}\n{value:#}", errors.join("\n"));
}

fn check_sarif(log: &Value, findings: usize, waived: usize) {
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), findings + waived);
    let suppressed = |result: &&Value| !result["suppressions"].as_array().unwrap().is_empty();
    assert_eq!(results.iter().filter(suppressed).count(), waived);
    let is_uri = Regex::new("^([A-Za-z0-9._~/-]|%[0-9A-F]{2})+$").unwrap();
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert!(is_uri.is_match(uri), "{uri}");
    }
    let fingerprint = |result: &Value| result["partialFingerprints"]["primaryLocationLineHash"].to_string();
    assert_eq!(results.iter().map(fingerprint).collect::<BTreeSet<_>>().len(), results.len());
}

fn check_gitlab(issues: &Value, findings: usize) {
    let issues = issues.as_array().unwrap();
    let fingerprints: BTreeSet<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!((issues.len(), fingerprints.len()), (findings, findings));
    for issue in issues {
        assert!(["major", "minor"].contains(&issue["severity"].as_str().unwrap()), "{issue}");
        assert!(!issue["description"].as_str().unwrap().is_empty() && issue["check_name"].is_string(), "{issue}");
        assert!(!issue["location"]["path"].as_str().unwrap().is_empty(), "{issue}");
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() > 0, "{issue}");
    }
}

fn check_github(commands: &str, findings: usize) {
    let command = Regex::new("^::(error|warning) ([a-zA-Z]+=[^,:]+)(,[a-zA-Z]+=[^,:]+)*::.+$").unwrap();
    for line in commands.split_terminator('\n') {
        assert!(command.is_match(line) && !line.contains(|c: char| c.is_control()), "{line:?}");
    }
    assert_eq!(commands.matches('\n').count(), findings.min(10));
}

/// Asserts that nothing of a Markdown acts but what the program wrote itself.
fn check_markdown(markdown: &str, findings: usize) {
    let mut blocks = 0;
    let extensions = Options::ENABLE_GFM | Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    for event in Parser::new_ext(markdown, extensions) {
        if let Event::Start(tag) = &event {
            let is_ours = matches!(tag, Tag::Paragraph | Tag::Heading { .. } | Tag::Strong | Tag::HtmlBlock);
            let is_block = matches!(tag, Tag::CodeBlock(_));
            assert!(is_ours || is_block, "{tag:?} in\n{markdown}");
            blocks += usize::from(is_block);
        }
        if let Event::Html(html) | Event::InlineHtml(html) = &event {
            assert_eq!(&**html, "<!-- charter validate -->\n", "in\n{markdown}");
        }
    }
    assert!(blocks <= findings && markdown.len() <= 65_536);
}

#[test]
fn every_case_is_what_each_format_promises() {
    let formats = Formats::new();
    let counts: Vec<usize> = folders("")
        .par_iter()
        .filter_map(|case| {
            let sandbox = prepare(case);
            let output = sandbox.charter(ALL);
            let is_checked = matches!(output.status.code(), Some(0 | 1));
            println!("{}: {}", name(case), output.status);
            is_checked.then(|| formats.check(&sandbox))
        })
        .collect();
    let with_findings = counts.iter().filter(|count| **count > 0).count();
    assert!(counts.len() > 70 && with_findings > 50, "{} cases, {with_findings} with findings", counts.len());
}

#[test]
fn a_report_of_another_shape_is_refused() {
    let formats = Formats::new();
    let sandbox = Sandbox::new();
    sandbox.write("team.yaml", "apiVersion: charter/v1\nkind: Team\n");
    sandbox.charter(ALL);
    assert!(formats.check(&sandbox) > 1);
    let mut json = read_json(&sandbox, "json");
    json["findings"][0]["colour"] = json!("red");
    assert!(!formats.json.is_valid(&json));
    let mut sarif = read_json(&sandbox, "sarif");
    sarif["runs"][0]["results"][0]["level"] = json!("fatal");
    assert!(!formats.sarif.is_valid(&sarif));
}

/// What somebody writes into the store beside Charter: a change, a removal, what is no resource, and what is declared.
const BY_HAND: [&str; 4] = [
    "UPDATE live_resource SET spec = '{\"members\":[]}' WHERE name = 'web'",
    "DELETE FROM live_resource WHERE name = 'dev'",
    "INSERT INTO live_resource (kind, team, name, spec) VALUES ('Evil', '', 'x y', 'no JSON'), ('Group', '', 'g', '{}')",
    "INSERT INTO live_resource (kind, team, name, spec) VALUES ('Team', '', 'new', '{}')",
];

#[test]
fn every_plan_is_what_its_schema_says() {
    let schema = validator("policies/schemas/plan.schema.json", closed);
    let sandbox = Sandbox::new();
    let team = |name: &str| format!("apiVersion: charter/v1\nkind: Team\nmetadata: {{name: {name}}}\nspec: {{}}\n");
    let organization =
        "apiVersion: charter/v1\nkind: Organization\nmetadata: {name: acme}\nspec: {currency: USD, timezone: UTC}\n";
    let role = "apiVersion: charter/v1\nkind: Role\nmetadata: {name: dev}\nspec: {permissions: [\"read:agents\"]}\n";
    for (path, text) in [("organization.yaml", organization), ("web.yaml", &team("web")), ("dev.yaml", role)] {
        sandbox.write(path, text);
    }
    let planned = |flags: &str| {
        sandbox.charter(&format!("plan --store sqlite:live.db -o json=../plan {flags}"));
        let plan = read_json(&sandbox, "plan");
        conforms(&schema, &plan);
        plan
    };
    assert_eq!(planned("")["counts"]["add"], 3);
    sandbox.commit("one");
    sandbox.charter("apply --store sqlite:live.db");
    assert_eq!(planned("")["inSync"], true);
    sandbox.write("new.yaml", &team("new").replace("{}", "{members: [\"user:ana\"]}"));
    let mut store = Database::open(&sandbox.repo().join("live.db"));
    BY_HAND.iter().for_each(|statement| drop(store.rows(statement)));
    let (left, taken) = (planned(""), planned("--adopt --prune"));
    for field in ["conflicts", "unmanaged", "foreign", "records"] {
        assert!(!left["plan"][field].as_array().unwrap().is_empty(), "{field}: {left}");
    }
    assert_eq!(taken["plan"]["strays"].as_array().unwrap().len(), 1);
    let mut other = left;
    other["plan"]["changes"][0]["op"] = json!("explode");
    assert!(!schema.is_valid(&other));
}

fn fingerprints(sandbox: &Sandbox) -> BTreeSet<String> {
    sandbox.charter("validate -o gitlab=../gitlab");
    let issues = read_json(sandbox, "gitlab");
    issues.as_array().unwrap().iter().map(|issue| format!("{} {}", issue["check_name"], issue["fingerprint"])).collect()
}

#[test]
fn a_fingerprint_survives_what_moves_and_not_what_is_mended() {
    let sandbox = Sandbox::new();
    let before = "apiVersion: charter/v1\nkind: Organization\nmetadata: {name: acme}\nspec: {currency: USD, timezone: Europe/Warsaw}\n";
    let team = "---\napiVersion: charter/v1\nkind: Team\nmetadata: {name: web}\nspec:\n  members:\n  - ana\n  - \"user:bo\"\n  - \"user:Bo\"\n  boss: x\n";
    sandbox.write("a.yaml", &format!("{before}{team}"));
    let first = fingerprints(&sandbox);
    assert_eq!(first.len(), 3, "{first:?}");
    let role = "---\napiVersion: charter/v1\nkind: Role\nmetadata: {name: dev}\nspec: {permissions: []}\n";
    let moved =
        team.replace("members:\n", "members:\n  # more\n  - \"user:cy\"\n").replace("  boss: x", "  boss:    x");
    sandbox.write("a.yaml", &format!("# a line\n\n{before}{role}{moved}"));
    assert_eq!(fingerprints(&sandbox), first);
    sandbox.write("a.yaml", &format!("{before}{}", team.replace("- ana", "- \"user:ana\"")));
    let mended = fingerprints(&sandbox);
    assert!(mended.len() == 2 && mended.is_subset(&first), "{mended:?}");
}

/// Validates as in a step whose summary holds some bytes already; returns the output and the summary.
fn with_summary(sandbox: &Sandbox, used: usize) -> (Output, String) {
    let path = sandbox.root().join("summary");
    fs::write(&path, "x".repeat(used)).unwrap();
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_charter"));
    let output = command.args(["validate", "-o", "github"]).env("GITHUB_STEP_SUMMARY", &path).output().unwrap();
    (output, fs::read_to_string(path).unwrap())
}

#[test]
fn the_summary_of_a_step_holds_all_findings_or_says_how_many_are_left_out() {
    const LIMIT: usize = 1 << 20;
    let sandbox = Sandbox::new();
    let members: String = (0..100).map(|number| format!("  - person {number}\n")).collect();
    for team in 0..60 {
        let head = format!("apiVersion: charter/v1\nkind: Team\nmetadata: {{name: team-{team}}}\nspec:\n  members:\n");
        sandbox.write(&format!("{team}.yaml"), &format!("{head}{members}"));
    }
    let (output, summary) = with_summary(&sandbox, 0);
    assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 10);
    assert!(summary.len() <= LIMIT && summary.len() > LIMIT - 1000, "{}", summary.len());
    let shown = summary.matches("\n**error** ").count() + summary.matches("\n**warning** ").count();
    let last = summary.lines().last().unwrap();
    assert_eq!(last, format!("{} more findings: `charter validate` shows all.", counted(6001 - shown)));
    let (_, summary) = with_summary(&sandbox, LIMIT - 2000);
    assert!(summary.len() <= LIMIT && summary.contains("x\n<!-- charter validate -->\n"), "{}", summary.len());
    let (output, summary) = with_summary(&sandbox, LIMIT - 50);
    assert!(summary.len() == LIMIT - 50 && String::from_utf8(output.stderr).unwrap().contains("no room"));
}

fn counted(count: usize) -> String {
    charter::report::grouped(count)
}
