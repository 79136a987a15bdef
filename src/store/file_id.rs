//! Which file stands at a path.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::error::StoreError;

/// The identity of a file: another file of the same name has another, as long as this one is held open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// Looks at what stands at a path, without opening it; `None` where nothing does.
    pub(super) fn of(path: &Path) -> Result<Option<FileId>, StoreError> {
        match fs::metadata(path) {
            Ok(file) => Ok(Some(FileId { device: file.dev(), inode: file.ino() })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::Io { path: path.into(), what: format!("it cannot be read: {error}") }),
        }
    }
}
