//! Who is a member of what: edges from members up to the groups and teams that list them.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::lookup;
use super::rows::Rows;
use super::walk::walk;
use crate::model::expiry::Expiry;
use crate::model::id::ResourceId;
use crate::model::kind::group::Group;
use crate::model::kind::membership::Membership;
use crate::model::kind::team::Team;
use crate::model::kind::{Kind, Spec, Typed};
use crate::model::name::Name;
use crate::model::subject::Subject;

/// A subject or container: an index into the holders of a graph.
pub type Node = u32;

/// Who can hold a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A user, an agent or a service.
    Subject(Subject),
    /// A group or a team, for its members.
    Members(ResourceId),
}

impl std::fmt::Display for Holder {
    /// Writes `user:ana` in lower case, or `Group/sre`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Holder::Subject(subject) => f.write_str(&subject.as_str().to_ascii_lowercase()),
            Holder::Members(id) => write!(f, "{id}"),
        }
    }
}

/// A membership: where it leads, when it ends, and where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub above: Node,
    pub until: Timestamp,
    by: u32,
    index: u32,
}

/// The memberships of an organisation.
#[derive(Debug, Default)]
pub struct Graph {
    leaves: HashMap<Subject, Node>,
    containers: HashMap<ResourceId, Node>,
    teams: HashMap<Name, Node>,
    holders: Vec<Holder>,
    above: Rows<Edge>,
    /// The resources that list members.
    lists: Vec<ResourceId>,
}

/// All that a node stands for, itself first.
#[derive(Debug, Default)]
pub struct Reach(Vec<Reached>);

/// A holder that a node stands for, and until when at the latest.
#[derive(Debug, Clone, Copy)]
pub struct Reached {
    pub holder: Node,
    pub until: Timestamp,
    /// The place of the one before on the way to it, and the membership from there; `None` for the node itself.
    by: Option<(usize, Edge)>,
}

impl Reach {
    /// Iterates over the holders.
    pub fn iter(&self) -> impl Iterator<Item = &Reached> {
        self.0.iter()
    }

    /// Iterates over the memberships on the way to the holder at a place, the last one first.
    pub fn back(&self, place: usize) -> impl Iterator<Item = &Edge> {
        let by = |place: usize| self.0.get(place)?.by.as_ref();
        std::iter::successors(by(place), move |(before, _)| by(*before)).map(|(_, edge)| edge)
    }
}

/// A member that a resource lists, and where and how long it does.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    pub index: usize,
    pub subject: &'a Subject,
    pub until: Option<Expiry>,
}

/// Lists whom a group, a team or a membership lists, each once.
pub fn listed(spec: &Spec) -> Vec<Listed<'_>> {
    let always = |(index, subject)| Listed { index, subject, until: None };
    if let Some(group) = Group::of(spec) {
        return group.members.placed().into_iter().map(always).collect();
    }
    if let Some(team) = Team::of(spec) {
        return team.members.placed().into_iter().map(always).collect();
    }
    let members = Membership::of(spec).map(|membership| membership.members.placed()).unwrap_or_default();
    members.into_iter().map(|(index, one)| Listed { index, subject: one.subject(), until: one.until() }).collect()
}

/// Returns the group or team to whose members a resource adds.
pub fn container(id: &ResourceId) -> Option<ResourceId> {
    if id.kind == Kind::Membership {
        return id.team.clone().map(|name| ResourceId { kind: Kind::Team, team: None, name });
    }
    matches!(id.kind, Kind::Group | Kind::Team).then(|| id.clone())
}

impl Graph {
    /// Reads who is a member of what. Groups and teams that are not declared have no members.
    pub fn of(specs: &[(&ResourceId, &Spec)], zone: &TimeZone) -> Self {
        let mut graph = Graph::default();
        for (id, spec) in specs {
            if matches!(spec.kind(), Kind::Group | Kind::Team) {
                let node = graph.add(Holder::Members((*id).clone()));
                graph.containers.insert((*id).clone(), node);
                if id.kind == Kind::Team {
                    graph.teams.insert(id.name.clone(), node);
                }
            }
        }
        let mut edges = Vec::new();
        for (id, spec) in specs {
            edges.extend(container(id).into_iter().flat_map(|of| graph.list(id, &of, listed(spec), zone)));
        }
        graph.above = Rows::of(edges);
        graph
    }

    fn add(&mut self, holder: Holder) -> Node {
        let node = Node::try_from(self.holders.len()).unwrap_or(Node::MAX);
        self.holders.push(holder);
        node
    }

