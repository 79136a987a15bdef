//! Which file stands at a path.

use std::fs::{self, File, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::error::{StoreError, of_files};

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
            Ok(file) => Ok(Some(FileId::from(&file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::Io { path: path.into(), what: format!("it cannot be read: {error}") }),
        }
    }

    /// Looks at a file that is open.
    pub(super) fn of_open(path: &Path, file: &File) -> Result<FileId, StoreError> {
        let found = file.metadata().map_err(|error| of_files(path, "it cannot be read", &error))?;
        Ok(FileId::from(&found))
    }
}

impl From<&Metadata> for FileId {
    fn from(file: &Metadata) -> Self {
        FileId { device: file.dev(), inode: file.ino() }
    }
}
