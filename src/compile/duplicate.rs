//! What is declared twice, or under a name that stands for something else already.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::index::Index;
use crate::model::code::Code;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::budget::Budget;
use crate::model::kind::person::Person;
use crate::model::kind::{Kind, Typed};
use crate::model::manifest::Manifest;
use crate::model::name::Name;
use crate::model::origin::Origin;
use crate::model::period::Window;
use crate::model::resources::Resources;
use crate::model::user::User;

/// Reports every manifest of one resource but the first.
pub fn twice(manifests: &[Arc<Manifest>]) -> Vec<Finding> {
    let [first, others @ ..] = manifests else { return Vec::new() };
    let finding = |second: &Arc<Manifest>| {
        Finding::new(Code::DuplicateId, second.site.name(), format!("`{}` is declared twice", second.id))
            .related(first.site.name(), "first here")
            .help("rename one of them, or put both together: identity is kind, team and name, never the file")
    };
    others.iter().map(finding).collect()
}

/// Reports a team's role or group that is named like one of the organisation.
pub fn shadowed(manifest: &Manifest, index: &Index, resources: &Resources) -> Option<Finding> {
    let ResourceId { kind, team, name } = &manifest.id;
    let team = team.as_ref().filter(|_| matches!(kind, Kind::Role | Kind::Group))?;
    let organisations = index.find(*kind, None, name)?;
    let what = kind.as_str().to_ascii_lowercase();
    let message = format!("team `{team}` declares a {what} `{name}`, and the organisation has one of that name");
    let finding = Finding::new(Code::ShadowedName, manifest.site.name(), message)
        .help(format!("give it a name of its own, such as `{team}-{name}`"));
    Some(match resources.get(&organisations) {
        Some(first) => finding.related(first.site.name(), "the organisation's"),
        None => finding,
    })
}

/// The first budgets of teams and windows, by name.
pub type Budgets<'a> = BTreeMap<(&'a Option<Name>, Window), &'a Manifest>;

/// Finds the first budgets of the teams of which some manifests are budgets.
pub fn first_budgets<'a>(manifests: &[&Arc<Manifest>], resources: &'a Resources) -> Budgets<'a> {
    let teams = manifests.iter().filter(|manifest| manifest.id.kind == Kind::Budget).map(|manifest| &manifest.id.team);
    let teams: BTreeSet<&Option<Name>> = teams.collect();
    let mut first = Budgets::new();
    for manifest in teams.into_iter().flat_map(|team| resources.of_team(Kind::Budget, team)) {
        let Some(budget) = Budget::of(&manifest.spec) else { continue };
        let earliest = first.entry((&manifest.id.team, budget.window)).or_insert(manifest);
        if manifest.id < earliest.id {
            *earliest = manifest;
        }
    }
    first
}

/// Reports a budget of a team and window that has one already, by name.
pub fn budget(manifest: &Manifest, budgets: &Budgets<'_>) -> Option<Finding> {
    let window = Budget::of(&manifest.spec)?.window;
    let earlier = budgets.get(&(&manifest.id.team, window)).filter(|earlier| earlier.id.name < manifest.id.name)?;
    let message = format!("team `{}` has a budget for the {} already", manifest.id.team_or_empty(), window.as_str());
    let finding = Finding::new(Code::DuplicateBudget, manifest.site.spec("/window"), message);
    Some(finding.related(earlier.site.spec("/window"), "first here").help("keep one budget a team and window"))
}

/// Reports each id of a person that another has already, by name.
pub fn users(manifest: &Manifest, index: &Index, resources: &Resources) -> Vec<Finding> {
    let finding = |(position, user): (usize, &User)| {
        let first = index.people.first(user.subject()).filter(|first| **first != manifest.id.name)?;
        let message = format!("`{user}` is an id of person `{first}` already");
        let finding = Finding::new(Code::DuplicateUser, manifest.site.spec(&format!("/ids/{position}")), message)
            .help("leave it with one of them: who has an id is one person");
        let id = ResourceId { name: first.clone(), ..manifest.id.clone() };
        Some(match resources.get(&id).and_then(|other| place(other, user)) {
            Some(origin) => finding.related(origin, "first here"),
            None => finding,
        })
    };
    let ids = Person::of(&manifest.spec).into_iter().flat_map(|person| person.ids.placed());
    ids.filter_map(finding).collect()
}

fn place(manifest: &Manifest, user: &User) -> Option<Origin> {
    let (position, _) = Person::of(&manifest.spec)?.ids.placed().into_iter().find(|(_, other)| *other == user)?;
    Some(manifest.site.spec(&format!("/ids/{position}")))
}
