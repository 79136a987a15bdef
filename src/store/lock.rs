//! The lock of a `run`.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::error::{StoreError, of_files};

/// Holds the right to `run` against a store until it is dropped; the system takes it back from a process that dies.
///
/// The file beside the store stays: to remove it would let two hold a lock on two files of one name.
#[derive(Debug)]
pub struct RunLock {
    _file: File,
}

impl RunLock {
    pub(super) fn take(store: &Path) -> Result<RunLock, StoreError> {
        let path = beside(store);
        create_folders(&path)?;
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| of_files(&path, "the lock cannot be opened", &error))?;
        match file.try_lock() {
            Ok(()) => Ok(RunLock { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(StoreError::Busy { path: store.into(), why: "another `charter run` follows it".into() })
            }
            Err(TryLockError::Error(error)) => Err(of_files(&path, "the lock cannot be taken", &error)),
        }
    }
}

fn beside(store: &Path) -> PathBuf {
    let mut path = OsString::from(store);
    path.push(".lock");
    path.into()
}

/// Creates the folders above a file.
pub(super) fn create_folders(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    fs::create_dir_all(folder).map_err(|error| of_files(folder, "the folder cannot be created", &error))
}
