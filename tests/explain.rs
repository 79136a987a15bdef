//! Explain pages: the wrong example of each yields its finding and no other, the right one none at all.
//!
//! `UPDATE_REFERENCE=1 cargo test --release --test explain` writes `docs/codes.md`, which holds them all.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test may")]

mod support;

use std::fs;
use std::path::Path;

use charter::model::code::{Code, Severity};
use charter::policy::library;
use charter::report::page;
use rayon::prelude::*;
use serde_json::Value;
use support::Sandbox;

/// Codes that cannot be shown alone, and what comes along.
const ALONG: &[(Code, &[Code])] = &[];

/// An example of a page: one file `charter.yaml`, or a script that builds a repository.
#[derive(Debug, PartialEq)]
enum Example {
    Manifest(String),
    Script(String),
}

/// A page, taken apart.
#[derive(Debug)]
struct Page {
    prose: String,
    wrong: Example,
    right: Example,
}

/// Takes a page apart.
fn parse(code: &str, text: &str) -> Result<Page, String> {
    let body = text.strip_prefix(&format!("# {code}\n")).ok_or("the first line is not the code")?;
    let (prose, rest) = body.split_once("\n\n## Wrong\n").ok_or("no section `Wrong` after the text")?;
    let (wrong, right) = rest.split_once("\n\n## Right\n").ok_or("no section `Right` after it")?;
    Ok(Page { prose: prose.to_owned(), wrong: example(wrong)?, right: example(right)? })
}

fn example(section: &str) -> Result<Example, String> {
    let inner = section.trim_end().strip_suffix("\n```").ok_or("an example is not closed with ```")?;
    let (fence, body) = inner.split_once('\n').ok_or("an example is empty")?;
    if body.contains("```") {
        return Err("a section has more than one example".to_owned());
    }
    match fence {
        "```yaml" => Ok(Example::Manifest(format!("{body}\n"))),
        "```sh" => Ok(Example::Script(body.to_owned())),
        _ => Err(format!("an example begins with `{fence}`")),
    }
}

fn parts(code: Code) -> Page {
    parse(code.as_str(), code.page()).unwrap_or_else(|error| panic!("{code}: {error}"))
}

/// Builds an example and returns the codes of its findings, sorted and each once, with the exit code.
///
/// What a policy finds is called as `called` says: by `/policy/page`, on which all such findings are explained, or by `/code`.
fn validate(example: &Example, called: &str) -> Result<(Vec<String>, Option<i32>), String> {
    let sandbox = Sandbox::new();
    match example {
        Example::Manifest(text) => sandbox.write("charter.yaml", text),
        Example::Script(script) => sandbox.shell(script),
    }
    let rev = if sandbox.has_commit() { " --rev HEAD" } else { "" };
    let output = sandbox.charter(&format!("validate -o json{rev}"));
    let said = || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).map_err(|error| format!("{error}\n{}", said()))?;
    let findings =
        report.get("findings").and_then(Value::as_array).ok_or_else(|| format!("no findings\n{}", said()))?;
    let page = |finding: &Value| finding.pointer(called).or(finding.get("code")).cloned();
    let code = |finding: &Value| page(finding).and_then(|code| Some(code.as_str()?.to_owned())).unwrap_or_default();
    let mut codes: Vec<String> = findings.iter().map(code).collect();
    codes.sort();
    codes.dedup();
    Ok((codes, output.status.code()))
}

fn expect(example: &Example, codes: &[Code], exit: i32) -> Option<String> {
    let mut wanted: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    wanted.sort_unstable();
    compare(validate(example, "/policy/page"), &wanted, exit)
}

fn compare(result: Result<(Vec<String>, Option<i32>), String>, wanted: &[&str], exit: i32) -> Option<String> {
    match result {
        Ok((found, status)) if found == wanted && status == Some(exit) => None,
        Ok((found, status)) => Some(format!("found {found:?} with exit {status:?}, wanted {wanted:?} with {exit}")),
        Err(error) => Some(error),
    }
}

