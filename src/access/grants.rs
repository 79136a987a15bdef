//! Everything that somebody may do, written out.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::chain::{Way, end};
use super::graph::{Holder, Node, Reached};
use super::{Access, Held, Unknown};
use crate::model::grant::{Assignment, Grant};
use crate::model::id::ResourceId;
use crate::model::name::Name;
use crate::model::subject::Subject;

impl Access {
    /// Lists all that a subject may do, ended or not, sorted; of two ways to the same the one that lasts longest.
    pub fn grants(&self, subject: &Subject) -> Vec<Grant> {
        self.graph.leaf(subject).map(|leaf| self.granted(leaf)).unwrap_or_default()
    }

    /// Lists what a subject may do at a moment: everywhere and on each team, or on the one that is asked about.
    ///
    /// # Errors
    /// Where there is no such team.
    pub fn grants_at(&self, subject: &Subject, team: Option<&Name>, now: Timestamp) -> Result<Vec<Grant>, Unknown> {
        team.map(|team| self.team(team)).transpose()?;
        let is_on = |grant: &Grant| team.is_none() || grant.team.is_none() || grant.team.as_ref() == team;
        let mut grants = self.grants(subject);
        grants.retain(|grant| is_on(grant) && grant.expires_at.is_none_or(|end| end > now));
        Ok(grants)
    }

    /// Lists all that anybody may do, as [`Access::grants`] does, by subject.
    pub fn all_grants(&self) -> BTreeMap<Subject, Vec<Grant>> {
        let subjects = self.graph.leaves().filter_map(|node| Some((self.graph.subject(node)?, node)));
        subjects.map(|(subject, node)| (subject.clone(), self.granted(node))).collect()
    }

    /// Lists the roles that anybody holds, ended or not, by subject.
    pub fn all_assignments(&self) -> BTreeMap<Subject, BTreeSet<Assignment>> {
        let subjects = self.graph.leaves().filter_map(|node| Some((self.graph.subject(node)?, node)));
        subjects.map(|(subject, node)| (subject.clone(), self.assignments(node))).collect()
    }

    fn assignments(&self, leaf: Node) -> BTreeSet<Assignment> {
        let held = |reached: &Reached| {
            let until = reached.until;
            self.all_held(reached.holder).iter().filter_map(move |held| self.assignment(held, until))
        };
        self.graph.reach(leaf, Timestamp::MAX).iter().flat_map(held).collect()
    }

    fn assignment(&self, held: &Held, until: Timestamp) -> Option<Assignment> {
        let (role, binding) = (self.roles.id(held.role)?.clone(), self.bindings.get(held.binding)?.clone());
        let (team, expires_at) = (binding.team.clone(), end(held.until.min(until)));
        Some(Assignment { role, binding, team, expires_at })
    }

    fn granted(&self, leaf: Node) -> Vec<Grant> {
        let reached = self.graph.reach(leaf, Timestamp::MAX);
        let mut longest: BTreeMap<Grant, Way<'_>> = BTreeMap::new();
        for way in self.every_way(&reached) {
            let Some(grant) = self.bare(leaf, &way) else { continue };
            let known = longest.entry(grant).or_insert(way);
            if (way.until(), known.at) > (known.until(), way.at) {
                *known = way;
            }
        }
        let whole =
            |(grant, way): (Grant, Way<'_>)| Grant { expires_at: end(way.until()), via: self.via(&way), ..grant };
        longest.into_iter().map(whole).collect()
    }

    /// Makes a grant without its end and its way: what is granted.
    fn bare(&self, leaf: Node, way: &Way<'_>) -> Option<Grant> {
        let team = self.bindings.get(way.held.binding)?.team.clone();
        let subject = self.graph.holder(leaf)?.to_string().parse().ok()?;
        let (action, resource) = (way.permission.action().to_owned(), way.permission.resource().to_owned());
        Some(Grant {
            subject,
            action,
            resource,
            name: way.permission.pattern(),
            team,
            expires_at: None,
            via: String::new(),
        })
    }

    /// Writes a way as short as the view does: the group or team that is bound where it is one, the binding, the role.
    fn via(&self, way: &Way<'_>) -> String {
        let reached = way.reached.get(way.at).filter(|reached| reached.by.is_some());
        let holder = reached.and_then(|reached| self.graph.holder(reached.holder)).map(Holder::to_string);
        let binding = self.bindings.get(way.held.binding).map(ResourceId::to_string);
        let role = self.roles.id(way.held.role).map(ResourceId::to_string);
        holder.into_iter().chain(binding).chain(role).collect::<Vec<_>>().join(" -> ")
    }
}
