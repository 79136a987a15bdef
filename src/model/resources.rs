//! Resources by kind, team and name, shared between states that have them in common.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::digest::Digest;
use super::id::ResourceId;
use super::kind::Kind;
use super::manifest::Manifest;
use super::name::Name;

/// The resources of a state.
///
/// A clone shares everything, and a change copies no more than the kind and the team that it is in. Each level keeps the
/// digest of what is below it (a hash tree, Merkle 1987), so that two states are compared, and one is digested, at the
/// cost of what differs.
#[derive(Debug, Clone, Default)]
pub struct Resources {
    kinds: BTreeMap<Kind, Arc<OfKind>>,
}

/// The resources of one kind by their teams.
#[derive(Debug, Clone, Default)]
struct OfKind {
    teams: BTreeMap<Option<Name>, Arc<OfTeam>>,
    count: usize,
    digest: Option<Digest>,
}

/// The resources of one kind and team by their names.
#[derive(Debug, Clone, Default)]
struct OfTeam {
    names: BTreeMap<Name, Arc<Manifest>>,
    digest: Option<Digest>,
}

impl Resources {
    /// Finds a resource.
    pub fn get(&self, id: &ResourceId) -> Option<&Arc<Manifest>> {
        self.kinds.get(&id.kind)?.teams.get(&id.team)?.names.get(&id.name)
    }

    /// Iterates in the order of an apply.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Manifest>> {
        self.kinds.keys().flat_map(|kind| self.of_kind(*kind))
    }

    /// Iterates over the resources of a kind, by team and name.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Arc<Manifest>> {
        let teams = self.kinds.get(&kind).into_iter().flat_map(|of_kind| of_kind.teams.values());
        teams.flat_map(|of_team| of_team.names.values())
    }

    /// Iterates over the resources of a kind and a team, by name.
    pub fn of_team(&self, kind: Kind, team: &Option<Name>) -> impl Iterator<Item = &Arc<Manifest>> {
        let of_team = self.kinds.get(&kind).and_then(|of_kind| of_kind.teams.get(team));
        of_team.into_iter().flat_map(|of_team| of_team.names.values())
    }

    /// Counts the resources of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.kinds.get(&kind).map_or(0, |of_kind| of_kind.count)
    }

    /// Counts all resources.
    pub fn len(&self) -> usize {
        self.kinds.values().map(|of_kind| of_kind.count).sum()
    }

    /// Says whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sets some resources, or takes them out where nothing is given.
    pub fn update(&mut self, changes: impl IntoIterator<Item = (ResourceId, Option<Arc<Manifest>>)>) {
        let mut touched = BTreeSet::new();
        for (id, manifest) in changes {
            let of_kind = Arc::make_mut(self.kinds.entry(id.kind).or_default());
            let of_team = Arc::make_mut(of_kind.teams.entry(id.team.clone()).or_default());
            let before = of_team.names.len();
            match manifest {
                Some(manifest) => drop(of_team.names.insert(id.name, manifest)),
                None => drop(of_team.names.remove(&id.name)),
            }
            of_kind.count = of_kind.count + of_team.names.len() - before;
            touched.insert((id.kind, id.team));
        }
        let kinds: BTreeSet<Kind> = touched.iter().map(|(kind, _)| *kind).collect();
        for (kind, team) in touched {
            let of_kind = self.kinds.get_mut(&kind).map(Arc::make_mut);
            of_kind.into_iter().for_each(|of_kind| of_kind.settle(&team));
        }
        for kind in kinds {
            self.kinds.get_mut(&kind).map(Arc::make_mut).into_iter().for_each(OfKind::seal);
        }
    }

    /// Digests all resources by their ids and canonical specs.
    pub fn digest(&self) -> Digest {
        self.digest_of(Kind::ALL)
    }

    /// Digests the resources of some kinds.
    pub fn digest_of(&self, kinds: &[Kind]) -> Digest {
        let of_kinds = self.kinds.iter().filter(|(kind, _)| kinds.contains(kind));
        let parts = of_kinds.filter_map(|(kind, of_kind)| Some([kind.as_str(), of_kind.digest.as_ref()?.as_str()]));
        let parts: Vec<[&str; 2]> = parts.collect();
        Digest::of(parts.as_flattened().iter().map(|part| part.as_bytes()))
    }

    /// Says whether the resources of a kind are the very same in another state.
    pub fn is_same(&self, other: &Resources, kind: Kind) -> bool {
        match (self.kinds.get(&kind), other.kinds.get(&kind)) {
            (Some(ours), Some(theirs)) => Arc::ptr_eq(ours, theirs),
            (ours, theirs) => ours.is_none() && theirs.is_none(),
        }
    }

    /// Lists the resources that were read anew since another state, and those of it that are gone.
    ///
    /// A resource that was read anew is another, even where it asks for the same: it may be written otherwise.
    pub fn renewed(&self, other: &Resources) -> (Vec<Arc<Manifest>>, Vec<ResourceId>) {
        let (mut renewed, mut gone) = (Vec::new(), Vec::new());
        let nothing = (Arc::new(OfKind::default()), Arc::new(OfTeam::default()));
        for kind in Kind::ALL.iter().filter(|kind| !self.is_same(other, **kind)) {
            let [ours, theirs] = [self, other].map(|resources| resources.kinds.get(kind).unwrap_or(&nothing.0));
            let teams: BTreeSet<&Option<Name>> = ours.teams.keys().chain(theirs.teams.keys()).collect();
            for team in teams {
                let [ours, theirs] = [ours, theirs].map(|of_kind| of_kind.teams.get(team).unwrap_or(&nothing.1));
                if !Arc::ptr_eq(ours, theirs) {
                    let is_new = |(name, manifest): &(&Name, &Arc<Manifest>)| {
                        theirs.names.get(name).is_none_or(|theirs| !Arc::ptr_eq(theirs, manifest))
                    };
                    renewed.extend(ours.names.iter().filter(is_new).map(|(_, manifest)| manifest.clone()));
                    let is_gone = |manifest: &&Arc<Manifest>| !ours.names.contains_key(&manifest.id.name);
                    gone.extend(theirs.names.values().filter(is_gone).map(|manifest| manifest.id.clone()));
                }
            }
        }
        (renewed, gone)
    }

    /// Lists the resources that are not the same in another state.
    pub fn differing(&self, other: &Resources) -> BTreeSet<ResourceId> {
        let (nothing, mut differing) = (OfKind::default(), BTreeSet::new());
        for kind in Kind::ALL {
            let of_kind = |resources: &'_ Resources| resources.kinds.get(kind).cloned();
            let (ours, theirs) = (of_kind(self), of_kind(other));
            let [ours, theirs] = [&ours, &theirs].map(|of_kind| of_kind.as_deref().unwrap_or(&nothing));
            ours.compare(theirs, &mut differing);
        }
        differing
    }
}

