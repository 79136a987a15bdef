//! Who belongs to what: groups and teams followed to any depth.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::desired::Desired;
use crate::model::kind::group::Group;
use crate::model::kind::membership::Membership;
use crate::model::kind::team::Team;
use crate::model::members::Members;
use crate::model::name::Name;
use crate::model::subject::{Subject, SubjectKind};

/// A group (of a team, or with `None` of the organisation) or a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Container<'a> {
    Group(Option<&'a Name>, &'a str),
    Team(&'a str),
}

/// What a container lists: who is in it, and what it contains with the viewpoint from which a group's name is found.
#[derive(Debug, Default)]
struct Listed<'a> {
    direct: BTreeSet<&'a Subject>,
    inner: Vec<(&'a Subject, Option<&'a Name>)>,
}

impl<'a> Listed<'a> {
    fn add(&mut self, subject: &'a Subject, from: Option<&'a Name>) {
        match subject.kind() {
            SubjectKind::Group | SubjectKind::Team => self.inner.push((subject, from)),
            SubjectKind::Agent | SubjectKind::Service | SubjectKind::User => drop(self.direct.insert(subject)),
        }
    }
}

/// Every container by what it is.
#[derive(Debug, Default)]
struct Containers<'a>(BTreeMap<Container<'a>, Listed<'a>>);

/// Finds the leads that are members of their teams, whatever end their memberships have.
///
/// Time that passes must not turn a revision that was accepted invalid. Nothing is held but what is written, so that a
/// group in a thousand teams is held once.
pub fn leads(desired: &Desired) -> Members {
    let containers = Containers::list(desired);
    let of_team = |name: &Name, team: &Team| {
        let leads = containers.members(Container::Team(name.as_str()), team.leads.iter().collect());
        (name.clone(), leads.into_iter().cloned().collect())
    };
    Members { leads: desired.declared::<Team>().map(|(id, team, _)| of_team(&id.name, team)).collect() }
}

impl<'a> Containers<'a> {
    fn list(desired: &'a Desired) -> Self {
        let mut all = Containers::default();
        for (id, group, _) in desired.declared::<Group>() {
            let team = id.team.as_ref();
            let listed = all.0.entry(Container::Group(team, id.name.as_str())).or_default();
            group.members.iter().for_each(|subject| listed.add(subject, team));
        }
        for (id, team, _) in desired.declared::<Team>() {
            let listed = all.0.entry(Container::Team(id.name.as_str())).or_default();
            team.members.iter().for_each(|subject| listed.add(subject, None));
        }
        for (id, membership, _) in desired.declared::<Membership>() {
            let listed = all.0.entry(Container::Team(id.team_or_empty())).or_default();
            membership.members.iter().for_each(|member| listed.add(member.subject(), id.team.as_ref()));
        }
        all
    }

    /// Picks those of some subjects that are in a container; circles, findings elsewhere, end where they close.
    fn members(&self, container: Container<'a>, mut wanted: BTreeSet<&'a Subject>) -> BTreeSet<&'a Subject> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::from([container]);
        let mut open = vec![container];
        while let Some(listed) = open.pop().map(|container| self.0.get(&container)) {
            if wanted.is_empty() {
                break;
            }
            let Some(listed) = listed else { continue };
            let (inside, outside) = wanted.into_iter().partition(|subject| listed.direct.contains(subject));
            found.extend::<BTreeSet<_>>(inside);
            wanted = outside;
            let inner = listed.inner.iter().filter_map(|(subject, from)| self.resolve(subject, *from));
            open.extend(inner.filter(|container| seen.insert(*container)));
        }
        found
    }

    /// Finds a container by its name: the team's group first, then the organisation's.
    fn resolve(&self, subject: &'a Subject, from: Option<&'a Name>) -> Option<Container<'a>> {
        let known = |container: &Container<'a>| self.0.contains_key(container);
        match subject.kind() {
            SubjectKind::Group => {
                let own = from.map(|team| Container::Group(Some(team), subject.id())).filter(known);
                own.or_else(|| Some(Container::Group(None, subject.id())).filter(known))
            }
            SubjectKind::Team => Some(Container::Team(subject.id())).filter(known),
            SubjectKind::Agent | SubjectKind::Service | SubjectKind::User => None,
        }
    }
}
