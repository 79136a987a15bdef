//! Who may do what: memberships followed to any depth, roles with what they inherit, and bindings, each with its end.
//!
//! Nothing is expanded but what is asked about: an index is as large as what is written.

mod chain;
mod compare;
mod effective;
mod grants;
mod graph;
mod leads;
mod lookup;
mod roles;
mod walk;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use compare::compare;
pub use effective::{change, effective};
pub use leads::leads;

use crate::model::id::ResourceId;
use crate::model::kind::organization::{Organization, Vocabulary};
use crate::model::kind::role_binding::RoleBinding;
use crate::model::kind::{Kind, Spec, Typed};
use crate::model::name::Name;
use crate::model::nearest::did_you_mean;
use crate::model::permission::ALL;
use crate::model::question::{Question, Wanted};
use crate::model::set::Set;
use graph::{Graph, Node, Reached};
use roles::{Asked, Roles};

/// The kinds of resources from which access follows.
pub const KINDS: &[Kind] =
    &[Kind::Organization, Kind::Role, Kind::RoleBinding, Kind::Group, Kind::Membership, Kind::Team];

/// Whose resources a binding is about: a team's, by its node, or with `None` everybody's.
type On = Option<Node>;

/// The effective access of an organisation.
#[derive(Debug)]
pub struct Access {
    vocabulary: Vocabulary,
    graph: Graph,
    roles: Roles,
    bindings: Vec<ResourceId>,
    /// What each holder is bound to, sorted by team.
    held: Vec<Vec<Held>>,
    /// What each subject stands for.
    reached: Vec<Vec<Reached>>,
}

/// A role that a holder has.
#[derive(Debug, Clone, Copy)]
struct Held {
    on: On,
    role: usize,
    until: Timestamp,
    binding: usize,
    /// The index of the subject in the binding.
    index: usize,
}

/// Why a question cannot be answered: it is about what the organisation does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {what} `{word}`{}", help.as_ref().map(|near| format!(": did you mean `{near}`?")).unwrap_or_default())]
pub struct Unknown {
    pub what: &'static str,
    pub word: String,
    pub help: Option<String>,
}

impl Access {
    /// Works out who may do what, from typed specs in any order.
    pub fn of(specs: &[(&ResourceId, &Spec)]) -> Self {
        let organization = specs.iter().find_map(|(_, spec)| Organization::of(spec));
        let zone = organization.map_or(TimeZone::UTC, Organization::zone);
        let vocabulary = organization.map(|organization| organization.vocabulary.clone()).unwrap_or_default();
        let (graph, roles) = (Graph::of(specs, &zone), Roles::of(specs));
        let (bindings, held, reached) = (Vec::new(), Vec::new(), Vec::new());
        let mut access = Access { vocabulary, graph, roles, bindings, held, reached };
        for (id, spec) in specs {
            RoleBinding::of(spec).into_iter().for_each(|binding| access.bind(id, binding, &zone));
        }
        access.held.iter_mut().for_each(|held| held.sort_by_key(|held| held.on));
        access.held.resize_with(access.graph.len(), Vec::new);
        access.reached = (0..).take(access.graph.len()).map(|node| access.reach(node)).collect();
        access
    }

    fn bind(&mut self, id: &ResourceId, binding: &RoleBinding, zone: &TimeZone) {
        let from = id.team.as_ref();
        let Some(role) = self.roles.find(from, &binding.role) else { return };
        let Ok(on) = from.map(|team| self.graph.team(team).ok_or(())).transpose() else { return };
        let until = binding.expires.map_or(Timestamp::MAX, |expires| expires.end(zone));
        let place = self.bindings.len();
        self.bindings.push(id.clone());
        for (index, subject) in binding.subjects.placed() {
            let Some(holder) = self.graph.enter(from, subject) else { continue };
            if self.held.len() < self.graph.len() {
                self.held.resize_with(self.graph.len(), Vec::new);
            }
            let held = Held { on, role, until, binding: place, index };
            self.held.get_mut(holder as usize).into_iter().for_each(|all| all.push(held));
        }
    }

