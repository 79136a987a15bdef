//! Manifests: what was read and has the shape of its kind, before anything is looked up.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Finding;
use super::id::ResourceId;
use super::kind::Spec;
use super::origin::Origin;

/// One declaration, typed.
#[derive(Debug, Clone)]
pub struct Manifest {
    pub id: ResourceId,
    pub spec: Spec,
    pub labels: BTreeMap<String, String>,
    /// The node that a pointer `/spec/…` or `/metadata/…` continues: the document, or the item of a bare `roles:` list.
    pub origin: Origin,
    /// Whether it is an item of a bare `roles:` document, whose spec is the item itself.
    pub bare: bool,
}

impl Manifest {
    /// Names the node at a pointer below `spec`.
    pub fn spec_origin(&self, pointer: &str) -> Origin {
        if self.bare { self.origin.child(pointer) } else { self.origin.child(&format!("/spec{pointer}")) }
    }

    /// Names the node that holds the name.
    pub fn name_origin(&self) -> Origin {
        self.origin.child(if self.bare { "/name" } else { "/metadata/name" })
    }

    /// Names the node that holds the team.
    pub fn team_origin(&self) -> Origin {
        self.origin.child("/metadata/team")
    }
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
    /// What is declared but cannot be read: it exists, so that what refers to it is not blamed as well.
    pub unread: BTreeSet<ResourceId>,
    pub findings: Vec<Finding>,
    /// What the first Organization requires of Charter's version, read even where the rest of it cannot be.
    pub requires: Option<(String, Origin)>,
    pub read: Read,
}
