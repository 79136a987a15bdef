//! Why somebody may do something, and what is missing where they may not.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::graph::{Edge, Holder, Reach};
use super::{Access, Held, On, Unknown};
use crate::model::grant::{Chain, Lack, Link, Miss, Step};
use crate::model::permission::{ALL, Permission};
use crate::model::question::{Question, Wanted};

/// A way from a subject to a permission, as indexes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'a> {
    /// All that the subject stands for, and at which place of it the role is held.
    reach: &'a Reach,
    pub(super) place: usize,
    pub(super) held: &'a Held,
    pub(super) permission: &'a Permission,
    /// The earliest end on the way.
    pub(super) until: Timestamp,
}

impl Way<'_> {
    /// Iterates over the memberships on the way, the last one first.
    pub(super) fn memberships(&self) -> impl Iterator<Item = &Edge> {
        self.reach.back(self.place)
    }
}

/// Makes an end of an instant that is none where nothing ends.
pub(super) fn end(until: Timestamp) -> Option<Timestamp> {
    (until != Timestamp::MAX).then_some(until)
}

impl Access {
    /// Explains a yes: the way that lasts longest, and of two that last as long the shorter.
    ///
    /// # Errors
    /// As [`Access::decide`].
    pub fn explain(&self, question: &Question, now: Timestamp) -> Result<Option<Chain>, Unknown> {
        let on = self.on(&question.wanted)?;
        let lacks_nothing =
            |way: &Way<'_>| self.lacks(way, &question.wanted, on, now).is_some_and(|lacks| lacks.is_empty());
        let ways = |reach| self.every_way(reach).filter(lacks_nothing);
        let reach = self.reached(question, Timestamp::MAX);
        let Some(longest) = ways(&reach).map(|way| way.until).max() else { return Ok(None) };
        // What lasts beyond that is no longer way: of those the shortest.
        let reach = self.reached(question, longest);
        let lasting = ways(&reach).filter(|way| way.until == longest);
        Ok(lasting.min_by_key(|way| self.steps(way)).map(|way| self.chain(&way)))
    }

    /// Explains a no: the way to the resource that lacks least; of those that ended the one that did last.
    ///
    /// # Errors
    /// As [`Access::decide`].
    pub fn nearest_miss(&self, question: &Question, now: Timestamp) -> Result<Option<Miss>, Unknown> {
        let on = self.on(&question.wanted)?;
        let reach = self.reached(question, Timestamp::MAX);
        let lacking = |way: &Way<'_>| {
            let lacks = self.lacks(way, &question.wanted, on, now)?;
            let ended = matches!(lacks.first(), Some(Lack::Ended(_))).then_some(way.until);
            Some((lacks.len(), Reverse(ended), lacks, way.place))
        };
        let ways = self.every_way(&reach).filter_map(|way| lacking(&way).map(|lacking| (lacking, way)));
        let nearest = ways.min_by(|(a, _), (b, _)| a.cmp(b));
        Ok(nearest.map(|((.., lacks, _), way)| Miss { chain: self.chain(&way), lacks }))
    }

    /// Finds what the subject of a question stands for.
    fn reached(&self, question: &Question, enough: Timestamp) -> Reach {
        self.graph.leaf(&question.subject).map(|leaf| self.graph.reach(leaf, enough)).unwrap_or_default()
    }

    /// Iterates over all ways to permissions.
    pub(super) fn every_way<'a>(&'a self, reach: &'a Reach) -> impl Iterator<Item = Way<'a>> {
        reach.iter().enumerate().flat_map(move |(place, reached)| {
            self.all_held(reached.holder).iter().flat_map(move |held| {
                let until = reached.until.min(held.until);
                let permissions = self.roles.permissions(held.role);
                permissions.map(move |permission| Way { reach, place, held, permission, until })
            })
        })
    }

    /// Counts the steps of a way.
    fn steps(&self, way: &Way<'_>) -> usize {
        way.memberships().count() + self.roles.way(way.held.role, way.permission).len()
    }

    /// Lists what a way lacks, sorted; `None` where it is about another resource.
    fn lacks(&self, way: &Way<'_>, wanted: &Wanted, on: On, now: Timestamp) -> Option<Vec<Lack>> {
        let Way { held, permission, .. } = way;
        if permission.resource() != wanted.resource {
            return None;
        }
        let ended = (way.until <= now).then_some(Lack::Ended(way.until));
        let is_covered = permission.names().cover(wanted.name.as_deref());
        let name = (!is_covered).then(|| Lack::Name(permission.pattern().unwrap_or_default()));
        let elsewhere = held.on.filter(|_| held.on != on).and_then(|team| self.team_name(team));
        let action = permission.action();
        let is_allowed = action == ALL || action == wanted.action;
        let action = (!is_allowed).then(|| Lack::Action(action.to_owned()));
        Some(ended.into_iter().chain(name).chain(elsewhere.map(Lack::Team)).chain(action).collect())
    }

    fn team_name(&self, team: super::Node) -> Option<crate::model::name::Name> {
        match self.graph.holder(team)? {
            Holder::Members(id) => Some(id.name.clone()),
            Holder::Subject(_) => None,
        }
    }

    fn chain(&self, way: &Way<'_>) -> Chain {
        let Way { held, permission, .. } = way;
        let mut links = self.memberships(way);
        let role = self.roles.id(held.role).cloned();
        links.extend(self.bindings.get(held.binding).zip(role).map(|(binding, role)| Link {
            step: Step::Bound { role, on: binding.team.clone() },
            by: binding.clone(),
            pointer: format!("/subjects/{}", held.index),
            until: end(held.until),
        }));
        links.extend(self.roles.way(held.role, permission));
        Chain { links, expires_at: end(way.until) }
    }

    /// Links a subject to the holder of a role.
    fn memberships(&self, way: &Way<'_>) -> Vec<Link> {
        let link = |edge: &Edge| {
            let Holder::Members(of) = self.graph.holder(edge.above)? else { return None };
            let (by, pointer) = self.graph.written(edge)?;
            Some(Link { step: Step::Member { of: of.clone() }, by: by.clone(), pointer, until: end(edge.until) })
        };
        let mut links: Vec<Link> = way.memberships().filter_map(link).collect();
        links.reverse();
        links
    }
}
