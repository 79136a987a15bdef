//! Hostile input: each test is named after what it copies.
//!
//! What a hostile tree holds (links, submodules, `..`, `.git`, twins, trees that name themselves) is in `tests/source.rs`;
//! that whatever is read ends, in `tests/laws` (`reading`).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod bombs;
mod encodings;
mod invalid;
mod policies;
mod references;
mod scalars;
mod text;

#[path = "../support/memory.rs"]
mod memory;
#[path = "../support/sql.rs"]
mod sql;
#[path = "../support/mod.rs"]
mod support;

use charter::model::finding::Finding;
use charter::reconcile::{Checked, check};
use charter::source::At;
use memory::Memory;

/// The organisation that everything hostile stands beside.
const ORGANISATION: &str = "\
apiVersion: charter/v1
kind: Organization
metadata: {name: acme}
spec: {currency: USD, timezone: UTC}
";

/// How a manifest of a team begins, up to its settings, of which each line is indented by four.
const TEAM: &str = "\
apiVersion: charter/v1
kind: Team
metadata: {name: web}
spec:
  settings:
";

/// Lets settings be anything.
const ANYTHING: (&str, &str) = ("schemas/settings.schema.json", "true");

/// Checks files beside the organisation.
fn checked(files: &[(&str, &[u8])]) -> Checked {
    let own = [("organization.yaml", ORGANISATION.as_bytes()), (ANYTHING.0, ANYTHING.1.as_bytes())];
    let all = own.iter().filter(|(path, _)| files.iter().all(|(other, _)| other != path)).chain(files);
    let files = all.map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect();
    check(&Memory::of(vec![files]), &At::Revision(None), "2026-11-22T12:00:00Z".parse().unwrap()).unwrap()
}

/// Checks one file beside the organisation.
fn one(path: &str, bytes: impl AsRef<[u8]>) -> Checked {
    checked(&[(path, bytes.as_ref())])
}

/// Lists the codes of the errors.
fn errors(checked: &Checked) -> Vec<&'static str> {
    let errors = checked.report.findings.iter().filter(|finding| finding.is_error());
    errors.map(|finding: &Finding| finding.code.as_str()).collect()
}

/// A manifest of a team whose settings are a text.
fn team(settings: &str) -> String {
    let lines: String = settings.lines().map(|line| format!("    {line}\n")).collect();
    format!("{TEAM}{lines}")
}
