//! Files on disk: no link is followed, nothing but a file is opened.

use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::SourceError;
use super::gathering::OnDisk;
use super::limits;
use super::tree::{Sort, escape};

/// What lies at a path.
#[derive(Debug)]
pub struct Seen {
    pub sort: Sort,
    pub place: OnDisk,
}

impl Seen {
    /// Stands for what is listed and never opened.
    pub fn unread(sort: Sort, path: PathBuf) -> Self {
        Seen { sort, place: OnDisk { path, size: 0, identity: (0, 0) } }
    }
}

fn sort(metadata: &Metadata) -> Sort {
    let kind = metadata.file_type();
    if kind.is_symlink() {
        Sort::Link
    } else if kind.is_dir() {
        Sort::Directory
    } else if kind.is_file() {
        Sort::File
    } else {
        Sort::Special
    }
}

/// Reports a failure at a path: what vanished since it was listed has changed, and is not absent.
pub fn failure(path: &Path, error: &std::io::Error) -> SourceError {
    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
        return changed(path);
    }
    SourceError::unreadable(path.as_os_str().as_bytes(), error)
}

fn changed(path: &Path) -> SourceError {
    SourceError::Changed { path: super::tree::escape(path.as_os_str().as_bytes()) }
}

/// Looks at a path without opening it.
///
/// # Errors
/// Where nothing is there any more, or it cannot be looked at.
pub fn look(path: &Path) -> Result<Seen, SourceError> {
    let metadata = fs::symlink_metadata(path).map_err(|error| failure(path, &error))?;
    let place = OnDisk { path: path.to_owned(), size: metadata.len(), identity: (metadata.dev(), metadata.ino()) };
    Ok(Seen { sort: sort(&metadata), place })
}

/// Says whether a directory lies at a path, reached without a link from `root`.
pub fn is_directory_below(root: &Path, inside: &Path) -> bool {
    let mut path = root.to_owned();
    inside.components().all(|part| {
        path.push(part);
        fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir())
    })
}

/// Reads a file that was seen.
///
/// # Errors
/// Where another file or none lies there now, it grew beyond what is read, or it cannot be read.
pub fn read(place: &OnDisk) -> Result<Arc<[u8]>, SourceError> {
    let fail = |error| failure(&place.path, &error);
    let file = File::open(&place.path).map_err(fail)?;
    let metadata = file.metadata().map_err(fail)?;
    if !metadata.is_file() || (metadata.dev(), metadata.ino()) != place.identity {
        return Err(changed(&place.path));
    }
    let mut bytes = Vec::new();
    file.take(limits::FILE_BYTES + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > limits::FILE_BYTES { Err(changed(&place.path)) } else { Ok(bytes.into()) }
}

/// Names a place and the governed path for people.
pub fn describe(root: &Path, governed: &str) -> String {
    let root = escape(root.components().collect::<PathBuf>().as_os_str().as_bytes());
    if governed.is_empty() { root } else { format!("{root}, path {governed}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_replaced_or_gone_after_it_was_seen_has_changed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.yaml");
        fs::write(&path, "seen").unwrap();
        let seen = look(&path).unwrap();
        assert_eq!(*read(&seen.place).unwrap(), *b"seen");
        fs::write(directory.path().join("other"), "other").unwrap();
        fs::rename(directory.path().join("other"), &path).unwrap();
        assert!(matches!(read(&seen.place), Err(SourceError::Changed { .. })));
        fs::remove_file(&path).unwrap();
        assert!(matches!(read(&seen.place), Err(SourceError::Changed { .. })));
        assert!(matches!(look(&path), Err(SourceError::Changed { .. })));
    }
}
