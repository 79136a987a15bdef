//! Why somebody may do something, and what is missing where they may not.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::graph::{Holder, Reached};
use super::{Access, Held, On, Unknown};
use crate::model::grant::{Chain, Lack, Link, Miss, Step};
use crate::model::permission::{ALL, Permission};
use crate::model::question::{Question, Wanted};

/// A way from a subject to a permission, as indexes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'a> {
    /// What the subject stands for, and at which step of it the role is held.
    pub(super) reached: &'a [Reached],
    pub(super) at: usize,
    pub(super) held: &'a Held,
    pub(super) permission: &'a Permission,
}

impl Way<'_> {
    /// Returns the earliest end on the way.
    pub(super) fn until(&self) -> Timestamp {
        self.reached.get(self.at).map_or(Timestamp::MIN, |reached| reached.until).min(self.held.until)
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
        let ways = |reached| self.every_way(reached).filter(lacks_nothing);
        let reached = self.reached(question, Timestamp::MAX);
        let Some(longest) = ways(&reached).map(|way| way.until()).max() else { return Ok(None) };
        // What lasts beyond that is no longer way: of those the shortest.
        let reached = self.reached(question, longest);
        let lasting = ways(&reached).filter(|way| way.until() == longest);
        Ok(lasting.min_by_key(|way| self.steps(way)).map(|way| self.chain(&way)))
    }

    /// Explains a no: the way to the resource that lacks least; of those that ended the one that did last.
    ///
    /// # Errors
    /// As [`Access::decide`].
    pub fn nearest_miss(&self, question: &Question, now: Timestamp) -> Result<Option<Miss>, Unknown> {
        let on = self.on(&question.wanted)?;
        let reached = self.reached(question, Timestamp::MAX);
        let lacking = |way: &Way<'_>| {
            let lacks = self.lacks(way, &question.wanted, on, now)?;
            let ended = matches!(lacks.first(), Some(Lack::Ended(_))).then(|| way.until());
            Some((lacks.len(), Reverse(ended), lacks, way.at))
        };
        let ways = self.every_way(&reached).filter_map(|way| lacking(&way).map(|lacking| (lacking, way)));
        let nearest = ways.min_by(|(a, _), (b, _)| a.cmp(b));
        Ok(nearest.map(|((.., lacks, _), way)| Miss { chain: self.chain(&way), lacks }))
    }

    /// Finds what the subject of a question stands for.
    fn reached(&self, question: &Question, enough: Timestamp) -> Vec<Reached> {
        self.graph.leaf(&question.subject).map(|leaf| self.graph.reach(leaf, enough)).unwrap_or_default()
    }

    /// Iterates over all ways to permissions.
    pub(super) fn every_way<'a>(&'a self, reached: &'a [Reached]) -> impl Iterator<Item = Way<'a>> {
        reached.iter().enumerate().flat_map(move |(at, one)| {
            let held = self.all_held(one.holder).iter();
            held.flat_map(move |held| {
                let permissions = self.roles.permissions(held.role);
                permissions.map(move |permission| Way { reached, at, held, permission })
            })
        })
    }

    /// Counts the steps of a way.
    fn steps(&self, way: &Way<'_>) -> usize {
        let members = std::iter::successors(Some(way.at), |at| way.reached.get(*at)?.by.map(|(below, _)| below));
        members.count() + self.roles.way(way.held.role, way.permission).len()
    }

    /// Lists what a way lacks, sorted; `None` where it is about another resource.
    fn lacks(&self, way: &Way<'_>, wanted: &Wanted, on: On, now: Timestamp) -> Option<Vec<Lack>> {
        let Way { held, permission, .. } = way;
        if permission.resource() != wanted.resource {
            return None;
        }
        let until = way.until();
        let ended = (until <= now).then_some(Lack::Ended(until));
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
        Chain { links, expires_at: end(way.until()) }
    }

    /// Links a subject to the holder of a role.
    fn memberships(&self, way: &Way<'_>) -> Vec<Link> {
        let (mut links, mut at) = (Vec::new(), way.at);
        while let Some((below, edge)) = way.reached.get(at).and_then(|reached| reached.by) {
            if let (Some(Holder::Members(of)), Some((by, pointer))) =
                (self.graph.holder(edge.above), self.graph.written(&edge))
            {
                let step = Step::Member { of: of.clone() };
                links.push(Link { step, by: by.clone(), pointer, until: end(edge.until) });
            }
            at = below;
        }
        links.reverse();
        links
    }
}