    /// Notes whom a resource lists as members of a container, and returns what leads from them to it.
    fn list(
        &mut self,
        id: &ResourceId,
        of: &ResourceId,
        members: Vec<Listed<'_>>,
        zone: &TimeZone,
    ) -> Vec<(Node, Edge)> {
        let Some(above) = self.containers.get(of).copied() else { return Vec::new() };
        let by = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
        self.lists.push(id.clone());
        let edge = |Listed { index, subject, until }: Listed<'_>| {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            let until = until.map_or(Timestamp::MAX, |until| until.end(zone));
            Some((self.enter(id.team.as_ref(), subject)?, Edge { above, until, by, index }))
        };
        members.into_iter().filter_map(edge).collect()
    }

    /// Finds whom a subject stands for where it is written; who is nobody yet becomes somebody.
    pub fn enter(&mut self, from: Option<&Name>, subject: &Subject) -> Option<Node> {
        if lookup::container(subject).is_some() {
            return lookup::members(from, subject, |id| self.members_of(id));
        }
        if let Some(node) = self.leaves.get(subject) {
            return Some(*node);
        }
        let node = self.add(Holder::Subject(subject.clone()));
        self.leaves.insert(subject.clone(), node);
        Some(node)
    }

    /// Finds a user, an agent or a service that is named anywhere.
    pub fn leaf(&self, subject: &Subject) -> Option<Node> {
        self.leaves.get(subject).copied()
    }

    /// Finds a team.
    pub fn team(&self, name: &Name) -> Option<Node> {
        self.teams.get(name).copied()
    }

    /// Iterates over the teams.
    pub fn teams(&self) -> impl Iterator<Item = &Name> {
        self.teams.keys()
    }

    /// Iterates over the groups and teams of which a node is a member at a moment.
    pub fn above(&self, node: Node, now: Timestamp) -> impl Iterator<Item = Node> {
        self.above.row(node).iter().filter(move |edge| edge.until > now).map(|edge| edge.above)
    }

    /// Finds a group or a team.
    pub fn members_of(&self, id: &ResourceId) -> Option<Node> {
        self.containers.get(id).copied()
    }

    /// Iterates over the users, agents and services, in the order in which they are named.
    pub fn leaves(&self) -> impl Iterator<Item = Node> {
        self.nodes().filter(|node| self.subject(*node).is_some())
    }

    /// Returns the user, agent or service that a node is.
    pub fn subject(&self, node: Node) -> Option<&Subject> {
        match self.holder(node)? {
            Holder::Subject(subject) => Some(subject),
            Holder::Members(_) => None,
        }
    }

    /// Finds everybody who is one of some nodes or stands for one, to any depth.
    pub fn below(&self, nodes: Vec<Node>) -> Vec<Node> {
        let mut members: HashMap<Node, Vec<Node>> = HashMap::new();
        for member in self.nodes() {
            self.above.row(member).iter().for_each(|edge| members.entry(edge.above).or_default().push(member));
        }
        let mut found = Vec::new();
        walk(
            nodes,
            |node| members.get(&node).into_iter().flatten().copied(),
            |node| {
                found.extend(self.subject(node).map(|_| node));
                false
            },
        );
        found
    }

    /// Returns who a node is.
    pub fn holder(&self, node: Node) -> Option<&Holder> {
        self.holders.get(node as usize)
    }

    /// Iterates over all nodes.
    pub fn nodes(&self) -> impl Iterator<Item = Node> {
        (0..).take(self.holders.len())
    }

    /// Returns the resource that lists a member, and the node of its spec that does.
    pub fn written(&self, edge: &Edge) -> Option<(&ResourceId, String)> {
        let list = self.lists.get(edge.by as usize)?;
        Some((list, format!("/members/{}", edge.index)))
    }

    /// Finds everybody that a node stands for.
    ///
    /// Each is found by the way that lasts longest (the widest path), of two that last as long by the shorter. Ways that
    /// last beyond `enough` last as long. Circles end where they close.
    pub fn reach(&self, node: Node, enough: Timestamp) -> Reach {
        let (mut reached, mut known) = (Vec::new(), HashSet::new());
        let start = Ahead { until: enough, steps: Reverse(0), holder: Reverse(node), list: Reverse(0), by: None };
        let mut open = BinaryHeap::from([start]);
        while let Some(Ahead { until, steps, holder: Reverse(holder), by, .. }) = open.pop() {
            if !known.insert(holder) {
                continue;
            }
            let here = reached.len();
            reached.push(Reached { holder, until, by });
            open.extend(self.above.row(holder).iter().map(|edge| Ahead {
                until: until.min(edge.until),
                steps: Reverse(steps.0 + 1),
                holder: Reverse(edge.above),
                list: Reverse(edge.by),
                by: Some((here, *edge)),
            }));
        }
        Reach(reached)
    }
}

/// A holder to which a way was found that is not yet gone, those that come first the greatest.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ahead {
    until: Timestamp,
    steps: Reverse<usize>,
    holder: Reverse<Node>,
    list: Reverse<u32>,
    by: Option<(usize, Edge)>,
}
