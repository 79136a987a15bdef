//! What is declared twice, or under a name that stands for something else already.

use std::collections::BTreeMap;

use super::index::Index;
use crate::model::code::Code;
use crate::model::finding::Finding;
use crate::model::kind::budget::Budget;
use crate::model::kind::{Kind, Typed};
use crate::model::manifest::Manifest;
use crate::model::name::Name;
use crate::model::period::Window;

/// Keeps the first of each identity and reports the others.
pub fn reject(manifests: Vec<Manifest>) -> (Vec<Manifest>, Vec<Finding>) {
    let mut places = BTreeMap::new();
    let mut kept: Vec<Manifest> = Vec::with_capacity(manifests.len());
    let mut findings = Vec::new();
    for manifest in manifests {
        if let Some(first) = places.get(&manifest.id) {
            let first: &Option<&Manifest> = &kept.get(*first);
            findings.extend(first.map(|first| twice(first, &manifest)));
        } else {
            places.insert(manifest.id.clone(), kept.len());
            kept.push(manifest);
        }
    }
    (kept, findings)
}

fn twice(first: &Manifest, second: &Manifest) -> Finding {
    Finding::new(Code::DuplicateId, second.site.name(), format!("`{}` is declared twice", second.id))
        .related(first.site.name(), "first here")
        .help("rename one of them, or put both together: identity is kind, team and name, never the file")
}

/// Reports a team's roles and groups that are named like one of the organisation.
pub fn shadowed(manifests: &[Manifest], index: &Index) -> Vec<Finding> {
    let of_team = manifests
        .iter()
        .filter(|manifest| matches!(manifest.id.kind, Kind::Role | Kind::Group) && manifest.id.team.is_some());
    of_team
        .filter(|manifest| index.find(manifest.id.kind, None, &manifest.id.name).is_some())
        .map(|manifest| {
            let what = manifest.id.kind.as_str().to_ascii_lowercase();
            let name = &manifest.id.name;
            let message = format!(
                "team `{}` declares a {what} `{name}`, and the organisation has one of that name",
                manifest.id.team_or_empty()
            );
            let first = manifests
                .iter()
                .find(|other| other.id.kind == manifest.id.kind && other.id.team.is_none() && other.id.name == *name);
            let finding = Finding::new(Code::ShadowedName, manifest.site.name(), message)
                .help(format!("give it a name of its own, such as `{}-{name}`", manifest.id.team_or_empty()));
            match first {
                Some(first) => finding.related(first.site.name(), "the organisation's"),
                None => finding,
            }
        })
        .collect()
}

/// Reports a second budget of a team and window.
pub fn budgets(manifests: &[Manifest]) -> Vec<Finding> {
    let mut first: BTreeMap<(Option<&Name>, Window), &Manifest> = BTreeMap::new();
    let mut findings = Vec::new();
    for manifest in manifests {
        let Some(budget) = Budget::of(&manifest.spec) else { continue };
        let key = (manifest.id.team.as_ref(), budget.window);
        if let Some(earlier) = first.get(&key) {
            let message = format!(
                "team `{}` has a budget for the {} already",
                manifest.id.team_or_empty(),
                budget.window.as_str()
            );
            findings.push(
                Finding::new(Code::DuplicateBudget, manifest.site.spec("/window"), message)
                    .related(earlier.site.spec("/window"), "first here")
                    .help("keep one budget a team and window"),
            );
        } else {
            first.insert(key, manifest);
        }
    }
    findings
}
