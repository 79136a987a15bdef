//! Desired: what the manifests say, all references resolved.

use super::digest::Digest;
use super::flaws::Flaws;
use super::id::ResourceId;
use super::kind::organization::Organization;
use super::kind::{Spec, Typed};
use super::lineage::Lineage;
use super::manifest::Manifest;
use super::resources::Resources;
use super::snapshot::Revision;

/// The state that a revision asks for. A clone shares its resources.
#[derive(Debug, Clone)]
pub struct Desired {
    pub revision: Option<Revision>,
    pub lineage: Lineage,
    pub resources: Resources,
    pub flaws: Flaws,
    pub digest: Digest,
}

impl Desired {
    /// Makes the desired state of a revision and digests it.
    pub fn new(revision: Option<Revision>, lineage: Lineage, resources: Resources, flaws: Flaws) -> Self {
        let digest = resources.digest();
        Desired { revision, lineage, resources, flaws, digest }
    }

    /// Returns the organisation, if one is declared; of several the first by name.
    pub fn organization(&self) -> Option<(&ResourceId, &Organization)> {
        self.declared::<Organization>().map(|(id, organization, _)| (id, organization)).min_by_key(|(id, _)| *id)
    }

    /// Lists the resources with their typed specs, by id.
    pub fn specs(&self) -> Vec<(&ResourceId, &Spec)> {
        let mut specs: Vec<_> = self.resources.iter().map(|manifest| (&manifest.id, &manifest.spec)).collect();
        specs.sort_by_key(|(id, _)| *id);
        specs
    }

    /// Iterates over the resources of a kind with their typed specs, in the order of [`Resources`].
    pub fn declared<K: Typed>(&self) -> impl Iterator<Item = (&ResourceId, &K, &Manifest)> {
        self.resources
            .of_kind(K::KIND)
            .filter_map(|manifest| K::of(&manifest.spec).map(|spec| (&manifest.id, spec, &**manifest)))
    }
}
