//! References: whatever a manifest names must exist, and the nearest name is offered where it does not.

use std::fmt::Display;

use super::duplicate::{self, Budgets};
use super::index::{self, Index, Visible, viewpoint};
use crate::model::code::Code;
use crate::model::examination::{Reference, Repetition, Target};
use crate::model::fault::Fault;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::{Kind, Scope};
use crate::model::manifest::Manifest;
use crate::model::mend::Mend;
use crate::model::name::Name;
use crate::model::nearest::{did_you_mean, is_a_letter_off, surely_meant};
use crate::model::permission::{ALL, Permission};
use crate::model::resources::Resources;
use crate::model::subject::{Subject, SubjectKind};

/// Of what something is said, and among which names.
type Of<'a> = (&'a ResourceId, &'a Index);

/// Checks every reference, repetition and contradiction of a manifest, and what it may not be beside the others.
pub fn check(manifest: &Manifest, index: &Index, resources: &Resources, budgets: &Budgets<'_>) -> Vec<Finding> {
    let examined = manifest.spec.examine();
    let mut findings: Vec<Finding> = of_unknown_team(manifest, index).into_iter().collect();
    findings.extend(duplicate::shadowed(manifest, index, resources));
    findings.extend(duplicate::budget(manifest, budgets));
    findings.extend(duplicate::users(manifest, index, resources));
    findings.extend(examined.references.iter().filter_map(|reference| check_reference(manifest, reference, index)));
    findings.extend(examined.repetitions.into_iter().map(|repetition| repeated(manifest, &repetition)));
    findings
        .extend(examined.faults.into_iter().map(|(pointer, fault)| Finding::of(fault, manifest.site.spec(&pointer))));
    findings
}

fn of_unknown_team(manifest: &Manifest, index: &Index) -> Option<Finding> {
    let fault = manifest.id.team.as_ref().and_then(|team| check_name(Kind::Team, None, team, (&manifest.id, index)))?;
    let message = format!("{} belongs to {}", manifest.id.kind, fault.message);
    Some(Finding::of(Fault { message, ..fault }, manifest.site.team()))
}

fn check_reference(manifest: &Manifest, reference: &Reference<'_>, index: &Index) -> Option<Finding> {
    let (from, of) = (viewpoint(manifest), (&manifest.id, index));
    let fault = match reference.target {
        Target::Role(name) => check_name(Kind::Role, from, name, of),
        Target::Person(name) => check_name(Kind::Person, from, name, of),
        Target::AnyRole(name) => check_role_anywhere(name, of),
        Target::Team(name) => check_name(Kind::Team, None, name, of),
        Target::Subject(subject) => check_subject(subject, from, of),
        Target::Permission(permission) => check_permission(permission, index),
    }?;
    let message = format!("{} names {}", described(manifest), fault.message);
    Some(Finding::of(Fault { message, ..fault }, manifest.site.spec(&reference.pointer())))
}

/// Describes a manifest in a sentence: `role binding `leads` of team `data``.
fn described(manifest: &Manifest) -> String {
    let kind = manifest.id.kind.word();
    match &manifest.id.team {
        Some(team) => format!("{kind} `{}` of team `{team}`", manifest.id.name),
        None => format!("{kind} `{}`", manifest.id.name),
    }
}

fn check_subject(subject: &Subject, from: Option<&Name>, of: Of<'_>) -> Option<Fault> {
    let name = || subject.id().parse::<Name>().ok();
    let fault = match subject.kind() {
        SubjectKind::Group => check_name(Kind::Group, from, &name()?, of),
        SubjectKind::Team => check_name(Kind::Team, None, &name()?, of),
        SubjectKind::User => return check_user(subject, of.1),
        SubjectKind::Agent | SubjectKind::Service => None,
    }?;
    let mend = fault.mend.as_ref().and_then(|mend| match mend {
        Mend::Word { meant, .. } => Mend::word(subject.as_str(), Some(format!("{}:{meant}", subject.kind().as_str()))),
        Mend::TakeOut { .. } => None,
    });
    Some(fault.mend(mend))
}

fn check_user(user: &Subject, index: &Index) -> Option<Fault> {
    let may_be_torn = || index.is_mentioned(user.id()) || index.is_mentioned(user.as_str());
    index.people.unknown(user).filter(|_| !may_be_torn())
}

fn check_name(kind: Kind, from: Option<&Name>, name: &Name, of: Of<'_>) -> Option<Fault> {
    let index = of.1;
    if index.has(kind, from, name) {
        return None;
    }
    let of_the_organisation = kind.scope() == Scope::Either && from.is_none();
    let place = if of_the_organisation { " in the organisation" } else { "" };
    unknown(kind, name, place, &index.visible(kind, from), of)
}

