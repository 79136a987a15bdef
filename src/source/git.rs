//! A git repository as a source: blobs straight out of the object database, never a checkout.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use git2::{Commit, ErrorCode, Odb, Oid, Repository};

use super::delta::{self, Difference, Trees};
use super::disk;
use super::error::SourceError;
use super::gathering::Wanted;
use super::objects::{id, list, read, read_tree, size, walk};
use super::revision::{self, Found};
use super::roots::Roots;
use super::tree::{Entry, Sort, escape};
use super::working_tree::Overlay;
use super::{At, Source};
use crate::model::lineage::Lineage;
use crate::model::nearest::did_you_mean;
use crate::model::snapshot::{Delta, Revision, Snapshot, SourceFile};

/// What is done with each file as soon as it is read.
type Seen<'a> = &'a mut dyn FnMut(&SourceFile);

/// A repository, kept open.
pub struct Git {
    pub repo: Repository,
    /// The governed path inside the repository, empty for its root.
    pub governed: String,
    /// The branch that counts in place of HEAD, once there is one.
    pub branch: OnceCell<String>,
    /// The address of the repository of which this is a copy.
    known_as: Option<String>,
    roots: Roots,
    trees: RefCell<Trees>,
}

impl fmt::Debug for Git {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Git({})", self.describe())
    }
}

impl Git {
    /// Governs a path of a repository.
    pub fn new(repo: Repository, governed: String, branch: Option<String>) -> Self {
        let branch = branch.map(OnceCell::from).unwrap_or_default();
        Git { repo, governed, branch, known_as: None, roots: Roots::default(), trees: RefCell::default() }
    }

    /// Has the repository known by the address that it is a copy of.
    pub fn known_as(self, address: String) -> Self {
        Git { known_as: Some(address), ..self }
    }

    /// Returns the directory that people know the repository by: the main one of its work trees, or the bare repository.
    fn place(&self) -> PathBuf {
        let common = self.repo.commondir();
        let common = common.canonicalize().unwrap_or_else(|_| common.to_owned());
        let main = common.parent().filter(|_| common.file_name().is_some_and(|name| name == ".git"));
        main.unwrap_or(&common).to_owned()
    }

