//! A plain directory as a source: no history, no commit.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::disk;
use super::error::SourceError;
use super::gathering::{Gathering, OnDisk, Place, Wanted};
use super::tree::{Sort, Twins, escape};
use super::{At, Source};
use crate::model::nearest::did_you_mean;
use crate::model::snapshot::{Revision, Snapshot, SourceFile};

/// A directory that is no repository.
#[derive(Debug)]
pub struct Directory {
    /// Absolute, without links.
    pub root: PathBuf,
    pub governed: String,
}

impl Directory {
    fn walk(&self) -> Result<Gathering, SourceError> {
        let mut gathering = Gathering::new(&self.governed);
        let mut pending = vec![self.governed.clone()];
        while let Some(directory) = pending.pop().filter(|_| !gathering.is_full()) {
            self.list(&directory, &mut gathering, &mut pending)?;
        }
        Ok(gathering)
    }

    fn list(&self, directory: &str, gathering: &mut Gathering, pending: &mut Vec<String>) -> Result<(), SourceError> {
        let place = self.root.join(directory);
        let mut twins = Twins::default();
        for name in names(&place)?.into_iter().filter(|name| name != ".git") {
            let seen = disk::look(&place.join(&name))?;
            let Some(path) = gathering.meet(&mut twins, directory, name.as_bytes(), seen.sort) else { continue };
            if seen.sort == Sort::Directory {
                pending.push(path);
            } else if gathering.wants(&path) {
                gathering.want(path, Place::Disk(seen.place));
            }
        }
        Ok(())
    }

    fn no_such_path(&self) -> SourceError {
        let siblings = names(&self.root).unwrap_or_default();
        let siblings = siblings.iter().filter_map(|name| name.to_str());
        let hint =
            did_you_mean(&self.governed, siblings).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let place = format!("`{}`", escape(self.root.as_os_str().as_bytes()));
        SourceError::NoSuchPath { path: self.governed.clone(), place, hint }
    }
}

/// Lists the names in a directory, sorted, so that the same one of two twins is always the first.
fn names(directory: &Path) -> Result<Vec<OsString>, SourceError> {
    let fail = |error| disk::failure(directory, &error);
    let entries = fs::read_dir(directory).map_err(fail)?;
    let mut names =
        entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<Result<Vec<_>, _>>().map_err(fail)?;
    names.sort();
    Ok(names)
}

fn size(wanted: &Wanted) -> Result<u64, SourceError> {
    on_disk(wanted).map(|place| place.size)
}

fn on_disk(wanted: &Wanted) -> Result<&OnDisk, SourceError> {
    match &wanted.place {
        Place::Disk(place) => Ok(place),
        Place::Blob(id) => Err(SourceError::unreadable(wanted.path.as_bytes(), format!("{id} is in no repository"))),
    }
}

fn read(wanted: &Wanted) -> Result<std::sync::Arc<[u8]>, SourceError> {
    disk::read(on_disk(wanted)?)
}

impl Source for Directory {
    fn describe(&self) -> String {
        disk::describe(&self.root, &self.governed)
    }

    fn read(&self, at: &At, seen: &mut dyn FnMut(&SourceFile)) -> Result<Snapshot, SourceError> {
        if *at == At::Revision(None) {
            return Err(SourceError::NotARepository {
                repo: self.identity(),
                cause: "a plain directory has no commits, and only commits are applied".to_owned(),
            });
        }
        if let At::Revision(Some(revision)) = at {
            let (repo, revision) = (self.identity(), escape(revision.as_bytes()));
            let hint = ": it is a plain directory, without commits".to_owned();
            return Err(SourceError::NoSuchRevision { repo, revision, hint });
        }
        if !disk::is_directory_below(&self.root, Path::new(&self.governed)) {
            return Err(self.no_such_path());
        }
        let read = |wanted: &Wanted| read(wanted).inspect(|bytes| seen(&wanted.file(bytes)));
        Ok(self.walk()?.read(size, read)?.snapshot(None, 0, Vec::new()))
    }

    fn head(&self) -> Result<Option<Revision>, SourceError> {
        Ok(None)
    }

    fn identity(&self) -> String {
        escape(self.root.as_os_str().as_bytes())
    }

    fn resolve(&self, _revision: &str) -> Result<Option<Revision>, SourceError> {
        Ok(None)
    }

    fn watched(&self) -> Vec<PathBuf> {
        vec![self.root.join(&self.governed)]
    }

    fn descends(&self, _commit: &str, _from: &str) -> Result<bool, SourceError> {
        Ok(true)
    }

    fn governed_path(&self) -> &str {
        &self.governed
    }

    fn work_tree(&self) -> Option<&Path> {
        Some(&self.root)
    }
}
