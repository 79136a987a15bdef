//! Everything that somebody may do, written out.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::chain::{Way, end};
use super::graph::{Holder, Node, Reached};
use super::{Access, Held, On, Unknown};
use crate::model::grant::{Assignment, Grant};
use crate::model::id::ResourceId;
use crate::model::name::Name;
use crate::model::permission::Permission;
use crate::model::subject::Subject;

impl Access {
    /// Lists all that a subject may do, ended or not, sorted; of two ways to the same the one that lasts longest.
    pub fn grants_of(&self, subject: &Subject) -> Vec<Grant> {
        self.graph.leaf(subject).map(|leaf| self.granted(leaf)).unwrap_or_default()
    }

    /// Lists what a subject may do at a moment: everywhere and on each team, or on the one that is asked about.
    ///
    /// # Errors
    /// Where there is no such team.
    pub fn grants_at(&self, subject: &Subject, team: Option<&Name>, now: Timestamp) -> Result<Vec<Grant>, Unknown> {
        team.map(|team| self.team(team)).transpose()?;
        let is_on = |grant: &Grant| team.is_none() || grant.team.is_none() || grant.team.as_ref() == team;
        let mut grants = self.grants_of(subject);
        grants.retain(|grant| is_on(grant) && grant.expires_at.is_none_or(|end| end > now));
        Ok(grants)
    }

    /// Lists all that anybody may do, as [`Access::grants_of`] does, by subject.
    pub fn grants(&self) -> BTreeMap<Subject, Vec<Grant>> {
        self.by_subject(|leaf| self.granted(leaf))
    }

    /// Lists the roles that anybody holds, ended or not, by subject.
    pub fn assignments(&self) -> BTreeMap<Subject, BTreeSet<Assignment>> {
        self.by_subject(|leaf| self.assigned(leaf))
    }

    fn by_subject<T>(&self, work: impl Fn(Node) -> T) -> BTreeMap<Subject, T> {
        let subjects = self.graph.leaves().filter_map(|leaf| Some((self.graph.subject(leaf)?, leaf)));
        subjects.map(|(subject, leaf)| (subject.clone(), work(leaf))).collect()
    }

    fn assigned(&self, leaf: Node) -> BTreeSet<Assignment> {
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
        let Some(subject) = self.graph.holder(leaf).and_then(|one| one.to_string().parse().ok()) else {
            return Vec::new();
        };
        let reach = self.graph.reach(leaf, Timestamp::MAX);
        let mut longest: BTreeMap<(&Permission, On), Way<'_>> = BTreeMap::new();
        for way in self.every_way(&reach) {
            let known = longest.entry((way.permission, way.held.on)).or_insert(way);
            if (way.until, known.place) > (known.until, way.place) {
                *known = way;
            }
        }
        let mut grants: Vec<Grant> = longest.into_values().filter_map(|way| self.grant(&subject, &way)).collect();
        grants.sort();
        grants
    }

    fn grant(&self, subject: &Subject, way: &Way<'_>) -> Option<Grant> {
        Some(Grant {
            subject: subject.clone(),
            action: way.permission.action().to_owned(),
            resource: way.permission.resource().to_owned(),
            name: way.permission.pattern(),
            team: self.bindings.get(way.held.binding)?.team.clone(),
            expires_at: end(way.until),
            via: self.via(way),
        })
    }

    /// Writes a way as short as the view does: the group or team that is bound where it is one, the binding, the role.
    fn via(&self, way: &Way<'_>) -> String {
        let holder = way.memberships().next().and_then(|last| self.graph.holder(last.above)).map(Holder::to_string);
        let binding = self.bindings.get(way.held.binding).map(ResourceId::to_string);
        let role = self.roles.id(way.held.role).map(ResourceId::to_string);
        holder.into_iter().chain(binding).chain(role).collect::<Vec<_>>().join(" -> ")
    }
}
