//! What the files of a source declare, and where.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::model::code::Code;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::manifest::{Manifest, Parsed, Read};
use crate::model::origin::Origin;
use crate::model::resources::Resources;
use crate::model::way::Way;

/// What one file holds now, or that it is gone.
pub type Change = (Arc<str>, Option<Box<Parsed>>);

/// Everything that is declared.
#[derive(Debug, Default)]
pub struct Declared {
    files: HashMap<Arc<str>, Box<Parsed>>,
    /// Of each resource the manifest that counts: the first.
    resources: Resources,
    /// Resources that are declared more than once: all their manifests, in the order of their places.
    repeated: BTreeMap<ResourceId, Vec<Arc<Manifest>>>,
    /// What was not wholly read, and how often.
    unread: BTreeMap<ResourceId, usize>,
    /// Files that hold more than manifests: findings, or what is not wholly read.
    remarkable: BTreeSet<Arc<str>>,
    read: Read,
}

/// What files declare now and declared before, as far as they changed.
#[derive(Debug, Default)]
pub struct Touched {
    come: Vec<Arc<Manifest>>,
    gone: Vec<Arc<Manifest>>,
    unread: Vec<ResourceId>,
}

impl Touched {
    /// Iterates over the resources, some of them more than once.
    pub fn ids(&self) -> impl Iterator<Item = &ResourceId> {
        self.come.iter().chain(&self.gone).map(|manifest| &manifest.id).chain(&self.unread)
    }
}

impl Declared {
    /// Takes in what files hold now, each file once, and lists what they declare or declared.
    pub fn update(&mut self, changes: Vec<Change>) -> Touched {
        let now = changes.par_iter().filter_map(|(_, now)| now.as_ref());
        let come = now.flat_map_iter(|now| now.manifests.iter().cloned()).collect();
        let mut touched = Touched { come, ..Touched::default() };
        self.files.reserve(changes.len());
        for (path, now) in changes {
            let before = match now {
                Some(now) => {
                    self.learn(&path, &now, &mut touched);
                    self.files.insert(path, now)
                }
                None => {
                    self.remarkable.remove(&path);
                    self.files.remove(&path)
                }
            };
            before.into_iter().for_each(|before| self.forget(&before, &mut touched));
        }
        self.settle(&touched);
        touched
    }

    fn forget(&mut self, before: &Parsed, touched: &mut Touched) {
        touched.gone.extend(before.manifests.iter().cloned());
        for id in &before.unread {
            match self.unread.get_mut(id) {
                Some(count) if *count > 1 => *count -= 1,
                Some(_) | None => drop(self.unread.remove(id)),
            }
            touched.unread.push(id.clone());
        }
        *self.counter(before.foreign) -= 1;
    }

    fn learn(&mut self, path: &Arc<str>, now: &Parsed, touched: &mut Touched) {
        for id in &now.unread {
            *self.unread.entry(id.clone()).or_default() += 1;
            touched.unread.push(id.clone());
        }
        *self.counter(now.foreign) += 1;
        let is_remarkable = !now.findings.is_empty() || now.unchecked.is_some() || now.requires.is_some();
        if is_remarkable || !now.mentioned.is_empty() {
            self.remarkable.insert(path.clone());
        } else {
            self.remarkable.remove(path);
        }
    }

    /// Works out which manifests of what was touched count, and which are declared more than once.
    fn settle(&mut self, touched: &Touched) {
        let gone: HashSet<*const Manifest> = touched.gone.iter().map(Arc::as_ptr).collect();
        let mut all: Vec<(Way, &Arc<Manifest>)> =
            touched.gone.iter().chain(&touched.come).map(|manifest| (manifest.way, manifest)).collect();
        all.par_sort_unstable_by_key(|(way, _)| *way);
        let mut changes = Vec::with_capacity(all.len());
        for of_one in all.chunk_by(|(a, _), (b, _)| a == b) {
            let Some((way, manifest)) = of_one.first() else { continue };
            let stood =
                self.repeated.remove(&manifest.id).unwrap_or_else(|| Vec::from_iter(self.resources.at(way).cloned()));
            let come = of_one.iter().map(|(_, manifest)| Arc::clone(manifest));
            let mut now: Vec<_> =
                stood.into_iter().chain(come).filter(|one| !gone.contains(&Arc::as_ptr(one))).collect();
            now.sort_by(|a, b| place(a).cmp(&place(b)));
            changes.push((*way, now.first().cloned()));
            if now.len() > 1 {
                self.repeated.insert(manifest.id.clone(), now);
            }
        }
        self.resources.update(changes);
    }

    fn counter(&mut self, foreign: bool) -> &mut usize {
        if foreign { &mut self.read.left_alone } else { &mut self.read.files }
    }

    /// Returns what is declared, of what is declared more than once the first.
    pub fn resources(&self) -> &Resources {
        &self.resources
    }

    /// Iterates over what was touched, some of it more than once, and says whether it is declared now, readable or not.
    pub fn standing<'t>(&'t self, touched: &'t Touched) -> impl Iterator<Item = (&'t ResourceId, bool)> {
        let come = touched.come.iter().map(|manifest| (&manifest.id, true));
        let others = touched.gone.iter().map(|manifest| &manifest.id).chain(&touched.unread);
        let stands = |id| self.resources.get(id).is_some() || self.unread.contains_key(id);
        come.chain(others.map(move |id| (id, stands(id))))
    }

    /// Iterates over resources that are declared more than once: all their manifests in order.
    pub fn repeated(&self) -> impl Iterator<Item = &[Arc<Manifest>]> {
        self.repeated.values().map(Vec::as_slice)
    }

    /// Iterates over the ids of resources that are declared more than once.
    pub fn repeated_ids(&self) -> impl Iterator<Item = &ResourceId> {
        self.repeated.keys()
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
        self.remarkable.iter().filter_map(|path| self.files.get(path).map(|parsed| &**parsed))
    }
}

/// Returns the place of a manifest in the order of all; of two items of a list the one with more digits is the later.
fn place(manifest: &Manifest) -> (&str, u32, usize, &str) {
    let Origin { path, document, pointer, .. } = &manifest.site.origin;
    (path, *document, pointer.len(), pointer)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::kind::Spec;
    use crate::model::site::Site;

    fn role(pointer: &str) -> Arc<Manifest> {
        let site = Site { origin: Origin::value(&"a.yaml".into(), 0, pointer), bare: true, left_out: Vec::new() };
        let spec = Spec::read(Kind::Role, json!({})).unwrap();
        Arc::new(Manifest::new("Role/dev".parse().unwrap(), spec, "{}".into(), site))
    }

    #[test]
    fn of_many_items_of_a_list_the_first_by_number_counts() {
        let mut declared = Declared::default();
        let mut first = |pointers: &[&str]| {
            let manifests = pointers.iter().map(|pointer| role(pointer)).collect();
            declared.update(vec![("a.yaml".into(), Some(Box::new(Parsed { manifests, ..Parsed::default() })))]);
            let first = declared.resources().iter().map(|first| first.site.origin.pointer.clone()).collect::<Vec<_>>();
            (first, declared.repeated().map(<[_]>::len).collect::<Vec<_>>())
        };
        assert_eq!(first(&["/roles/10", "/roles/9", "/roles/2"]), (vec!["/roles/2".to_owned()], vec![3]));
        assert_eq!(first(&["/roles/9"]), (vec!["/roles/9".to_owned()], vec![]));
        assert_eq!(first(&[]), (vec![], vec![]));
    }
}
