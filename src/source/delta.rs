//! The way from one commit to another: only trees that differ are listed, and only files that differ are read.

use std::collections::HashMap;
use std::sync::Arc;

use git2::{Odb, Oid};

use super::error::SourceError;
use super::gathering::{Gathering, Place, below};
use super::limits;
use super::objects::{blob_size, id, list, read, read_tree};
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

/// A directory that differs: its trees before and after.
struct Pending {
    path: String,
    before: Option<Oid>,
    after: Option<Oid>,
}

struct Walk<'a> {
    odb: &'a Odb<'a>,
    base: &'a Snapshot,
    gathering: Gathering,
    pending: Vec<Pending>,
    removed: Vec<Arc<str>>,
    extent: Extent,
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
    (before, after): (Oid, Oid),
) -> Result<Option<Difference>, SourceError> {
    let gathering = Gathering::new(governed);
    let pending = vec![Pending { path: governed.to_owned(), before: Some(before), after: Some(after) }];
    let mut walk = Walk { odb, base, gathering, pending, removed: Vec::new(), extent: base.extent };
    while let Some(directory) = walk.pending.pop() {
        if walk.gathering.is_flawed() {
            return Ok(None);
        }
        walk.enter(&directory)?;
    }
    walk.finish()
}

impl Walk<'_> {
    fn enter(&mut self, directory: &Pending) -> Result<(), SourceError> {
        if directory.before == directory.after {
            return Ok(());
        }
        let path = &directory.path;
        let read = |tree: Option<Oid>| tree.map(|tree| read_tree(self.odb, tree, path)).transpose();
        let (before, after) = (read(directory.before)?, read(directory.after)?);
        let before = before.as_ref().map(|object| list(object, path)).transpose()?.unwrap_or_default();
        let after = after.as_ref().map(|object| list(object, path)).transpose()?.unwrap_or_default();
        self.extent.entries = (self.extent.entries + after.len()).saturating_sub(before.len());
        self.compare(path, &before, &after)
    }

    /// Compares the entries of a directory. Names are looked at only where one is new: alone it is like no other.
    fn compare(&mut self, path: &str, before: &[Entry<'_>], after: &[Entry<'_>]) -> Result<(), SourceError> {
        let mut gone: HashMap<&[u8], &Entry<'_>> = before.iter().map(|entry| (entry.name, entry)).collect();
        let pairs: Vec<_> = after.iter().map(|entry| (entry, gone.remove(entry.name))).collect();
        let has_new = pairs.iter().any(|(entry, before)| before.is_none_or(|before| before.sort != entry.sort));
        let mut twins = Twins::default();
        for (entry, before) in pairs {
            if has_new || before.is_none_or(|before| before.id != entry.id) {
                self.meet(&mut twins, path, entry, before)?;
            }
        }
        gone.into_values().try_for_each(|entry| self.gone(path, entry))
    }

    fn meet(
        &mut self,
        twins: &mut Twins,
        directory: &str,
        entry: &Entry<'_>,
        before: Option<&Entry<'_>>,
    ) -> Result<(), SourceError> {
        let Some(path) = self.gathering.meet(twins, directory, entry.name, entry.sort) else { return Ok(()) };
        let after = id(entry, &path)?;
        let same = before.filter(|before| before.sort == entry.sort);
        if let (Some(before), None) = (before, same) {
            self.gone(directory, before)?;
        }
        let same = same.map(|before| id(before, &path)).transpose()?;
        if entry.sort == Sort::Directory {
            self.pending.push(Pending { path, before: same, after: Some(after) });
        } else if self.gathering.wants(&path) && same != Some(after) {
            self.forget_bytes(&path);
            let size = blob_size(self.odb, after, &path)?;
            self.extent.bytes += size;
            self.gathering.want(path, size, Place::Blob(after));
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
        let Walk { odb, base, gathering, removed, extent, .. } = self;
        let settings = base.settings_schema.as_ref().map(|file| &file.path);
        let is_flawed = gathering.is_flawed();
        let gathered = gathering.read(|wanted| read(odb, wanted))?;
        let (changed, has_schema) = gathered.into_files();
        let files = base.files.len() + changed.len();
        let is_large = extent.entries > limits::ENTRIES || extent.bytes > limits::TOTAL_BYTES || files > limits::FILES;
        let is_other_schema = has_schema || removed.iter().any(|path| Some(path) == settings);
        if is_flawed || is_large || is_other_schema {
            return Ok(None);
        }
        Ok(Some(Difference { changed, removed, extent }))
    }
}
