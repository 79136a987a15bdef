//! Which leads are members of their teams.

use std::cell::LazyCell;
use std::collections::HashSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::graph::Graph;
use super::lookup::container;
use super::walk::walk;
use crate::model::desired::Desired;
use crate::model::kind::Kind;
use crate::model::kind::team::Team;
use crate::model::members::Members;
use crate::model::name::Name;
use crate::model::subject::Subject;

/// Finds the leads that are members of their teams, whatever end their memberships have.
///
/// Time that passes must not turn a revision that was accepted invalid.
pub fn leads(desired: &Desired) -> Members {
    // Who is written among the members is one, without a look at who is a member of what.
    let graph = LazyCell::new(|| graph(desired));
    let is_member = |lead: &Subject, name: &Name| {
        let (leaf, team) = (graph.leaf(lead), graph.team(name));
        leaf.zip(team)
            .is_some_and(|(leaf, team)| walk([leaf], |node| graph.above(node, Timestamp::MIN), |node| node == team))
    };
    let of_team = |name: &Name, team: &Team| {
        let members: HashSet<&Subject> = team.members.iter().collect();
        let is_written = |lead: &Subject| container(lead).is_none() && members.contains(lead);
        let leads = team.leads.iter().filter(|lead| is_written(lead) || is_member(lead, name));
        (name.clone(), leads.cloned().collect())
    };
    Members { leads: desired.declared::<Team>().map(|(id, team, _)| of_team(&id.name, team)).collect() }
}

fn graph(desired: &Desired) -> Graph {
    let mut specs = desired.specs();
    specs.retain(|(id, _)| matches!(id.kind, Kind::Group | Kind::Membership | Kind::Team));
    Graph::of(&specs, &TimeZone::UTC)
}
