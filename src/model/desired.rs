//! Desired: what the manifests say, all references resolved.

use std::collections::BTreeMap;

use super::digest::Digest;
use super::flaws::Flaws;
use super::id::ResourceId;
use super::kind::Typed;
use super::kind::organization::Organization;
use super::lineage::Lineage;
use super::manifest::Manifest;
use super::snapshot::Revision;

/// The state that a revision asks for.
#[derive(Debug, Clone)]
pub struct Desired {
    pub revision: Option<Revision>,
    pub lineage: Lineage,
    pub resources: BTreeMap<ResourceId, Manifest>,
    pub flaws: Flaws,
    pub digest: Digest,
}

impl Desired {
    /// Makes the desired state of a revision and digests it.
    pub fn new(
        revision: Option<Revision>,
        lineage: Lineage,
        resources: BTreeMap<ResourceId, Manifest>,
        flaws: Flaws,
    ) -> Self {
        let digest = digest(&resources);
        Desired { revision, lineage, resources, flaws, digest }
    }

    /// Returns the organisation, if one is declared.
    pub fn organization(&self) -> Option<(&ResourceId, &Organization)> {
        self.declared::<Organization>().map(|(id, organization, _)| (id, organization)).next()
    }

    /// Iterates over the resources of a kind with their typed specs.
    pub fn declared<K: Typed>(&self) -> impl Iterator<Item = (&ResourceId, &K, &Manifest)> {
        let of_kind =
            self.resources.iter().skip_while(|(id, _)| id.kind < K::KIND).take_while(|(id, _)| id.kind == K::KIND);
        of_kind.filter_map(|(id, resource)| K::of(&resource.spec).map(|spec| (id, spec, resource)))
    }
}

fn digest(resources: &BTreeMap<ResourceId, Manifest>) -> Digest {
    let parts: Vec<(String, &str)> =
        resources.iter().map(|(id, resource)| (id.to_string(), resource.canonical.as_str())).collect();
    Digest::of(parts.iter().flat_map(|(id, spec)| [id.as_bytes(), spec.as_bytes()]))
}
