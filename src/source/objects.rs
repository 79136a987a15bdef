//! The walk through the trees of a commit, with what the working tree changes laid over them.

use std::collections::HashSet;
use std::sync::Arc;

use git2::{ObjectType, Odb, OdbObject, Oid};

use super::error::SourceError;
use super::gathering::{Gathering, Place, Wanted};
use super::tree::{Entry, Sort, Twins, entries};
use super::working_tree::Overlay;
use super::{disk, limits};

/// A directory that is still to be listed: a tree of a commit, one on disk, or both.
struct Pending {
    path: String,
    tree: Option<Oid>,
}

struct Walk<'a> {
    odb: &'a Odb<'a>,
    overlay: &'a Overlay,
    gathering: Gathering,
    pending: Vec<Pending>,
}

/// Gathers all below a tree and the overlay. Nothing but trees is read.
///
/// # Errors
/// Where a tree cannot be read.
pub fn walk(odb: &Odb<'_>, governed: &str, tree: Option<Oid>, overlay: &Overlay) -> Result<Gathering, SourceError> {
    let pending = vec![Pending { path: governed.to_owned(), tree }];
    let mut walk = Walk { odb, overlay, gathering: Gathering::new(governed), pending };
    while let Some(directory) = walk.pending.pop().filter(|_| !walk.gathering.is_full()) {
        walk.enter(&directory)?;
    }
    Ok(walk.gathering)
}

impl Walk<'_> {
    fn enter(&mut self, directory: &Pending) -> Result<(), SourceError> {
        let mut twins = Twins::default();
        let mut directories = HashSet::new();
        if let Some(tree) = directory.tree {
            let object = read_tree(self.odb, tree, &directory.path)?;
            for entry in list(object.data(), tree, &directory.path)? {
                self.committed(&mut twins, &directory.path, &entry)?;
                if entry.sort == Sort::Directory {
                    directories.insert(entry.name.to_owned());
                }
            }
        }
        self.changed(&mut twins, &directory.path, &directories);
        Ok(())
    }

    /// Meets an entry of a tree, unless what lies on disk has taken its place.
    fn committed(&mut self, twins: &mut Twins, directory: &str, entry: &Entry<'_>) -> Result<(), SourceError> {
        if self.overlay.replaces(directory, entry) {
            return Ok(());
        }
        // A directory that has left the disk is no twin of the one that came for it; what the index still holds of it
        // counts.
        let is_gone = entry.sort == Sort::Directory && self.overlay.has_left(directory, entry.name);
        let twins = if is_gone { &mut Twins::default() } else { twins };
        let Some(path) = self.gathering.meet(twins, directory, entry.name, entry.sort) else { return Ok(()) };
        let object = id(entry, &path)?;
        if entry.sort == Sort::Directory {
            self.pending.push(Pending { path, tree: Some(object) });
        } else if self.gathering.wants(&path) {
            self.gathering.want(path, Place::Blob(object));
        }
        Ok(())
    }

    /// Meets what lies changed on disk in a directory; the directories of the commit's tree have been met.
    fn changed(&mut self, twins: &mut Twins, directory: &str, met: &HashSet<Vec<u8>>) {
        for (name, seen) in self.overlay.listing(directory) {
            if seen.sort == Sort::Directory && met.contains(name) {
                continue;
            }
            let Some(path) = self.gathering.meet(twins, directory, name, seen.sort) else { continue };
            if seen.sort == Sort::Directory {
                self.pending.push(Pending { path, tree: None });
            } else if self.gathering.wants(&path) {
                self.gathering.want(path, Place::Disk(seen.place.clone()));
            }
        }
    }
}

/// Has the objects of git read from here on without their hash worked out again, as git itself reads them.
///
/// Whoever fetched them has checked it; only what is to land is proved to be what its commit names.
pub fn trust_objects() {
    git2::opts::strict_hash_verification(false);
}

/// Says what is wrong with an object at a path of a tree.
fn unreadable(path: &str, id: Oid, cause: impl std::fmt::Display) -> SourceError {
    let cause = super::error::one_line(&cause.to_string());
    let path = if path.is_empty() { "/" } else { path };
    SourceError::unreadable(
        path,
        format!("object {id}: {cause}; `git fsck` says more, a partial clone needs `git fetch`"),
    )
}

/// Reads a tree object.
///
/// # Errors
/// Where it is not there, damaged, no tree, or larger than is read.
pub fn read_tree<'odb>(odb: &'odb Odb<'_>, id: Oid, path: &str) -> Result<OdbObject<'odb>, SourceError> {
    let fail = |error: git2::Error| unreadable(path, id, error.message());
    let (size, kind) = odb.read_header(id).map_err(fail)?;
    if kind != ObjectType::Tree {
        return Err(unreadable(path, id, "it is no tree"));
    }
    if size as u64 > limits::TREE_BYTES {
        return Err(unreadable(path, id, format!("a tree of {size} bytes, more than {}", limits::TREE_BYTES)));
    }
    odb.read(id).map_err(fail)
}

/// Lists the entries of a tree object.
///
/// # Errors
/// Where the object is damaged.
pub fn list<'object>(tree: &'object [u8], id: Oid, path: &str) -> Result<Vec<Entry<'object>>, SourceError> {
    entries(tree).ok_or_else(|| unreadable(path, id, "it is a damaged tree"))
}

/// Returns the object id of an entry.
///
/// # Errors
/// Where it is none.
pub fn id(entry: &Entry<'_>, path: &str) -> Result<Oid, SourceError> {
    Oid::from_bytes(entry.id).map_err(|error| SourceError::unreadable(path, error.message()))
}

/// Returns the size of a file in bytes, in git from the header of its object: it may be larger than the memory.
///
/// The index of git tells no such size: what it notes is that of the file that was checked out, after filters that the
/// repository itself may choose, and modulo 4 GiB.
///
/// # Errors
/// Where the object cannot be read or is no file.
pub fn size(odb: &Odb<'_>, wanted: &Wanted) -> Result<u64, SourceError> {
    let (id, path) = match &wanted.place {
        Place::Disk(place) => return Ok(place.size),
        Place::Blob(id) => (*id, &wanted.path),
    };
    let (size, kind) = odb.read_header(id).map_err(|error| unreadable(path, id, error.message()))?;
    if kind == ObjectType::Blob { Ok(size as u64) } else { Err(unreadable(path, id, "it is no file")) }
}

/// Reads a file from where it is.
///
/// # Errors
/// Where it is not there or damaged.
pub fn read(odb: &Odb<'_>, wanted: &Wanted) -> Result<Arc<[u8]>, SourceError> {
    match &wanted.place {
        Place::Disk(place) => disk::read(place),
        Place::Blob(id) => {
            let object = odb.read(*id).map_err(|error| unreadable(&wanted.path, *id, error.message()))?;
            let is_file = object.kind() == ObjectType::Blob;
            is_file.then(|| object.data().into()).ok_or_else(|| unreadable(&wanted.path, *id, "it is no file"))
        }
    }
}
