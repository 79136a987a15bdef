//! A hash trie of manifests (Bagwell, *Ideal Hash Trees*, 2001) with a digest at every node (Merkle 1987).
//!
//! Its shape depends on nothing but what is in it.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::{iter, slice};

use super::digest::Digest;
use super::id::ResourceId;
use super::manifest::Manifest;
use super::name::Name;
use super::way::{OF_TEAM, Way};

/// What stands at the end of a way from now on, or that nothing does.
pub type Change = (Way, Option<Arc<Manifest>>);

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
    /// `None` where there are none.
    sum: Option<Sum>,
}

/// How much is below a branch.
#[derive(Debug, Clone, Copy)]
struct Sum {
    count: usize,
    digest: Digest,
}

impl Trie {
    /// Counts the manifests.
    pub fn count(&self) -> usize {
        self.root.sum.map_or(0, |sum| sum.count)
    }

    /// Returns the digest of all ids and canonical specs; `None` where there are none.
    pub fn digest(&self) -> Option<Digest> {
        self.root.sum.map(|sum| sum.digest)
    }

    /// Finds a manifest.
    pub fn get(&self, way: &Way) -> Option<&Arc<Manifest>> {
        let (mut depth, mut nodes) = (0, self.root.nodes.as_slice());
        loop {
            match at(nodes, way.step(depth)) {
                [(_, Node::Branch(branch))] => nodes = &branch.nodes,
                [(_, Node::Leaf(manifest))] => return Some(manifest).filter(|manifest| manifest.way == *way),
                _ => return None,
            }
            depth += 1;
        }
    }

    /// Iterates over the manifests, always in the same order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Manifest>> {
        leaves(&self.root.nodes)
    }

    /// Iterates over the manifests of a team to which a way leads, always in the same order.
    pub fn of_team(&self, way: Way, team: &Option<Name>) -> impl Iterator<Item = &Arc<Manifest>> {
        let mut nodes = self.root.nodes.as_slice();
        for depth in 0..OF_TEAM {
            nodes = match at(nodes, way.step(depth)) {
                [(_, Node::Branch(branch))] => &branch.nodes,
                leaf => {
                    nodes = leaf;
                    break;
                }
            };
        }
        leaves(nodes).filter(move |manifest| manifest.id.team == *team)
    }

    /// Makes changes, sorted by way, one a way.
    pub fn update(&mut self, changes: &[Change]) {
        Arc::make_mut(&mut self.root).update(0, changes);
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
    fn digest(&self) -> Option<&Digest> {
        match self {
            Node::Leaf(manifest) => Some(&manifest.digest),
            Node::Branch(branch) => branch.sum.as_ref().map(|sum| &sum.digest),
        }
    }

    fn count(&self) -> usize {
        match self {
            Node::Leaf(_) => 1,
            Node::Branch(branch) => branch.sum.map_or(0, |sum| sum.count),
        }
    }

    /// Returns what stands in a place after changes below it.
    fn after(before: Option<Node>, depth: usize, changes: &[Change]) -> Option<Node> {
        let mut branch = match (before, changes) {
            (None, [(_, now)]) => return now.clone().map(Node::Leaf),
            (Some(Node::Leaf(before)), [(way, now)]) if before.way == *way => return now.clone().map(Node::Leaf),
            (Some(Node::Leaf(other)), [(_, None)]) => return Some(Node::Leaf(other)),
            (Some(Node::Branch(branch)), _) => branch,
            (Some(Node::Leaf(other)), _) => Arc::new(Branch::with(other, depth)),
            (None, _) => Arc::default(),
        };
        Arc::make_mut(&mut branch).update(depth, changes);
        match branch.nodes.as_slice() {
            [] => None,
            [(_, Node::Leaf(only))] => Some(Node::Leaf(only.clone())),
            _ => Some(Node::Branch(branch)),
        }
    }
}

impl Branch {
    fn with(only: Arc<Manifest>, depth: usize) -> Self {
        Branch { nodes: vec![(only.way.step(depth), Node::Leaf(only))], sum: None }
    }

    fn update(&mut self, depth: usize, changes: &[Change]) {
        for below in changes.chunk_by(|(a, _), (b, _)| a.step(depth) == b.step(depth)) {
            let Some(step) = below.first().map(|(way, _)| way.step(depth)) else { continue };
            let (index, before) = match self.nodes.binary_search_by_key(&step, |(step, _)| *step) {
                Ok(index) => (index, Some(self.nodes.remove(index).1)),
                Err(index) => (index, None),
            };
            if let Some(node) = Node::after(before, depth + 1, below) {
                self.nodes.insert(index, (step, node));
            }
        }
        self.sum = (!self.nodes.is_empty()).then(|| sum(&self.nodes));
    }
}

fn sum<'n>(nodes: &'n [(u8, Node)]) -> Sum {
    let part =
        |(step, node): &'n (u8, Node)| iter::once(slice::from_ref(step)).chain(node.digest().map(Digest::as_bytes));
    let parts = nodes.iter().flat_map(part);
    Sum { count: nodes.iter().map(|(_, node)| node.count()).sum(), digest: Digest::of(parts) }
}
