//! A hash trie of manifests (Bagwell, *Ideal Hash Trees*, 2001) with a digest at every node (Merkle 1987).
//!
//! Its shape depends on nothing but what is in it. The way to a resource is by BLAKE3, so that nobody makes it long by a
//! choice of names.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::digest::Digest;
use super::id::ResourceId;
use super::manifest::Manifest;
use super::name::Name;

/// How many steps of a way tell the team: the resources of a team stand below a node.
const OF_TEAM: usize = 4;

/// The manifests of one kind. A clone shares all nodes, and a change copies those on its way.
#[derive(Debug, Clone, Default)]
pub struct Trie {
    root: Arc<Branch>,
}

/// What stands in one place.
#[derive(Debug, Clone)]
enum Node {
    Leaf(Arc<Manifest>),
    /// At least two leaves.
    Branch(Arc<Branch>),
}

#[derive(Debug, Clone, Default)]
struct Branch {
    /// By the steps that lead to them, sorted; at most 16.
    nodes: Vec<(u8, Node)>,
    /// `None` while it is being changed.
    sum: Option<Sum>,
}

/// How much is below a branch.
#[derive(Debug, Clone, Copy)]
struct Sum {
    count: usize,
    digest: Digest,
}

/// The way from the root to a resource, four bits a step.
struct Way {
    team: Digest,
    name: Digest,
}

impl Way {
    fn to(id: &ResourceId) -> Way {
        let (team, name) = (id.team_or_empty(), id.name.as_str());
        Way { team: of_team(team), name: Digest::of([team, name].map(str::as_bytes)) }
    }

    fn step(&self, depth: usize) -> u8 {
        match depth.checked_sub(OF_TEAM) {
            Some(depth) => step(&self.name, depth),
            None => step(&self.team, depth),
        }
    }
}

fn of_team(team: &str) -> Digest {
    Digest::of([team.as_bytes()])
}

fn step(digest: &Digest, depth: usize) -> u8 {
    let byte = digest.as_bytes().get(depth / 2).copied().unwrap_or_default();
    if depth.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
}

impl Trie {
    /// Counts the manifests.
    pub fn count(&self) -> usize {
        self.root.sum.map_or(0, |sum| sum.count)
    }

    /// Returns the digest of all ids and canonical specs; `None` where there are none.
    pub fn digest(&self) -> Option<Digest> {
        self.root.sum.filter(|sum| sum.count > 0).map(|sum| sum.digest)
    }

    /// Finds a manifest.
    pub fn get(&self, id: &ResourceId) -> Option<&Arc<Manifest>> {
        let (way, mut depth, mut nodes) = (Way::to(id), 0, self.root.nodes.as_slice());
        loop {
            match at(nodes, way.step(depth)) {
                [(_, Node::Branch(branch))] => nodes = &branch.nodes,
                [(_, Node::Leaf(manifest))] => return Some(manifest).filter(|manifest| manifest.id == *id),
                _ => return None,
            }
            depth += 1;
        }
    }

    /// Iterates over the manifests, always in the same order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Manifest>> {
        leaves(&self.root.nodes)
    }

    /// Iterates over the manifests of a team, always in the same order.
    pub fn of_team(&self, team: &Option<Name>) -> impl Iterator<Item = &Arc<Manifest>> {
        let (way, mut nodes) = (of_team(team.as_ref().map_or("", Name::as_str)), self.root.nodes.as_slice());
        for depth in 0..OF_TEAM {
            nodes = match at(nodes, step(&way, depth)) {
                [(_, Node::Branch(branch))] => &branch.nodes,
                leaf => {
                    nodes = leaf;
                    break;
                }
            };
        }
        leaves(nodes).filter(move |manifest| manifest.id.team == *team)
    }

    /// Sets a manifest, or takes it out where none is given; the digests are as they were until [`Trie::seal`].
    pub fn set(&mut self, id: &ResourceId, manifest: Option<Arc<Manifest>>) {
        Arc::make_mut(&mut self.root).set(&Way::to(id), 0, id, manifest);
    }

    /// Brings counts and digests up to date, at the cost of what was set.
    pub fn seal(&mut self) {
        seal(&mut self.root);
    }

    /// Says whether it is the very same.
    pub fn is(&self, other: &Trie) -> bool {
        Arc::ptr_eq(&self.root, &other.root)
    }

    /// Adds the manifests that are not the very same in another trie, at the cost of what was set in between.
    pub fn renewed(&self, other: &Trie, found: &mut Vec<Arc<Manifest>>) {
        if !self.is(other) {
            renewed(&self.root.nodes, &other.root.nodes, found);
        }
    }

    /// Adds what is not the same in another trie, at the cost of what differs.
    pub fn compare(&self, other: &Trie, differing: &mut BTreeSet<ResourceId>) {
        if self.digest() != other.digest() {
            compare(&self.root.nodes, &other.root.nodes, differing);
        }
    }
}

