//! Who may do what: memberships followed to any depth, roles with what they inherit, and bindings, each with its end.
//!
//! Nothing is followed before it is asked about: an index is as large as what is written.

mod chain;
mod compare;
mod effective;
mod grants;
mod graph;
mod leads;
mod lookup;
mod redundant;
mod roles;
mod rows;
mod walk;

use std::cmp::Reverse;

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
use graph::{Graph, Node};
use roles::{Asked, Roles};
use rows::Rows;
use walk::walk;

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
    held: Rows<Held>,
    /// The same for deciding: of one role on one team the binding that ends last.
    bound: Rows<Bound>,
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

/// A role on a team, and when the last binding to it ends.
#[derive(Debug, Clone, Copy)]
struct Bound {
    on: On,
    role: usize,
    until: Timestamp,
}

/// How many roles of a holder are asked one by one.
const FEW: usize = 8;

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
        let (bindings, held, bound) = (Vec::new(), Rows::default(), Rows::default());
        let mut access = Access { vocabulary, graph, roles, bindings, held, bound };
        let mut held = Vec::new();
        for (id, spec) in specs {
            held.extend(RoleBinding::of(spec).into_iter().flat_map(|binding| access.bind(id, binding, &zone)));
        }
        held.sort_by_key(|(holder, held)| (*holder, held.on, held.role, Reverse(held.until)));
        access.bound = Rows::of(lasting(&held));
        access.held = Rows::of(held);
        access
    }

    /// Notes a binding, and returns what each of its subjects holds by it.
    fn bind(&mut self, id: &ResourceId, binding: &RoleBinding, zone: &TimeZone) -> Vec<(Node, Held)> {
        let given = lookup::given(id, binding, |id| self.roles.place(id), |id| self.graph.members_of(id));
        let Some((role, on)) = given else { return Vec::new() };
        let until = binding.expires.map_or(Timestamp::MAX, |expires| expires.end(zone));
        let place = self.bindings.len();
        self.bindings.push(id.clone());
        let held = |(index, subject)| {
            Some((self.graph.enter(id.team.as_ref(), subject)?, Held { on, role, until, binding: place, index }))
        };
        binding.subjects.placed().into_iter().filter_map(held).collect()
    }

    /// Decides a question at a moment. A subject that is named nowhere may do nothing.
    ///
    /// # Errors
    /// Where an action, a resource or a team is asked about that the organisation does not have.
    pub fn decide(&self, question: &Question, now: Timestamp) -> Result<bool, Unknown> {
        let on = self.on(&question.wanted)?;
        let asked = self.roles.ask(&question.wanted);
        Ok(self.graph.leaf(&question.subject).is_some_and(|leaf| self.allows(leaf, on, &asked, now)))
    }

    fn allows(&self, leaf: Node, on: On, asked: &Asked<'_>, now: Timestamp) -> bool {
        let is_holder = |node| self.holds(self.bound.row(node), on, asked, now);
        !asked.is_nobodys() && walk([leaf], |node| self.graph.above(node, now), is_holder)
    }

    /// Says whether what a holder is bound to, on a team or everywhere, grants what is asked.
    fn holds(&self, bound: &[Bound], on: On, asked: &Asked<'_>, now: Timestamp) -> bool {
        if bound.len() <= FEW {
            let is_on = |one: &&Bound| one.on.is_none() || one.on == on;
            return bound.iter().filter(is_on).any(|one| self.stands(one, asked, now));
        }
        self.holds_on(None, bound, asked, now) || on.is_some() && self.holds_on(on, bound, asked, now)
    }

    fn holds_on(&self, on: On, bound: &[Bound], asked: &Asked<'_>, now: Timestamp) -> bool {
        let (from, to) = (bound.partition_point(|one| one.on < on), bound.partition_point(|one| one.on <= on));
        let bound = bound.get(from..to).unwrap_or_default();
        let few = if bound.len() > FEW { self.roles.granting(asked, bound.len()) } else { None };
        match few {
            // Of many roles of one holder and few that grant it the few are looked for.
            Some(roles) => roles.into_iter().any(|role| {
                let one = bound.get(bound.partition_point(|one| one.role < role));
                one.is_some_and(|one| one.role == role && one.until > now)
            }),
            None => bound.iter().any(|one| self.stands(one, asked, now)),
        }
    }

    fn stands(&self, one: &Bound, asked: &Asked<'_>, now: Timestamp) -> bool {
        one.until > now && self.roles.grants(one.role, asked)
    }

    /// Lists the subjects that may do what is wanted at a moment, sorted.
    ///
    /// # Errors
    /// As [`Access::decide`].
    pub fn who(&self, wanted: &Wanted, now: Timestamp) -> Result<Vec<Question>, Unknown> {
        let on = self.on(wanted)?;
        let asked = self.roles.ask(wanted);
        let nodes = self.graph.nodes();
        let mut found: Vec<Question> = nodes
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

    fn all_held(&self, holder: Node) -> &[Held] {
        self.held.row(holder)
    }
}

