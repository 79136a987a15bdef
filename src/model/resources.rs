//! Resources by kind, team and name, shared between states that have them in common.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::digest::Digest;
use super::id::ResourceId;
use super::kind::Kind;
use super::manifest::Manifest;
use super::name::Name;
use super::trie::{Change, Trie};
use super::way::Way;

/// The resources of a state.
///
/// A clone shares everything, and a change copies no more than the way to what changes. Two states are compared, and one is
/// digested, at the cost of what differs. Within a kind the order is one that nobody chose, the same for the same
/// resources in whatever steps they came: who shows them sorts them.
#[derive(Debug, Clone, Default)]
pub struct Resources {
    /// None of them is empty.
    kinds: BTreeMap<Kind, Trie>,
}

impl Resources {
    /// Finds a resource.
    pub fn get(&self, id: &ResourceId) -> Option<&Arc<Manifest>> {
        self.at(&Way::to(id))
    }

    /// Finds the resource to which a way leads.
    pub fn at(&self, way: &Way) -> Option<&Arc<Manifest>> {
        self.kinds.get(&way.kind)?.get(way)
    }

    /// Iterates, what is referred to before what refers to it.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Manifest>> {
        self.kinds.values().flat_map(Trie::iter)
    }

    /// Iterates over the resources of a kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Arc<Manifest>> {
        self.kinds.get(&kind).into_iter().flat_map(Trie::iter)
    }

    /// Iterates over the resources of a kind and a team, at the cost of these.
    pub fn of_team(&self, kind: Kind, team: &Option<Name>) -> impl Iterator<Item = &Arc<Manifest>> {
        let way = Way::to_team(kind, team.as_ref().map_or("", Name::as_str));
        self.kinds.get(&kind).into_iter().flat_map(move |of_kind| of_kind.of_team(way, team))
    }

    /// Counts the resources of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.kinds.get(&kind).map_or(0, Trie::count)
    }

    /// Counts all resources.
    pub fn len(&self) -> usize {
        self.kinds.values().map(Trie::count).sum()
    }

    /// Says whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Makes changes, kinds side by side; of several to one resource the last counts.
    pub fn update(&mut self, mut changes: Vec<Change>) {
        changes.par_sort_by_key(|(way, _)| *way);
        changes.dedup_by(|later, earlier| {
            let is_same = later.0 == earlier.0;
            if is_same {
                std::mem::swap(later, earlier);
            }
            is_same
        });
        let of_kinds = changes.chunk_by(|(a, _), (b, _)| a.kind == b.kind);
        let of_kinds = of_kinds.filter_map(|of_kind| Some((of_kind.first()?.0.kind, of_kind)));
        let mut of_kinds: Vec<(Kind, Trie, &[Change])> =
            of_kinds.map(|(kind, of_kind)| (kind, self.kinds.remove(&kind).unwrap_or_default(), of_kind)).collect();
        of_kinds.par_iter_mut().for_each(|(_, trie, changes)| trie.update(changes));
        let of_kinds = of_kinds.into_iter().filter(|(_, trie, _)| trie.count() > 0);
        self.kinds.extend(of_kinds.map(|(kind, trie, _)| (kind, trie)));
    }

    /// Digests all resources by their ids and canonical specs.
    pub fn digest(&self) -> Digest {
        self.digest_of(Kind::ALL)
    }

    /// Digests the resources of some kinds.
    pub fn digest_of(&self, kinds: &[Kind]) -> Digest {
        let of_kinds = self.kinds.iter().filter(|(kind, _)| kinds.contains(kind));
        let digests: Vec<_> = of_kinds.filter_map(|(kind, of_kind)| Some((kind.as_str(), of_kind.digest()?))).collect();
        Digest::of(digests.iter().flat_map(|(kind, digest)| [kind.as_bytes(), digest.as_bytes()]))
    }

    /// Says whether the resources of a kind are the very same in another state.
    pub fn is_same(&self, other: &Resources, kind: Kind) -> bool {
        match (self.kinds.get(&kind), other.kinds.get(&kind)) {
            (Some(ours), Some(theirs)) => ours.is(theirs),
            (ours, theirs) => ours.is_none() && theirs.is_none(),
        }
    }

    /// Lists the resources that were read anew since another state, and those of it that are gone.
    ///
    /// A resource that was read anew is another, even where it asks for the same: it may be written otherwise.
    pub fn renewed(&self, other: &Resources) -> (Vec<Arc<Manifest>>, Vec<ResourceId>) {
        let (nothing, mut renewed, mut replaced) = (Trie::default(), Vec::new(), Vec::new());
        for kind in Kind::ALL {
            let [ours, theirs] = [self, other].map(|state| state.kinds.get(kind).unwrap_or(&nothing));
            ours.renewed(theirs, &mut renewed);
            theirs.renewed(ours, &mut replaced);
        }
        let gone = replaced.into_iter().map(|manifest| manifest.id.clone()).filter(|id| self.get(id).is_none());
        (renewed, gone.collect())
    }

    /// Lists the resources that are not the same in another state.
    pub fn differing(&self, other: &Resources) -> BTreeSet<ResourceId> {
        self.differing_of(Kind::ALL, other)
    }

    /// Lists the resources of some kinds that are not the same in another state.
    pub fn differing_of(&self, kinds: &[Kind], other: &Resources) -> BTreeSet<ResourceId> {
        let (nothing, mut differing) = (Trie::default(), BTreeSet::new());
        for kind in kinds {
            let [ours, theirs] = [self, other].map(|state| state.kinds.get(kind).unwrap_or(&nothing));
            ours.compare(theirs, &mut differing);
        }
        differing
    }
}
