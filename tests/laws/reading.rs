//! Whatever is in a file, reading it ends: in manifests, in findings, or in neither.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::checked;
use crate::law::{Case, Law};
use crate::memory::Files;
use crate::mutation::{TOKENS, mutate};
use crate::organisation::Dice;

/// Checks files, which reads, judges, locates and cuts out. A file that is read has manifests, or findings.
fn reads(files: &Files) -> Result<Case, TestCaseError> {
    let report = checked(files).report;
    for finding in &report.findings {
        let span = finding.origin.span;
        prop_assert!(span.is_none_or(|span| span.line > 0 && span.column > 0 && span.line <= span.end_line));
    }
    // The organisation that nobody declares is always told.
    let told = report.findings.iter().any(|finding| finding.code.as_str() != "no-organization");
    Ok(Case::telling_if(told || report.resources > 0))
}

fn file(name: &str, bytes: Vec<u8>) -> Files {
    vec![(name.to_owned(), bytes)]
}

#[test]
fn any_bytes_are_read() {
    let law = Law { name: "any bytes", cases: 400, telling: 0.3 };
    let name = proptest::sample::select(vec!["a.yaml", "a.yml", "a.json", "schemas/settings.schema.json"]);
    law.holds(&(name, vec(any::<u8>(), 0..200)), |(name, bytes)| reads(&file(name, bytes)));
}

#[test]
fn any_yaml_is_read() {
    let law = Law { name: "anything like YAML", cases: 600, telling: 0.3 };
    let head = proptest::sample::select(vec!["", "apiVersion: charter/v1\nkind: Team\n", "roles:\n", "{", "- "]);
    law.holds(&(head, vec(proptest::sample::select(TOKENS.to_vec()), 0..40)), |(head, tokens)| {
        reads(&file("a.yaml", format!("{head}{}", tokens.concat()).into_bytes()))
    });
}

/// Wraps a manifest in what one typo may put around it, or foreign files do.
fn wrapped(text: &str, shape: usize) -> String {
    let indented = |by: &str| text.lines().map(|line| format!("{by}{line}\n")).collect::<String>();
    match shape {
        0 => text.to_owned(),
        1 => format!("- {}", indented("  ").trim_start()),
        2 => format!("team:\n{}", indented("  ")),
        3 => format!("a:\n- b:\n{}", indented("    ")),
        4 => format!("apiVersion: v1\nkind: List\nitems:\n- {}", indented("  ").trim_start()),
        5 => format!("{{\"team\": [{{{}}}]}}", text.trim_end().replace('\n', ", ")),
        _ => format!("on: push\n---\n{text}"),
    }
}

#[test]
fn what_names_our_version_has_a_manifest_or_a_finding() {
    let law = Law { name: "wrapped manifests", cases: 200, telling: 0.5 };
    let version = proptest::sample::select(vec!["apiVersion", "apiversion", "apiVerson", "ApiVersion", "apiVersions"]);
    let kind = proptest::sample::select(vec!["kind: Team\n", "kind: Role\n", "kind: team\n", "Kind: Team\n", ""]);
    let rest = proptest::sample::select(vec!["metadata: {name: a}\n", "spec: {members: [\"user:ana\"]}\n", ""]);
    law.holds(&(version, kind, rest, 0usize..7), |(version, kind, rest, shape)| {
        let text = wrapped(&format!("{version}: charter/v1\n{kind}{rest}"), shape);
        let report = checked(&file("a.yaml", text.clone().into_bytes())).report;
        let told = report.findings.iter().any(|finding| finding.is_error());
        prop_assert!(told || report.resources > 0, "{text}");
        Ok(Case::telling_if(told))
    });
}

/// The files of the example that the project comes with.
fn acme() -> Files {
    fn collect(root: &Path, folder: &Path, files: &mut Files) {
        let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                collect(root, &path, files);
            } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "json") {
                let below = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.push((below, std::fs::read(&path).unwrap()));
            }
        }
    }
    let (root, mut files) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme"), Vec::new());
    collect(&root, &root, &mut files);
    files
}

#[test]
fn mutated_examples_are_read() {
    let (acme, law) = (acme(), Law { name: "mutated examples", cases: 250, telling: 0.5 });
    assert!(checked(&acme).admitted.is_some());
    law.holds(&(any::<u64>(), 1usize..6), |(seed, many)| {
        let (mut files, mut dice) = (acme.clone(), Dice(seed));
        for _ in 0..many {
            let index = dice.below(files.len());
            mutate(&mut files[index].1, &mut dice);
        }
        reads(&files)?;
        let report = checked(&files).report;
        Ok(Case::telling_if(!report.findings.is_empty()))
    });
}