fn check_role_anywhere(name: &Name, of: Of<'_>) -> Option<Fault> {
    let roles = of.1.everywhere(Kind::Role);
    if roles.contains(name) { None } else { unknown(Kind::Role, name, "", &vec![&roles], of) }
}

/// Says that nothing of a kind has a name, unless what cannot be read may have it.
fn unknown(kind: Kind, name: &Name, place: &str, visible: &Visible<'_>, of: Of<'_>) -> Option<Fault> {
    let (id, index) = of;
    if index.is_mentioned(name.as_str()) {
        return None;
    }
    let is_visible = |name: &&str| visible.iter().any(|names| names.contains(*name));
    let (alike, are_all) = index.alike(kind, name);
    // Nothing of a kind means itself.
    let own = id.name.as_str();
    let own = Some(own).filter(|own| id.kind == kind && is_visible(own));
    let names: Vec<&str> = alike.into_iter().filter(is_visible).filter(|name| Some(*name) != own).collect();
    let help = did_you_mean(name.as_str(), &names)
        .map_or_else(|| declare(visible, own), |near| format!("did you mean `{near}`?"));
    // Where not all were compared, one that is two letters off may be no nearer than others.
    let meant = surely_meant(name.as_str(), &names).filter(|meant| are_all || is_a_letter_off(name.as_str(), meant));
    let fault = Fault::new(index::unknown(kind)?, format!("{} `{name}`, which does not exist{place}", kind.word()));
    Some(fault.help(help).mend(Mend::word(name.as_str(), meant)))
}

/// Lists the first of some words, and counts the others.
fn listed(words: impl Iterator<Item = impl Display>, count: usize) -> String {
    const SHOWN: usize = 8;
    let mut text = words.take(SHOWN).map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    if count > SHOWN {
        text.push_str(&format!(" and {} more", count - SHOWN));
    }
    text
}

fn declare(visible: &Visible<'_>, own: Option<&str>) -> String {
    let others = || visible.iter().copied().flatten().filter(|name| Some(name.as_str()) != own);
    match others().count() {
        0 if own.is_some() => "declare it: there is no other yet".to_owned(),
        0 => "declare it: there is none yet".to_owned(),
        count => format!("declare it, or name one that is: {}", listed(others(), count)),
    }
}

fn check_permission(permission: &Permission, index: &Index) -> Option<Fault> {
    let (action, resource) = (permission.action(), permission.resource());
    let vocabulary = index.vocabulary.as_ref()?;
    let actions: Vec<&str> = vocabulary.actions.iter().map(Name::as_str).chain([ALL]).collect();
    let resources: Vec<&str> = vocabulary.resources.iter().map(Name::as_str).collect();
    let (has_action, has_resource) = (actions.contains(&action), resources.contains(&resource));
    if has_action && has_resource {
        return None;
    }
    let nearest =
        |word: &str, has: bool, words: &[&str]| if has { Some(word.to_owned()) } else { did_you_mean(word, words) };
    let near = nearest(action, has_action, &actions).zip(nearest(resource, has_resource, &resources));
    let (missing, words) = if has_action {
        (format!("resource `{resource}`"), &resources)
    } else {
        (format!("action `{action}`"), &actions)
    };
    let help = near.map_or_else(
        || format!("the vocabulary has {}", listed(words.iter(), words.len())),
        |(action, resource)| format!("did you mean `{action}:{resource}`?"),
    );
    let meant = |word: &str, words: &[&str]| {
        if words.contains(&word) { Some(word.to_owned()) } else { surely_meant(word, words) }
    };
    let target = permission.as_str().strip_prefix(&format!("{action}:{resource}")).unwrap_or_default();
    let meant = meant(action, &actions).zip(meant(resource, &resources));
    let meant = meant.map(|(action, resource)| format!("{action}:{resource}{target}"));
    let fault =
        Fault::new(Code::UnknownPermission, format!("permission `{permission}`, and the vocabulary has no {missing}"));
    Some(fault.help(help).mend(Mend::word(permission.as_str(), meant)))
}

fn repeated(manifest: &Manifest, repetition: &Repetition) -> Finding {
    let message = format!("`{}` is listed twice in {}", repetition.spelling, described(manifest));
    Finding::new(Code::DuplicateMember, manifest.site.spec(&repetition.pointer), message)
        .related(manifest.site.spec(&repetition.first), "first here")
        .help("take one out")
        .mend(repetition.is_verbatim.then(|| Mend::TakeOut { written: repetition.spelling.clone() }))
}
