//! A file of rules to the policy that it declares.

use std::sync::Arc;

use serde_json::json;

use super::{document, secret, text};
use crate::model::credential;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::policy::Policy;
use crate::model::kind::{Kind, Spec};
use crate::model::manifest::{Manifest, Parsed};
use crate::model::name::Name;
use crate::model::origin::{Origin, Span};
use crate::model::site::Site;
use crate::model::snapshot::SourceFile;

/// How the files of policies end.
pub const EXTENSION: &str = ".rego";

/// Says whether a path is that of a file of rules.
pub fn is_rego(path: &str) -> bool {
    path.ends_with(EXTENSION)
}

/// Reads a file of rules below the governed path: its name is its path below `policies/`, with dots.
pub fn read(file: &SourceFile, governed: &str) -> Parsed {
    let text = match text(file) {
        Ok(text) => text,
        Err(outcome) => return *outcome,
    };
    let path = file.path.strip_prefix(governed).unwrap_or(&file.path).trim_start_matches('/');
    let path = path.strip_prefix("policies/").unwrap_or(path);
    let name = match path.strip_suffix(EXTENSION).unwrap_or(path).replace('/', ".").parse::<Name>() {
        Ok(name) => name,
        Err(fault) => {
            let help = fault.help.clone().unwrap_or_default();
            let finding = Finding::of(fault, Origin::file(file.path.clone()));
            let help = format!("rename the file: the path below `policies/` names the policy; {help}");
            return Parsed { findings: vec![finding.help(help).mend(None)], ..Parsed::default() };
        }
    };
    let findings = credentials(file, text);
    if findings.is_empty() {
        return Parsed { manifests: vec![Arc::new(policy(file, name, text))], ..Parsed::default() };
    }
    let shown: Vec<String> = secret::redacted_lines(text, &[]).collect();
    let manifests = vec![Arc::new(policy(file, name, &shown.join("\n")))];
    let mut outcome = Parsed { manifests, findings, ..Parsed::default() };
    outcome.tear();
    outcome
}

/// Finds what looks like a credential, line by line; what only looks like one across lines is one of the file.
fn credentials(file: &SourceFile, text: &str) -> Vec<Finding> {
    if !credential::is_in(text) {
        return Vec::new();
    }
    let finding = |span| Finding::of(document::exposed(), Origin { span, ..Origin::file(file.path.clone()) });
    let of_line = |(number, line): (u32, &str)| {
        let span = || differs(line, &credential::scrub(line), number);
        credential::is_in(line).then(|| finding(Some(span())))
    };
    let found: Vec<Finding> = (1..).zip(text.lines()).filter_map(of_line).collect();
    if found.is_empty() { vec![finding(None)] } else { found }
}

/// Returns the stretch of a line in which another differs from it.
fn differs(line: &str, other: &str, number: u32) -> Span {
    let same = |(one, other): &(char, char)| one == other;
    let before = line.chars().zip(other.chars()).take_while(same).count();
    let after = line.chars().rev().zip(other.chars().rev()).take_while(same).count();
    let end = line.chars().count().saturating_sub(after).max(before + 1);
    let [column, end_column] = [before, end].map(|count| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1));
    Span { line: number, column, end_line: number, end_column }
}

fn policy(file: &SourceFile, name: Name, rego: &str) -> Manifest {
    let written = json!({
        "apiVersion": super::schema::API_VERSION,
        "kind": Kind::Policy.as_str(),
        "metadata": { "name": name.as_str() },
        "spec": { "rego": rego },
    });
    let spec = Spec::Policy(Box::new(Policy { rego: rego.to_owned() }));
    let site = Site { origin: Origin::file(file.path.clone()), bare: false, left_out: Vec::new() };
    let id = ResourceId { kind: Kind::Policy, team: None, name };
    Manifest::new(id, spec, written.to_string().into(), site)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str, governed: &str) -> Vec<String> {
        let file = SourceFile { path: path.into(), bytes: Arc::from(&b"package a\n"[..]) };
        read(&file, governed).manifests.iter().map(|manifest| manifest.id.to_string()).collect()
    }

    #[test]
    fn the_path_below_the_folder_is_the_name() {
        assert_eq!(names("policies/no_all.rego", ""), ["Policy/no_all"]);
        assert_eq!(names("policies/access/no_all.rego", ""), ["Policy/access.no_all"]);
        assert_eq!(names("gov/policies/policies/a.rego", "gov"), ["Policy/policies.a"]);
        assert!(names("policies/No All.rego", "").is_empty());
    }
}
