//! What the files of a source declare, and where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::code::Code;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::manifest::{Manifest, Parsed, Read};
use crate::model::origin::Origin;

/// What one file holds now, or that it is gone.
pub type Change = (Arc<str>, Option<Parsed>);

/// A place in the order of all: the file, and how many manifests stand before it there.
type Place = (Arc<str>, usize);

/// Everything that is declared.
#[derive(Debug, Default)]
pub struct Declared {
    files: BTreeMap<Arc<str>, Parsed>,
    /// Each resource by its places, sorted: there is one, or it is declared twice.
    places: BTreeMap<ResourceId, Vec<(Place, Arc<Manifest>)>>,
    /// What was not wholly read, and how often.
    unread: BTreeMap<ResourceId, usize>,
    repeated: BTreeSet<ResourceId>,
    /// Files that hold more than manifests: findings, or what is not wholly read.
    remarkable: BTreeSet<Arc<str>>,
    read: Read,
}

impl Declared {
    /// Takes in what files hold now, and lists the resources that they declare or declared.
    pub fn update(&mut self, changes: Vec<Change>) -> BTreeSet<ResourceId> {
        let mut touched = BTreeSet::new();
        for (path, now) in changes {
            if let Some(before) = self.files.remove(&path) {
                self.forget(&path, &before, &mut touched);
            }
            if let Some(now) = now {
                self.learn(&path, &now, &mut touched);
                self.files.insert(path, now);
            }
        }
        touched
    }

    fn forget(&mut self, path: &Arc<str>, before: &Parsed, touched: &mut BTreeSet<ResourceId>) {
        for (position, manifest) in before.manifests.iter().enumerate() {
            let places = self.places.entry(manifest.id.clone()).or_default();
            places.retain(|((file, at), _)| (file, *at) != (path, position));
            let count = places.len();
            self.recount(&manifest.id, count);
            touched.insert(manifest.id.clone());
        }
        for id in &before.unread {
            match self.unread.get_mut(id) {
                Some(count) if *count > 1 => *count -= 1,
                Some(_) | None => drop(self.unread.remove(id)),
            }
            touched.insert(id.clone());
        }
        *self.counter(before.foreign) -= 1;
        self.remarkable.remove(path);
    }

    fn learn(&mut self, path: &Arc<str>, now: &Parsed, touched: &mut BTreeSet<ResourceId>) {
        for (position, manifest) in now.manifests.iter().enumerate() {
            let places = self.places.entry(manifest.id.clone()).or_default();
            let place = (path.clone(), position);
            let index = places.partition_point(|(other, _)| *other < place);
            places.insert(index, (place, manifest.clone()));
            let count = places.len();
            self.recount(&manifest.id, count);
            touched.insert(manifest.id.clone());
        }
        for id in &now.unread {
            *self.unread.entry(id.clone()).or_default() += 1;
            touched.insert(id.clone());
        }
        *self.counter(now.foreign) += 1;
        let is_remarkable = !now.findings.is_empty() || now.unchecked.is_some() || now.requires.is_some();
        if is_remarkable || !now.mentioned.is_empty() {
            self.remarkable.insert(path.clone());
        }
    }

    fn recount(&mut self, id: &ResourceId, count: usize) {
        match count {
            0 => drop(self.places.remove(id)),
            1 => drop(self.repeated.remove(id)),
            _ => drop(self.repeated.insert(id.clone())),
        }
    }

    fn counter(&mut self, foreign: bool) -> &mut usize {
        if foreign { &mut self.read.left_alone } else { &mut self.read.files }
    }

    /// Returns the manifest that counts for a resource: the first.
    pub fn first(&self, id: &ResourceId) -> Option<&Arc<Manifest>> {
        self.places.get(id)?.first().map(|(_, manifest)| manifest)
    }

    /// Iterates over resources that are declared more than once: all their manifests in order.
    pub fn repeated(&self) -> impl Iterator<Item = Vec<&Manifest>> {
        let places = self.repeated.iter().filter_map(|id| self.places.get(id));
        places.map(|places| places.iter().map(|(_, manifest)| &**manifest).collect())
    }

    /// Iterates over the ids of resources that are declared more than once.
    pub fn repeated_ids(&self) -> impl Iterator<Item = &ResourceId> {
        self.repeated.iter()
    }

    /// Says whether something is declared and not wholly read.
    pub fn is_unread(&self, id: &ResourceId) -> bool {
        self.unread.contains_key(id)
    }

    /// Lists what is not wholly read.
    pub fn unread(&self) -> BTreeSet<ResourceId> {
        self.unread.keys().cloned().collect()
    }

    /// Lists the kinds of manifests of which nobody can say what they declare.
    pub fn nameless(&self) -> BTreeSet<Kind> {
        self.remarkable().flat_map(|parsed| parsed.nameless.iter().copied()).collect()
    }

    /// Lists the words of what cannot be read at all.
    pub fn mentioned(&self) -> BTreeSet<String> {
        self.remarkable().flat_map(|parsed| parsed.mentioned.iter().cloned()).collect()
    }

    /// Iterates over the findings about single files; that settings are unchecked is said once.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let unchecked = self.remarkable().find_map(|parsed| parsed.unchecked.as_deref());
        self.remarkable().flat_map(|parsed| &parsed.findings).chain(unchecked)
    }

    /// Says whether there is a file of which not even the words are known.
    pub fn is_blind(&self) -> bool {
        self.findings().any(|finding| matches!(finding.code, Code::InvalidEncoding | Code::NotFetched))
    }

    /// Returns what is required of Charter's version, first.
    pub fn requires(&self) -> Option<&(String, Origin)> {
        self.remarkable().find_map(|parsed| parsed.requires.as_deref())
    }

    /// Counts the files.
    pub fn read(&self) -> Read {
        self.read
    }

    fn remarkable(&self) -> impl Iterator<Item = &Parsed> {
        self.remarkable.iter().filter_map(|path| self.files.get(path))
    }
}