    fn find(&self, revision: Option<&str>) -> Result<Option<Found<'_>>, SourceError> {
        let place = self.identity();
        match (revision, self.branch.get()) {
            (Some(name), _) => revision::named(&self.repo, &place, name).map(Some),
            (None, Some(name)) if self.unborn().as_ref() == Some(name) => Ok(None),
            (None, Some(name)) => revision::branch(&self.repo, &place, name).map(Some),
            (None, None) => revision::head(&self.repo),
        }
    }

    /// Names the branch that HEAD stands for before its first commit. Of a copy HEAD is a guess until there is one.
    fn unborn(&self) -> Option<String> {
        revision::unborn(&self.repo).filter(|_| self.known_as.is_none())
    }

    fn at_commit(&self, revision: Option<&str>, seen: Seen<'_>) -> Result<Snapshot, SourceError> {
        let found = self.find(revision)?.ok_or_else(|| SourceError::NoCommit { repo: self.identity() })?;
        let tree = self.governed_tree(&found.commit)?.map_err(|hint| self.no_such_path(Some(&found), hint))?;
        self.read_tree(Some(tree), Some(&found), &Overlay::default(), seen)
    }

    fn in_working_tree(&self, root: &Path, seen: Seen<'_>) -> Result<Snapshot, SourceError> {
        let found = revision::head(&self.repo)?;
        let overlay = Overlay::new(&self.repo, root, &self.governed)?;
        let now = revision::head(&self.repo)?;
        if now.map(|now| now.commit.id()) != found.as_ref().map(|found| found.commit.id()) {
            return Err(SourceError::Changed { path: self.identity() });
        }
        let hint = match found.as_ref().map(|found| self.governed_tree(&found.commit)).transpose()? {
            Some(Ok(tree)) => return self.read_tree(Some(tree), found.as_ref(), &overlay, seen),
            Some(Err(hint)) => hint,
            None => String::new(),
        };
        if self.governed.is_empty() || overlay.listing(&self.governed).next().is_some() {
            return self.read_tree(None, found.as_ref(), &overlay, seen);
        }
        let is_there = disk::is_directory_below(root, Path::new(&self.governed));
        let unseen = ": the directory is empty, or git ignores what is in it".to_owned();
        Err(self.no_such_path(found.as_ref(), if is_there { unseen } else { hint }))
    }

    fn read_tree(
        &self,
        tree: Option<Oid>,
        found: Option<&Found<'_>>,
        overlay: &Overlay,
        seen: Seen<'_>,
    ) -> Result<Snapshot, SourceError> {
        let odb = self.odb()?;
        let read = |wanted: &Wanted| read(&odb, wanted).inspect(|bytes| seen(&wanted.file(bytes)));
        let gathered = walk(&odb, &self.governed, tree, overlay)?.read(|wanted| size(&odb, wanted), read)?;
        let roots = found.map(|found| self.roots.of(&self.repo, found.commit.id())).transpose()?;
        Ok(gathered.snapshot(found.map(Found::revision), overlay.changed(), roots.unwrap_or_default()))
    }

    /// Finds the governed tree of a snapshot's commit, where it is a sound one and still there.
    fn before(&self, base: &Snapshot) -> Result<Option<Oid>, SourceError> {
        let is_sound = base.findings.is_empty() && base.uncommitted == 0;
        let id = base.revision.as_ref().filter(|_| is_sound).and_then(|revision| Oid::from_str(&revision.commit).ok());
        let Some(commit) = id.and_then(|id| self.repo.find_commit(id).ok()) else { return Ok(None) };
        Ok(self.governed_tree(&commit)?.ok())
    }

    fn odb(&self) -> Result<Odb<'_>, SourceError> {
        self.repo.odb().map_err(|error| SourceError::unreadable(self.identity(), error))
    }

    fn no_such_path(&self, found: Option<&Found<'_>>, hint: String) -> SourceError {
        let place = match found {
            Some(found) => format!("{} of `{}`", found.revision().label(), self.identity()),
            None => format!("`{}`", self.identity()),
        };
        SourceError::NoSuchPath { path: self.governed.clone(), place, hint }
    }

    /// Finds the tree at the governed path, or says in its place what is there or near.
    fn governed_tree(&self, commit: &Commit<'_>) -> Result<Result<Oid, String>, SourceError> {
        let odb = self.odb()?;
        let mut tree = commit.tree_id();
        for part in self.governed.split('/').filter(|part| !part.is_empty()) {
            let object = read_tree(&odb, tree, &self.governed)?;
            let listed = list(object.data(), tree, &self.governed)?;
            match listed.iter().find(|entry| entry.name == part.as_bytes()) {
                Some(entry) if entry.sort == Sort::Directory => tree = id(entry, &self.governed)?,
                Some(_) => return Ok(Err(format!(": `{part}` is no directory there"))),
                None => return Ok(Err(near(part, &listed))),
            }
        }
        Ok(Ok(tree))
    }
}

