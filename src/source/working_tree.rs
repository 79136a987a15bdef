//! What the working tree changes: the files that differ from the commit, as they lie on disk.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use git2::{Repository, Status, StatusEntry, StatusOptions};

use super::disk::{self, Seen};
use super::error::SourceError;
use super::gathering::Gathering;
use super::tree::{Entry, Sort, escape};

/// The mode of a submodule in the index.
const SUBMODULE: u32 = 0o160_000;

/// The uncommitted changes below the governed path. The empty one is for reading a commit as it is.
#[derive(Debug, Default)]
pub struct Overlay {
    /// The paths whose entry in the commit does not count.
    replaced: HashSet<Vec<u8>>,
    /// The directories of the commit that are on disk no more.
    left: HashSet<Vec<u8>>,
    /// What lies changed on disk, by directory and name.
    listings: HashMap<Vec<u8>, BTreeMap<Vec<u8>, Seen>>,
    changed: usize,
}

impl Overlay {
    /// Reads the changes below a path of the work tree at `root`.
    ///
    /// They are the index against HEAD, the files against the index, and what is untracked and not ignored.
    ///
    /// # Errors
    /// Where something cannot be read or changes meanwhile.
    pub fn new(repo: &Repository, root: &Path, governed: &str) -> Result<Self, SourceError> {
        let fail = |error: git2::Error| SourceError::unreadable(root.as_os_str().as_bytes(), error.message());
        let mut options = StatusOptions::new();
        // A submodule is a finding whatever is in it: nobody needs to look inside.
        options.include_untracked(true).recurse_untracked_dirs(true).exclude_submodules(true);
        options.include_unreadable(true).update_index(false);
        if !governed.is_empty() {
            options.pathspec(governed).disable_pathspec_match(true);
        }
        let statuses = repo.statuses(Some(&mut options)).map_err(fail)?;
        let mut overlay = Overlay::default();
        let wanted = Gathering::new(governed);
        for entry in statuses.iter() {
            overlay.note(root, governed, &entry)?;
            let is_wanted = std::str::from_utf8(entry.path_bytes()).is_ok_and(|path| wanted.wants(path));
            overlay.changed += usize::from(is_wanted);
        }
        let mut index = repo.index().map_err(fail)?;
        index.read(false).map_err(fail)?;
        for submodule in index.iter().filter(|entry| entry.mode == SUBMODULE && is_below(&entry.path, governed)) {
            overlay.add_submodule(root, governed, &submodule.path);
        }
        Ok(overlay)
    }

    fn note(&mut self, root: &Path, governed: &str, entry: &StatusEntry<'_>) -> Result<(), SourceError> {
        let (path, status) = (entry.path_bytes(), entry.status());
        if status.contains(Status::WT_UNREADABLE) {
            return Err(SourceError::unreadable(path, "permission denied"));
        }
        if let Some(repository) = path.strip_suffix(b"/") {
            self.add_submodule(root, governed, repository);
            return Ok(());
        }
        self.replaced.insert(path.to_owned());
        let is_staged_away = status.contains(Status::INDEX_DELETED) && !status.contains(Status::WT_NEW);
        if is_staged_away || status.contains(Status::WT_DELETED) {
            self.note_left(root, path);
            return Ok(());
        }
        let inside = Path::new(OsStr::from_bytes(path));
        if !inside.parent().is_none_or(|parent| disk::is_directory_below(root, parent)) {
            return Err(SourceError::Changed { path: escape(path) });
        }
        let seen = disk::look(&root.join(inside))?;
        // git lists no directory but one that is another repository.
        let sort = if seen.sort == Sort::Directory { Sort::Submodule } else { seen.sort };
        self.add(governed, path, Seen { sort, ..seen });
        Ok(())
    }

    fn note_left(&mut self, root: &Path, path: &[u8]) {
        let ancestors = Path::new(OsStr::from_bytes(path)).ancestors().skip(1);
        let left = ancestors.take_while(|directory| !disk::is_directory_below(root, directory));
        self.left.extend(left.map(|directory| directory.as_os_str().as_bytes().to_owned()));
    }

    fn add_submodule(&mut self, root: &Path, governed: &str, path: &[u8]) {
        let place = root.join(OsStr::from_bytes(path));
        self.replaced.insert(path.to_owned());
        self.add(governed, path, Seen::unread(Sort::Submodule, place));
    }

    /// Adds what lies at a path to the listing of its directory, and the directories above it to theirs.
    fn add(&mut self, governed: &str, path: &[u8], seen: Seen) {
        let (directory, name) = split(path);
        self.listings.entry(directory.to_owned()).or_default().insert(name.to_owned(), seen);
        let mut directory = directory;
        while directory.len() > governed.len() {
            let (above, name) = split(directory);
            let listing = self.listings.entry(above.to_owned()).or_default();
            if listing.contains_key(name) {
                break;
            }
            let place = Path::new(OsStr::from_bytes(directory)).to_owned();
            listing.insert(name.to_owned(), Seen::unread(Sort::Directory, place));
            directory = above;
        }
    }

    /// Says whether an entry of the commit does not count, because its path is changed or deleted.
    pub fn replaces(&self, directory: &str, entry: &Entry<'_>) -> bool {
        entry.sort != Sort::Directory
            && !self.replaced.is_empty()
            && self.replaced.contains(&join(directory, entry.name))
    }

    /// Says whether a directory of the commit is on disk no more.
    pub fn has_left(&self, directory: &str, name: &[u8]) -> bool {
        !self.left.is_empty() && self.left.contains(&join(directory, name))
    }

    /// Lists what lies changed on disk in a directory.
    pub fn listing(&self, directory: &str) -> impl Iterator<Item = (&Vec<u8>, &Seen)> {
        self.listings.get(directory.as_bytes()).into_iter().flatten()
    }

    /// Counts the changed files that may be manifests, and the settings schema.
    pub fn changed(&self) -> usize {
        self.changed
    }
}

/// Splits a path into its directory (empty for the root) and its name.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
    let directory = path.strip_suffix(name).unwrap_or_default();
    (directory.strip_suffix(b"/").unwrap_or(directory), name)
}

fn join(directory: &str, name: &[u8]) -> Vec<u8> {
    if directory.is_empty() { name.to_owned() } else { [directory.as_bytes(), b"/", name].concat() }
}

/// Says whether a path lies below a directory, empty for the root.
fn is_below(path: &[u8], directory: &str) -> bool {
    let rest = path.strip_prefix(directory.as_bytes());
    directory.is_empty() || rest.is_some_and(|rest| rest.starts_with(b"/"))
}
