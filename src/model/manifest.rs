//! Manifests: what was read and has the shape of its kind, before anything is looked up.

use std::collections::{BTreeMap, BTreeSet};

use super::canonical::Canonical;
use super::finding::Finding;
use super::id::ResourceId;
use super::kind::Spec;
use super::origin::Origin;
use super::site::Site;

/// One declaration, typed.
#[derive(Debug, Clone)]
pub struct Manifest {
    pub id: ResourceId,
    pub spec: Spec,
    /// The form of the spec that is compared, hashed, stored and shown.
    pub canonical: Canonical,
    pub labels: BTreeMap<String, String>,
    pub site: Site,
}

/// Counters of what was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Read {
    /// Files that hold at least one manifest, or tried to.
    pub files: usize,
    /// YAML and JSON files that hold none.
    pub left_alone: usize,
}

/// All manifests of a snapshot, sorted by path and document, and what could not be read.
#[derive(Debug, Clone, Default)]
pub struct Manifests {
    pub manifests: Vec<Manifest>,
    /// What is declared but cannot be read, or not wholly: it exists, so that what refers to it is not blamed as well.
    pub unread: BTreeSet<ResourceId>,
    /// The words of what cannot be read at all: what they name may be declared there.
    pub mentioned: BTreeSet<String>,
    pub findings: Vec<Finding>,
    /// What the first Organization requires of Charter's version, read even where the rest of it cannot be.
    pub requires: Option<(String, Origin)>,
    pub read: Read,
}