/// Names the directory that was meant, where one is near.
fn near(part: &str, listed: &[Entry<'_>]) -> String {
    let directories = listed.iter().filter(|entry| entry.sort == Sort::Directory);
    let names = directories.map(|entry| escape(entry.name));
    did_you_mean(part, names).map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}

impl Source for Git {
    fn describe(&self) -> String {
        match &self.known_as {
            Some(address) if self.governed.is_empty() => address.clone(),
            Some(address) => format!("{address}, path {}", self.governed),
            None => disk::describe(self.repo.workdir().unwrap_or(self.repo.path()), &self.governed),
        }
    }

    fn read(&self, at: &At, seen: Seen<'_>) -> Result<Snapshot, SourceError> {
        match (at, self.work_tree()) {
            (At::WorkingTree, Some(root)) => self.in_working_tree(root, seen),
            (At::WorkingTree, None) | (At::Revision(None), _) => self.at_commit(None, seen),
            (At::Revision(Some(revision)), _) => self.at_commit(Some(revision), seen),
        }
    }

    fn delta(&self, base: &Snapshot) -> Result<Option<Delta>, SourceError> {
        let found = self.find(None)?.ok_or_else(|| SourceError::NoCommit { repo: self.identity() })?;
        let Some(before) = self.before(base)? else { return Ok(None) };
        let Ok(after) = self.governed_tree(&found.commit)? else { return Ok(None) };
        let trees = &mut self.trees.borrow_mut();
        let Some(difference) = delta::compare(&self.odb()?, &self.governed, base, trees, (before, after))? else {
            return Ok(None);
        };
        let lineage = Lineage { path: self.governed.clone(), roots: self.roots.of(&self.repo, found.commit.id())? };
        let Difference { changed, removed, extent } = difference;
        Ok(Some(Delta { revision: found.revision(), lineage, changed, removed, extent }))
    }

    fn head(&self) -> Result<Option<Revision>, SourceError> {
        Ok(self.find(None)?.map(|found| found.revision()))
    }

    fn branch(&self) -> Result<Option<String>, SourceError> {
        match self.head()? {
            Some(head) => Ok(head.reference),
            None => Ok(self.unborn()),
        }
    }

    fn stay_on(&self, branch: &str) {
        self.branch.get_or_init(|| branch.to_owned());
    }

    fn identity(&self) -> String {
        self.known_as.clone().unwrap_or_else(|| escape(self.place().as_os_str().as_bytes()))
    }

    fn resolve(&self, revision: &str) -> Result<Option<Revision>, SourceError> {
        Ok(self.find(Some(revision))?.map(|found| found.revision()))
    }

    fn merge_base(&self, revision: &str, at: &At) -> Result<Option<String>, SourceError> {
        let named = if let At::Revision(Some(named)) = at { Some(named.as_str()) } else { None };
        let (Some(one), Some(other)) = (self.find(Some(revision))?, self.find(named)?) else { return Ok(None) };
        match self.repo.merge_base(one.commit.id(), other.commit.id()) {
            Ok(base) => Ok(Some(base.to_string())),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(SourceError::unreadable(revision, error)),
        }
    }

    fn watched(&self) -> Vec<PathBuf> {
        // The refs and packed-refs of all work trees, and HEAD of this one.
        let (common, own) = (self.repo.commondir(), self.repo.path());
        let mut folders = vec![common.join("refs"), common.to_owned()];
        if own != common {
            folders.push(own.to_owned());
        }
        folders
    }

    fn descends(&self, commit: &str, from: &str) -> Result<bool, SourceError> {
        let (Ok(commit_id), Ok(from_id)) = (Oid::from_str(commit), Oid::from_str(from)) else { return Ok(false) };
        if commit_id == from_id {
            return Ok(true);
        }
        let fail = |error: git2::Error| SourceError::unreadable(commit, error.message());
        let (odb, is_shallow) = (self.repo.odb().map_err(fail)?, self.repo.is_shallow());
        if !odb.exists(commit_id) {
            return Ok(false);
        }
        if !odb.exists(from_id) {
            // Rewritten and collected, of another repository, or beyond where a shallow clone ends.
            return Ok(is_shallow);
        }
        let is_after = |one, other| self.repo.graph_descendant_of(one, other).map_err(fail);
        Ok(is_after(commit_id, from_id)? || (is_shallow && !is_after(from_id, commit_id)?))
    }

    fn governed_path(&self) -> &str {
        &self.governed
    }

    fn work_tree(&self) -> Option<&Path> {
        self.repo.workdir().filter(|_| self.branch.get().is_none())
    }
}
