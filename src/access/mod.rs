//! Who belongs to what: groups and teams expanded to any depth.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::desired::Desired;
use crate::model::kind::group::Group;
use crate::model::kind::membership::Membership;
use crate::model::kind::team::Team;
use crate::model::members::Members;
use crate::model::name::Name;
use crate::model::subject::{Subject, SubjectKind};

/// What a group or a team lists: by team (`None` for the organisation) and name for groups, by name for teams.
#[derive(Default)]
struct Listed<'a> {
    groups: BTreeMap<(Option<&'a Name>, &'a str), Vec<&'a Subject>>,
    /// Each subject with the viewpoint from which its group name is found.
    teams: BTreeMap<&'a str, Vec<(&'a Subject, Option<&'a Name>)>>,
}

/// Expands the members of every team at one moment. Circles, which are findings elsewhere, end where they close.
pub fn expand(desired: &Desired, now: Timestamp) -> Members {
    let listed = list(desired, now);
    let members = |team: &Name| (team.clone(), listed.expand(team));
    Members { teams: desired.declared::<Team>().map(|(id, ..)| members(&id.name)).collect() }
}

fn list(desired: &Desired, now: Timestamp) -> Listed<'_> {
    let zone = desired.organization().map_or(TimeZone::UTC, |(_, organization)| organization.zone());
    let mut listed = Listed::default();
    for (id, group, _) in desired.declared::<Group>() {
        listed.groups.insert((id.team.as_ref(), id.name.as_str()), group.members.iter().collect());
    }
    for (id, team, _) in desired.declared::<Team>() {
        listed.teams.entry(id.name.as_str()).or_default().extend(team.members.iter().map(|subject| (subject, None)));
    }
    for (id, membership, _) in desired.declared::<Membership>() {
        let lasting =
            membership.members.iter().filter(|member| member.until().is_none_or(|until| !until.has_ended(&zone, now)));
        let team = id.team.as_ref();
        listed.teams.entry(id.team_or_empty()).or_default().extend(lasting.map(|member| (member.subject(), team)));
    }
    listed
}

impl<'a> Listed<'a> {
    fn expand(&self, team: &Name) -> BTreeSet<Subject> {
        let mut members = BTreeSet::new();
        let mut seen: BTreeSet<(&Subject, Option<&Name>)> = BTreeSet::new();
        let mut open: Vec<(&Subject, Option<&Name>)> = self.teams.get(team.as_str()).cloned().unwrap_or_default();
        while let Some((subject, from)) = open.pop() {
            if !seen.insert((subject, from)) {
                continue;
            }
            match subject.kind() {
                SubjectKind::Group => open.extend(self.group(subject.id(), from)),
                SubjectKind::Team => open.extend(self.teams.get(subject.id()).into_iter().flatten().copied()),
                SubjectKind::Agent | SubjectKind::Service | SubjectKind::User => drop(members.insert(subject.clone())),
            }
        }
        members
    }

    /// Lists a group's members: the team's group first, then the organisation's; each sees groups from its own place.
    fn group(&self, name: &'a str, from: Option<&'a Name>) -> Vec<(&'a Subject, Option<&'a Name>)> {
        let own = from.and_then(|team| self.groups.get(&(Some(team), name)).map(|members| (members, Some(team))));
        let found = own.or_else(|| self.groups.get(&(None, name)).map(|members| (members, None)));
        found.into_iter().flat_map(|(members, from)| members.iter().map(move |subject| (*subject, from))).collect()
    }
}