fn hold(check: impl Fn(Code) -> Option<String> + Sync) {
    let failures: Vec<String> = Code::ALL
        .par_iter()
        .filter_map(|code| check(*code).map(|problem| format!("policies/codes/{code}.md: {problem}")))
        .collect();
    println!("{} pages ran, {} failed", Code::ALL.len(), failures.len());
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

#[test]
fn every_page_has_its_shape() {
    hold(|code| {
        let page = parts(code);
        let sentences = page.prose.replace('\n', " ").split_inclusive(". ").count();
        let long = page.prose.lines().any(|line| line.chars().count() > 120);
        (long || !(2..=5).contains(&sentences) || !page.prose.ends_with('.') || page.wrong == page.right)
            .then(|| format!("{sentences} sentences, long lines: {long}, or equal examples"))
    });
}

#[test]
fn every_wrong_example_yields_its_finding() {
    hold(|code| {
        let along = ALONG.iter().find(|(shown, _)| *shown == code).map_or(&[][..], |(_, along)| *along);
        let codes: Vec<Code> = along.iter().copied().chain([code]).collect();
        let is_error = codes.iter().any(|code| code.severity() == Severity::Error);
        expect(&parts(code).wrong, &codes, i32::from(is_error))
    });
}

#[test]
fn the_examples_of_the_library_yield_what_their_pages_say() {
    let checks: Vec<Option<String>> = library::ALL
        .par_iter()
        .map(|policy| {
            let page = parse(policy.name, policy.page).unwrap_or_else(|error| panic!("{}: {error}", policy.name));
            let is_error = policy.rego.contains("\ndeny contains");
            let wrong = compare(validate(&page.wrong, "/code"), &[policy.name], i32::from(is_error));
            let right = compare(validate(&page.right, "/code"), &[], 0);
            let long = policy.page.lines().any(|line| line.chars().count() > 120).then(|| "a long line".to_owned());
            wrong.or(right).or(long).map(|problem| format!("policies/library/{}.md: {problem}", policy.name))
        })
        .collect();
    let failures: Vec<String> = checks.into_iter().flatten().collect();
    println!("{} pages ran, {} failed", library::ALL.len(), failures.len());
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

#[test]
fn every_right_example_yields_nothing() {
    hold(|code| expect(&parts(code).right, &[], 0));
}

const REFERENCE: &str = "\
# The codes of findings

What `charter validate` can say: an error refuses the change, a warning does not unless `--deny-warnings` is said.
`charter explain CODE` prints one of these pages. They are kept in `policies/codes`; this page is made from them.

| code | severity | what it says |
|---|---|---|
";

/// Writes all pages on one, below a table of them.
fn reference() -> String {
    let row = |code: &Code| {
        let summary = page::summary(*code).replace('|', "\\|");
        format!("| [{code}](#{code}) | {} | {summary} |\n", code.severity().as_str())
    };
    let section = |code: &Code| {
        let body = page::body(*code).trim_end().replace("\n## ", "\n### ");
        format!("\n## {code}\n\n*{}*\n\n{body}\n", code.severity().as_str())
    };
    let (rows, sections) = (Code::ALL.iter().map(row), Code::ALL.iter().map(section));
    std::iter::once(REFERENCE.to_owned()).chain(rows).chain(sections).collect()
}

#[test]
fn the_reference_holds_every_page() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes.md");
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, reference()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == reference(), "docs/codes.md is not what the pages say: see the head of this file");
}

#[test]
fn a_page_of_another_shape_is_found() {
    let good = "# a\nOne. Two.\n\n## Wrong\n```yaml\na: 1\n```\n\n## Right\n```sh\ntrue\n```\n";
    assert_eq!(parse("a", good).unwrap().right, Example::Script("true".to_owned()));
    assert!(parse("b", good).is_err());
    assert!(parse("a", &good.replace("## Right", "## Good")).is_err());
    assert!(parse("a", &good.replace("```sh", "```python")).is_err());
}
