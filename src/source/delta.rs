//! The way from one commit to another: only trees that differ are listed, and only files that differ are read.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use git2::{Odb, Oid};

use super::error::SourceError;
use super::gathering::{Gathering, Place, below};
use super::limits;
use super::objects::{id, list, read, read_tree, size};
use super::tree::{Entry, Sort, Twins};
use crate::model::snapshot::{Extent, Snapshot, SourceFile};

/// What differs between two trees.
#[derive(Debug)]
pub struct Difference {
    /// Sorted by path.
    pub changed: Vec<SourceFile>,
    pub removed: Vec<Arc<str>>,
    pub extent: Extent,
}

/// The trees of directories as they were last read, each with its id: with them the next way begins.
///
/// Only large ones are here. libgit2 keeps the others, and a large one is dear: unpacked and its SHA-1 checked anew,
/// 100,000 entries take tens of milliseconds.
pub type Trees = HashMap<String, Tree>;

/// The id of a tree object and its bytes.
type Tree = (Oid, Arc<[u8]>);

/// The largest tree (bytes) that libgit2 keeps itself.
const SMALL: usize = 4096;

/// A directory that differs: its trees before and after.
struct Pending {
    path: String,
    before: Option<Oid>,
    after: Option<Oid>,
}

struct Walk<'a> {
    odb: &'a Odb<'a>,
    base: &'a Snapshot,
    trees: &'a mut Trees,
    gathering: Gathering,
    pending: Vec<Pending>,
    removed: Vec<Arc<str>>,
    extent: Extent,
    /// Whether there is something that only the whole tells.
    is_odd: bool,
}

/// Compares the governed trees of a snapshot's commit and a later one.
///
/// `None` where it has to be read as a whole: something is wrong with its files as files, or the limits are near, or
/// the schema of the settings, by which every file is judged, is another.
///
/// # Errors
/// Where a tree or a file cannot be read.
pub fn compare(
    odb: &Odb<'_>,
    governed: &str,
    base: &Snapshot,
    trees: &mut Trees,
    (before, after): (Oid, Oid),
) -> Result<Option<Difference>, SourceError> {
    let gathering = Gathering::new(governed);
    let pending = vec![Pending { path: governed.to_owned(), before: Some(before), after: Some(after) }];
    let (removed, extent, is_odd) = (Vec::new(), base.extent, false);
    let mut walk = Walk { odb, base, trees, gathering, pending, removed, extent, is_odd };
    while let Some(directory) = walk.pending.pop() {
        if walk.is_beyond() {
            return Ok(None);
        }
        walk.enter(&directory)?;
    }
    walk.finish()
}