/// Keeps of what is sorted by holder, team and role the first each.
fn lasting(held: &[(Node, Held)]) -> Vec<(Node, Bound)> {
    let bound = |(holder, Held { on, role, until, .. }): &(Node, Held)| {
        (*holder, Bound { on: *on, role: *role, until: *until })
    };
    let mut bound: Vec<(Node, Bound)> = held.iter().map(bound).collect();
    bound.dedup_by_key(|(holder, one)| (*holder, one.on, one.role));
    bound
}

fn known(what: &'static str, word: &str, words: &Set<Name>) -> Result<(), Unknown> {
    if words.iter().any(|known| known.as_str() == word) {
        return Ok(());
    }
    let help = did_you_mean(word, words.iter().map(Name::as_str));
    Err(Unknown { what, word: word.to_owned(), help })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A user with many roles everywhere and on a team, by two bindings each, of which every third has ended.
    fn many() -> Vec<(ResourceId, Spec)> {
        let mut specs = Vec::new();
        let mut add = |id: String, spec| {
            let id: ResourceId = id.parse().unwrap();
            specs.push((id.clone(), Spec::read(id.kind, spec).unwrap()));
        };
        add("Organization/acme".into(), json!({"currency": "USD", "timezone": "UTC"}));
        add("Team/web".into(), json!({}));
        for n in 0..40_usize {
            let inherits: Vec<String> = (!n.is_multiple_of(2)).then(|| format!("r{}", n - 1)).into_iter().collect();
            add(format!("Role/r{n}"), json!({"inherits": inherits, "permissions": [format!("read:agents/n{n}")]}));
            let place = if n < 20 { "web/" } else { "" };
            for (name, end) in
                [("a", "2026-01-01"), ("b", if n.is_multiple_of(3) { "2026-06-01" } else { "2027-01-01" })]
            {
                let spec = json!({"role": format!("r{n}"), "subjects": ["user:ana"], "expires": end});
                add(format!("RoleBinding/{place}{name}{n}"), spec);
            }
        }
        specs
    }

    #[test]
    fn of_many_roles_the_one_that_grants_is_found() {
        let specs = many();
        let access = Access::of(&specs.iter().map(|(id, spec)| (id, spec)).collect::<Vec<_>>());
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let stands = |n: usize| !n.is_multiple_of(3);
        for n in 0..41_usize {
            let holds = n < 40 && (stands(n) || n.is_multiple_of(2) && stands(n + 1));
            for (team, expected) in [(Some("web"), holds), (None, holds && n >= 20)] {
                let team = team.map(|team| team.parse().unwrap());
                let wanted = Wanted::parse(&format!("read:agents/n{n}"), team).unwrap();
                let question = Question::new("user:ANA".parse().unwrap(), wanted).unwrap();
                assert_eq!(access.decide(&question, now), Ok(expected), "{}", question.wanted);
                assert_eq!(access.explain(&question, now).unwrap().is_some(), expected, "{}", question.wanted);
            }
        }
    }
}
