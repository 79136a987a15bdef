//! Manifests: what was read and has the shape of its kind, before anything is looked up.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::canonical::Canonical;
use super::digest::Digest;
use super::finding::Finding;
use super::id::ResourceId;
use super::kind::{Kind, Spec};
use super::mention::{self, Mention};
use super::origin::Origin;
use super::site::Site;
use super::way::Way;

/// One declaration, typed.
#[derive(Debug, Clone)]
pub struct Manifest {
    pub id: ResourceId,
    pub spec: Spec,
    /// The form of the spec that is compared, hashed, stored and shown.
    pub canonical: Canonical,
    /// Of the id and the canonical spec, worked out once.
    pub digest: Digest,
    /// Where it stands among others, worked out once.
    pub way: Way,
    /// The manifest as it is written, without credentials, as JSON: what a policy is asked about.
    pub written: Box<str>,
    pub site: Site,
    mentions: OnceLock<Box<[Mention]>>,
}

impl Manifest {
    /// Makes a manifest with its canonical spec and its digest.
    pub fn new(id: ResourceId, spec: Spec, written: Box<str>, site: Site) -> Self {
        let canonical = spec.canonical();
        let parts = [id.kind.as_str(), id.team_or_empty(), id.name.as_str(), canonical.as_str()];
        let digest = Digest::of(parts.map(str::as_bytes));
        Manifest { way: Way::to(&id), id, spec, canonical, digest, written, site, mentions: OnceLock::new() }
    }

    /// Lists the names that it stands or falls with, worked out once somebody asks.
    pub fn mentions(&self) -> &[Mention] {
        self.mentions.get_or_init(|| mention::all(&self.id, &self.spec))
    }
}

/// What one file holds. What is rare and large stands in a box: there is one of these for each file.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// In the order in which they stand.
    pub manifests: Vec<Arc<Manifest>>,
    /// What is declared but cannot be read, or not wholly: it exists, so that what refers to it is not blamed as well.
    pub unread: Vec<ResourceId>,
    /// The words of what cannot be read at all: what they name may be declared there.
    pub mentioned: BTreeSet<String>,
    /// The kinds of manifests of which nobody can say what they declare.
    pub nameless: BTreeSet<Kind>,
    pub findings: Vec<Finding>,
    /// The first settings of a team that no schema checks.
    pub unchecked: Option<Box<Finding>>,
    /// What the first Organization requires of Charter's version, read even where the rest of it cannot be.
    pub requires: Option<Box<(String, Origin)>>,
    /// Whether all of it is somebody else's.
    pub foreign: bool,
}

impl Parsed {
    /// Makes what a file holds that is somebody else's.
    pub fn foreign() -> Self {
        Parsed { foreign: true, ..Parsed::default() }
    }

    /// Takes in what another document of the same file holds.
    pub fn absorb(&mut self, other: Parsed) {
        self.manifests.extend(other.manifests);
        self.unread.extend(other.unread);
        self.mentioned.extend(other.mentioned);
        self.nameless.extend(other.nameless);
        self.findings.extend(other.findings);
        self.foreign &= other.foreign;
        let requires = self.requires.take();
        self.requires = requires.or(other.requires);
    }

    /// Counts nothing of it as wholly read.
    pub fn tear(&mut self) {
        self.unread.extend(self.manifests.iter().map(|manifest| manifest.id.clone()));
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