/// Adds the manifests that are not the very same in the same place of another trie.
fn renewed(ours: &[(u8, Node)], theirs: &[(u8, Node)], found: &mut Vec<Arc<Manifest>>) {
    for (step, node) in ours {
        match (node, at(theirs, *step)) {
            (Node::Branch(ours), [(_, Node::Branch(theirs))]) if Arc::ptr_eq(ours, theirs) => {}
            (Node::Branch(ours), [(_, Node::Branch(theirs))]) => renewed(&ours.nodes, &theirs.nodes, found),
            (node, theirs) => {
                let known: HashSet<*const Manifest> = leaves(theirs).map(Arc::as_ptr).collect();
                let own = [(*step, node.clone())];
                found.extend(leaves(&own).filter(|one| !known.contains(&Arc::as_ptr(one))).cloned());
            }
        }
    }
}

/// Finds the node at a step: one or none.
fn at(nodes: &[(u8, Node)], step: u8) -> &[(u8, Node)] {
    let found = nodes.binary_search_by_key(&step, |(step, _)| *step);
    found.ok().and_then(|index| nodes.get(index..=index)).unwrap_or_default()
}

fn leaves(nodes: &[(u8, Node)]) -> impl Iterator<Item = &Arc<Manifest>> {
    let mut open = vec![nodes.iter()];
    std::iter::from_fn(move || {
        loop {
            match open.last_mut()?.next() {
                Some((_, Node::Leaf(manifest))) => return Some(manifest),
                Some((_, Node::Branch(branch))) => open.push(branch.nodes.iter()),
                None => drop(open.pop()),
            }
        }
    })
}

/// Returns the count and the digest of what was sealed.
fn seal(branch: &mut Arc<Branch>) -> Sum {
    if let Some(sum) = branch.sum {
        return sum;
    }
    let branch = Arc::make_mut(branch);
    let (mut count, mut parts) = (0, Vec::with_capacity(branch.nodes.len()));
    for (step, node) in &mut branch.nodes {
        let sum = match node {
            Node::Leaf(manifest) => Sum { count: 1, digest: manifest.digest },
            Node::Branch(branch) => seal(branch),
        };
        count += sum.count;
        parts.push(([*step], sum.digest));
    }
    let parts = parts.iter().flat_map(|(step, digest)| [step.as_slice(), digest.as_bytes()]);
    *branch.sum.insert(Sum { count, digest: Digest::of(parts) })
}

/// Adds what stands in one of two places and not in the other, whichever nodes they are made of.
fn compare(ours: &[(u8, Node)], theirs: &[(u8, Node)], differing: &mut BTreeSet<ResourceId>) {
    let steps: BTreeSet<u8> = ours.iter().chain(theirs).map(|(step, _)| *step).collect();
    for step in steps {
        match (at(ours, step), at(theirs, step)) {
            ([(_, ours)], [(_, theirs)]) if ours.digest() == theirs.digest() => {}
            ([(_, Node::Branch(ours))], [(_, Node::Branch(theirs))]) => compare(&ours.nodes, &theirs.nodes, differing),
            (ours, theirs) => {
                // One of them is a leaf, or nothing: nearly all of the other differs.
                let [ours, theirs] =
                    [ours, theirs].map(|nodes| leaves(nodes).map(|one| (&one.id, one.digest)).collect());
                let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) = (ours, theirs);
                differing.extend(ours.symmetric_difference(&theirs).map(|(id, _)| (*id).clone()));
            }
        }
    }
}

impl Node {
    fn digest(&self) -> Option<Digest> {
        match self {
            Node::Leaf(manifest) => Some(manifest.digest),
            Node::Branch(branch) => branch.sum.map(|sum| sum.digest),
        }
    }

    /// Returns what stands in the place after a manifest was set or taken out.
    fn set(self, way: &Way, depth: usize, id: &ResourceId, manifest: Option<Arc<Manifest>>) -> Option<Node> {
        match (self, manifest) {
            (Node::Leaf(before), manifest) if before.id == *id => manifest.map(Node::Leaf),
            (Node::Leaf(other), None) => Some(Node::Leaf(other)),
            (Node::Leaf(other), Some(manifest)) => {
                let mut branch = Branch::default();
                branch.set(&Way::to(&other.id), depth, &other.id, Some(other.clone()));
                branch.set(way, depth, id, Some(manifest));
                Some(Node::Branch(Arc::new(branch)))
            }
            (Node::Branch(mut branch), manifest) => {
                Arc::make_mut(&mut branch).set(way, depth, id, manifest);
                Some(branch.only_leaf().unwrap_or(Node::Branch(branch)))
            }
        }
    }
}

impl Branch {
    fn set(&mut self, way: &Way, depth: usize, id: &ResourceId, manifest: Option<Arc<Manifest>>) {
        self.sum = None;
        let step = way.step(depth);
        let (index, node) = match self.nodes.binary_search_by_key(&step, |(step, _)| *step) {
            Ok(index) => (index, self.nodes.remove(index).1.set(way, depth + 1, id, manifest)),
            Err(index) => (index, manifest.map(Node::Leaf)),
        };
        if let Some(node) = node {
            self.nodes.insert(index, (step, node));
        }
    }

    /// Returns the leaf that stands in the place of a branch that has no other.
    fn only_leaf(&self) -> Option<Node> {
        match self.nodes.as_slice() {
            [(_, Node::Leaf(only))] => Some(Node::Leaf(only.clone())),
            _ => None,
        }
    }
}