impl Walk<'_> {
    /// Says whether all of it has to be read.
    fn is_beyond(&self) -> bool {
        self.is_odd || self.gathering.is_flawed()
    }

    fn enter(&mut self, directory: &Pending) -> Result<(), SourceError> {
        if directory.before == directory.after {
            return Ok(());
        }
        let (path, known) = (&directory.path, self.trees.remove(&directory.path));
        let read = |tree: Option<Oid>| tree.map(|tree| self.read(tree, path, known.as_ref())).transpose();
        let (before, after) = (read(directory.before)?, read(directory.after)?);
        let (old, new) = (listed(before.as_ref(), path)?, listed(after.as_ref(), path)?);
        self.extent.entries = (self.extent.entries + new.len()).saturating_sub(old.len());
        self.compare(path, &old, &new)?;
        if let Some(kept) = after.filter(|(_, bytes)| bytes.len() > SMALL) {
            self.trees.insert(path.clone(), kept);
        }
        Ok(())
    }

    fn read(&self, tree: Oid, path: &str, known: Option<&Tree>) -> Result<Tree, SourceError> {
        match known.filter(|(id, _)| *id == tree) {
            Some(known) => Ok(known.clone()),
            None => Ok((tree, read_tree(self.odb, tree, path)?.data().into())),
        }
    }

    /// Compares the entries of a directory, both in git's order: what was before and is as it was is passed over.
    fn compare(&mut self, path: &str, before: &[Entry<'_>], after: &[Entry<'_>]) -> Result<(), SourceError> {
        self.is_odd |= !in_order(before) || !in_order(after);
        let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
        let mut fresh = Vec::new();
        while let Some(order) = next_of(old.peek(), new.peek()).filter(|_| !self.is_odd) {
            let (old, new) = (old.next_if(|_| order.is_le()), new.next_if(|_| order.is_ge()));
            match (old, new) {
                (Some(old), Some(new)) if old.id == new.id => {}
                (Some(old), Some(new)) => self.changed(path, old, new)?,
                (Some(old), None) => self.gone(path, old)?,
                (None, new) => fresh.extend(new),
            }
        }
        self.meet(path, &fresh, after)
    }

    /// Takes an entry that holds something else than before under the same name.
    fn changed(&mut self, directory: &str, old: &Entry<'_>, new: &Entry<'_>) -> Result<(), SourceError> {
        match self.gathering.meet(&mut Twins::default(), directory, new.name, new.sort) {
            Some(path) => self.take(path, Some(old), new),
            None => Ok(()),
        }
    }

    /// Meets entries that are new to a directory. A name alone is like no other: it is compared with all.
    fn meet(&mut self, directory: &str, fresh: &[&Entry<'_>], all: &[Entry<'_>]) -> Result<(), SourceError> {
        let mut twins = Twins::default();
        for entry in fresh {
            if let Some(path) = self.gathering.meet(&mut twins, directory, entry.name, entry.sort) {
                self.take(path, None, entry)?;
            }
        }
        let is_known = |entry: &Entry<'_>| std::str::from_utf8(entry.name).is_ok_and(|name| twins.has(name));
        // A fresh name is known to the twins once, itself.
        self.is_odd |= !fresh.is_empty() && all.iter().filter(|entry| is_known(entry)).count() > fresh.len();
        Ok(())
    }

    /// Takes a sound entry, new or other than before.
    fn take(&mut self, path: String, before: Option<&Entry<'_>>, entry: &Entry<'_>) -> Result<(), SourceError> {
        let after = id(entry, &path)?;
        let before = before.map(|before| id(before, &path)).transpose()?;
        if entry.sort == Sort::Directory {
            self.pending.push(Pending { path, before, after: Some(after) });
        } else if self.gathering.wants(&path) {
            self.forget_bytes(&path);
            self.gathering.want(path, Place::Blob(after));
        }
        Ok(())
    }

    /// Notes that an entry is gone; its name was sound, or the base would not be.
    fn gone(&mut self, directory: &str, entry: &Entry<'_>) -> Result<(), SourceError> {
        let Ok(name) = std::str::from_utf8(entry.name) else { return Ok(()) };
        let path = below(directory, name);
        if entry.sort == Sort::Directory {
            let before = Some(id(entry, &path)?);
            self.pending.push(Pending { path, before, after: None });
        } else if let Some(file) = self.base.file(&path) {
            self.removed.push(file.path.clone());
            self.forget_bytes(&path);
        }
        Ok(())
    }

    fn forget_bytes(&mut self, path: &str) {
        let bytes = self.base.file(path).map_or(0, |file| file.bytes.len() as u64);
        self.extent.bytes = self.extent.bytes.saturating_sub(bytes);
    }

    fn finish(self) -> Result<Option<Difference>, SourceError> {
        let Walk { odb, base, gathering, removed, mut extent, is_odd, .. } = self;
        let settings = base.settings_schema.as_ref().map(|file| &file.path);
        let gathered = gathering.read(|wanted| size(odb, wanted), |wanted| read(odb, wanted))?;
        extent.bytes += gathered.extent().bytes;
        let is_beyond = is_odd || gathered.is_flawed();
        let (changed, has_schema) = gathered.into_files();
        let files = base.files.len() + changed.len();
        let is_large = extent.entries > limits::ENTRIES || extent.bytes > limits::TOTAL_BYTES || files > limits::FILES;
        let is_other_schema = has_schema || removed.iter().any(|path| Some(path) == settings);
        if is_beyond || is_large || is_other_schema {
            return Ok(None);
        }
        Ok(Some(Difference { changed, removed, extent }))
    }
}

fn listed<'a>(tree: Option<&'a Tree>, path: &str) -> Result<Vec<Entry<'a>>, SourceError> {
    tree.map_or(Ok(Vec::new()), |(id, bytes)| list(bytes, *id, path))
}

/// Compares two entries of trees by git's order: that of names, of which those of directories end with a slash.
fn by_name(a: &Entry<'_>, b: &Entry<'_>) -> Ordering {
    let common = a.name.len().min(b.name.len());
    let rest = |entry: &Entry<'_>| entry.name.get(common).copied().or((entry.sort == Sort::Directory).then_some(b'/'));
    a.name.get(..common).cmp(&b.name.get(..common)).then_with(|| rest(a).cmp(&rest(b)))
}

/// Says whether each entry comes after the one before it, as git writes them.
fn in_order(entries: &[Entry<'_>]) -> bool {
    entries.is_sorted_by(|a, b| by_name(a, b).is_lt())
}

/// Says which of two entries comes first; `None` where there is none any more.
fn next_of(old: Option<&&Entry<'_>>, new: Option<&&Entry<'_>>) -> Option<Ordering> {
    match (old, new) {
        (Some(old), Some(new)) => Some(by_name(old, new)),
        (Some(_), None) => Some(Ordering::Less),
        (None, Some(_)) => Some(Ordering::Greater),
        (None, None) => None,
    }
}