impl OfKind {
    /// Brings the digest of a team up to date, or takes the team out where nothing is left of it.
    fn settle(&mut self, team: &Option<Name>) {
        match self.teams.get_mut(team).map(Arc::make_mut) {
            Some(of_team) if of_team.names.is_empty() => drop(self.teams.remove(team)),
            Some(of_team) => of_team.seal(),
            None => {}
        }
    }

    fn seal(&mut self) {
        let parts = self.teams.iter().filter_map(|(team, of_team)| {
            Some([team.as_ref().map_or("", Name::as_str), of_team.digest.as_ref()?.as_str()])
        });
        let parts: Vec<[&str; 2]> = parts.collect();
        // Nothing is digested like a kind that was never there.
        self.digest = (!parts.is_empty()).then(|| Digest::of(parts.as_flattened().iter().map(|part| part.as_bytes())));
    }

    fn compare(&self, other: &OfKind, differing: &mut BTreeSet<ResourceId>) {
        if self.digest == other.digest {
            return;
        }
        let nothing = OfTeam::default();
        let teams: BTreeSet<&Option<Name>> = self.teams.keys().chain(other.teams.keys()).collect();
        for team in teams {
            let [ours, theirs] =
                [self, other].map(|of_kind| of_kind.teams.get(team).map_or(&nothing, |of_team| of_team));
            ours.compare(theirs, differing);
        }
    }
}

impl OfTeam {
    fn seal(&mut self) {
        let parts = self.names.values().map(|manifest| [manifest.id.name.as_str(), manifest.canonical.as_str()]);
        let parts: Vec<[&str; 2]> = parts.collect();
        self.digest = Some(Digest::of(parts.as_flattened().iter().map(|part| part.as_bytes())));
    }

    fn compare(&self, other: &OfTeam, differing: &mut BTreeSet<ResourceId>) {
        if self.digest == other.digest {
            return;
        }
        let is_new = |manifest: &&Arc<Manifest>, other: &OfTeam| {
            other.names.get(&manifest.id.name).is_none_or(|theirs| theirs.canonical != manifest.canonical)
        };
        let ours = self.names.values().filter(|manifest| is_new(manifest, other));
        let theirs = other.names.values().filter(|manifest| is_new(manifest, self));
        differing.extend(ours.chain(theirs).map(|manifest| manifest.id.clone()));
    }
}