    /// Finds what a subject stands for that holds anything; groups and teams do not ask.
    fn reach(&self, node: Node) -> Vec<Reached> {
        self.graph.subject(node).map(|_| self.graph.reach(node)).unwrap_or_default()
    }

    /// Decides a question at a moment. A subject that is named nowhere may do nothing.
    ///
    /// # Errors
    /// Where an action, a resource or a team is asked about that the organisation does not have.
    pub fn decide(&self, question: &Question, now: Timestamp) -> Result<bool, Unknown> {
        let on = self.on(&question.wanted)?;
        let Wanted { action, resource, name, .. } = &question.wanted;
        let asked = self.roles.ask(action, resource, name.as_deref());
        Ok(self.graph.leaf(&question.subject).is_some_and(|leaf| self.allows(leaf, on, &asked, now)))
    }

    fn allows(&self, leaf: Node, on: On, asked: &Asked<'_>, now: Timestamp) -> bool {
        let mut standing = self.reached(leaf).iter().filter(|reached| reached.until > now);
        standing.any(|reached| {
            let mut held = self.held(reached.holder, on).filter(|held| held.until > now);
            held.any(|held| self.roles.grants(held.role, asked))
        })
    }

    /// Lists the subjects that may do what is wanted at a moment, sorted.
    ///
    /// # Errors
    /// As [`Access::decide`].
    pub fn who(&self, wanted: &Wanted, now: Timestamp) -> Result<Vec<Question>, Unknown> {
        let on = self.on(wanted)?;
        let asked = self.roles.ask(&wanted.action, &wanted.resource, wanted.name.as_deref());
        let mut found: Vec<Question> = (0..)
            .take(self.graph.len())
            .filter(|node| self.allows(*node, on, &asked, now))
            .filter_map(|node| self.graph.subject(node))
            .map(|subject| Question { subject: subject.clone(), wanted: wanted.clone() })
            .collect();
        found.sort_by(|a, b| a.subject.cmp(&b.subject));
        Ok(found)
    }

    /// Finds the team that is asked about, and sees to it that the organisation has the words.
    fn on(&self, wanted: &Wanted) -> Result<On, Unknown> {
        let Wanted { action, resource, team, .. } = wanted;
        if action != ALL {
            known("action", action, &self.vocabulary.actions)?;
        }
        known("resource", resource, &self.vocabulary.resources)?;
        team.as_ref().map(|team| self.team(team)).transpose()
    }

    fn team(&self, name: &Name) -> Result<Node, Unknown> {
        let near = || did_you_mean(name.as_str(), self.graph.teams().map(Name::as_str));
        self.graph.team(name).ok_or_else(|| Unknown { what: "team", word: name.to_string(), help: near() })
    }

    /// Returns what a subject stands for, itself first.
    fn reached(&self, leaf: Node) -> &[Reached] {
        self.reached.get(leaf as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// Iterates over what a holder is bound to everywhere and on a team.
    fn held(&self, holder: Node, on: On) -> impl Iterator<Item = &Held> {
        let all = self.all_held(holder);
        let of = |on: On| {
            let (from, to) = (all.partition_point(|held| held.on < on), all.partition_point(|held| held.on <= on));
            all.get(from..to).unwrap_or_default()
        };
        let of_team = if on.is_some() { of(on) } else { &[] };
        of(None).iter().chain(of_team)
    }

    fn all_held(&self, holder: Node) -> &[Held] {
        self.held.get(holder as usize).map(Vec::as_slice).unwrap_or_default()
    }
}

fn known(what: &'static str, word: &str, words: &Set<Name>) -> Result<(), Unknown> {
    if words.iter().any(|known| known.as_str() == word) {
        return Ok(());
    }
    let help = did_you_mean(word, words.iter().map(Name::as_str));
    Err(Unknown { what, word: word.to_owned(), help })
}
