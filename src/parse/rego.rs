//! A file of rules to the policy that it declares.

use std::sync::Arc;

use serde_json::json;

use super::text;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::policy::Policy;
use crate::model::kind::{Kind, Spec};
use crate::model::manifest::{Manifest, Parsed};
use crate::model::name::Name;
use crate::model::origin::Origin;
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
    Parsed { manifests: vec![Arc::new(policy(file, name, &text))], ..Parsed::default() }
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
