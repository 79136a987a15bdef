//! References: whatever a manifest names must exist, and the nearest name is offered where it does not.

use super::duplicate::{self, Budgets};
use super::index::{Index, viewpoint};
use super::mention::{self, Mention};
use crate::model::code::Code;
use crate::model::examination::{Reference, Repetition, Target};
use crate::model::fault::Fault;
use crate::model::finding::Finding;
use crate::model::kind::Kind;
use crate::model::manifest::Manifest;
use crate::model::mend::Mend;
use crate::model::name::Name;
use crate::model::nearest::{did_you_mean, surely_meant};
use crate::model::permission::{ALL, Permission};
use crate::model::resources::Resources;
use crate::model::subject::{Subject, SubjectKind};

/// What is known of one manifest among the others.
#[derive(Debug)]
pub struct Checked {
    /// The names that it stands or falls with.
    pub mentions: Box<[Mention]>,
    pub findings: Vec<Finding>,
}

/// Checks every reference, repetition and contradiction of a manifest, and what it may not be beside the others.
pub fn check(manifest: &Manifest, index: &Index, resources: &Resources, budgets: &Budgets<'_>) -> Checked {
    let examined = manifest.spec.examine();
    let mentions = mention::all(manifest, &examined);
    let mut findings: Vec<Finding> = of_unknown_team(manifest, index).into_iter().collect();
    findings.extend(duplicate::shadowed(manifest, index, resources));
    findings.extend(duplicate::budget(manifest, budgets));
    findings.extend(examined.references.iter().filter_map(|reference| check_reference(manifest, reference, index)));
    findings.extend(examined.repetitions.into_iter().map(|repetition| repeated(manifest, &repetition)));
    findings
        .extend(examined.faults.into_iter().map(|(pointer, fault)| Finding::of(fault, manifest.site.spec(&pointer))));
    Checked { mentions, findings }
}

fn of_unknown_team(manifest: &Manifest, index: &Index) -> Option<Finding> {
    let fault = manifest.id.team.as_ref().and_then(|team| check_team(team.as_str(), index))?;
    let message = format!("{} belongs to {}", manifest.id.kind, fault.message);
    Some(Finding::of(Fault { message, ..fault }, manifest.site.team()))
}

fn check_reference(manifest: &Manifest, reference: &Reference<'_>, index: &Index) -> Option<Finding> {
    let from = viewpoint(manifest);
    let fault = match reference.target {
        Target::Role(name) => check_name(Kind::Role, from, name, index),
        Target::Team(name) => check_team(name.as_str(), index),
        Target::Subject(subject) => check_subject(subject, from, index),
        Target::Permission(permission) => check_permission(permission, index),
    }?;
    let message = format!("{} names {}", described(manifest), fault.message);
    Some(Finding::of(Fault { message, ..fault }, manifest.site.spec(&reference.pointer)))
}

/// Describes a manifest in a sentence: `role binding `leads` of team `data``.
fn described(manifest: &Manifest) -> String {
    let kind = manifest.id.kind.word();
    match &manifest.id.team {
        Some(team) => format!("{kind} `{}` of team `{team}`", manifest.id.name),
        None => format!("{kind} `{}`", manifest.id.name),
    }
}

fn check_subject(subject: &Subject, from: Option<&Name>, index: &Index) -> Option<Fault> {
    let fault = match subject.kind() {
        SubjectKind::Group => subject.id().parse().ok().and_then(|name| check_name(Kind::Group, from, &name, index)),
        SubjectKind::Team => check_team(subject.id(), index),
        SubjectKind::Agent | SubjectKind::Service | SubjectKind::User => None,
    }?;
    let mend = fault.mend.as_ref().and_then(|mend| match mend {
        Mend::Word { meant, .. } => Mend::word(subject.as_str(), Some(format!("{}:{meant}", subject.kind().as_str()))),
        Mend::TakeOut { .. } => None,
    });
    Some(fault.mend(mend))
}

fn check_name(kind: Kind, from: Option<&Name>, name: &Name, index: &Index) -> Option<Fault> {
    if index.find(kind, from, name).is_some() || index.is_mentioned(name.as_str()) {
        return None;
    }
    let (code, word) = if kind == Kind::Role { (Code::UnknownRole, "role") } else { (Code::UnknownGroup, "group") };
    let visible = index.visible(kind, from);
    let help = did_you_mean(name.as_str(), &visible)
        .map_or_else(|| declare(&visible), |near| format!("did you mean `{near}`?"));
    let fault = Fault::new(code, format!("{word} `{name}`, which does not exist{}", where_from(from))).help(help);
    Some(fault.mend(Mend::word(name.as_str(), surely_meant(name.as_str(), &visible))))
}

fn where_from(from: Option<&Name>) -> &'static str {
    if from.is_some() { "" } else { " in the organisation" }
}

fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let mut text = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}

fn declare(names: &[&str]) -> String {
    if names.is_empty() {
        "declare it: there is none yet".to_owned()
    } else {
        format!("declare it, or name one that is: {}", listed(names))
    }
}

fn check_team(name: &str, index: &Index) -> Option<Fault> {
    let known = name.parse::<Name>().is_ok_and(|name| index.has_team(&name));
    (!known && !index.is_mentioned(name)).then(|| unknown_team(name, index))
}

fn unknown_team(name: &str, index: &Index) -> Fault {
    let help = did_you_mean(name, index.teams())
        .map_or_else(|| declare(&index.teams().collect::<Vec<_>>()), |near| format!("did you mean `{near}`?"));
    let fault = Fault::new(Code::UnknownTeam, format!("team `{name}`, which does not exist")).help(help);
    fault.mend(Mend::word(name, surely_meant(name, index.teams())))
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
        || format!("the vocabulary has {}", listed(words)),
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
