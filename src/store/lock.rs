//! The lock of a `run`.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::error::{StoreError, of_files};
use super::file_id::FileId;

/// Holds the right to `run` against a store until it is dropped; the system takes it back from a process that dies.
///
/// The file beside the store goes with it. Whoever opened that file before it went finds, with the lock on it in hand,
/// that it stands there no more, and begins again: two never hold locks on two files of one name.
#[derive(Debug)]
pub struct RunLock {
    path: PathBuf,
    _file: File,
}

impl RunLock {
    pub(super) fn take(store: &Path) -> Result<RunLock, StoreError> {
        let path = beside(store);
        create_folders(&path)?;
        loop {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
            let file = file.map_err(|error| of_files(&path, "the lock cannot be opened", &error))?;
            match file.try_lock() {
                Ok(()) if FileId::of(&path)? == Some(FileId::of_open(&path, &file)?) => {
                    return Ok(RunLock { path, _file: file });
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Busy {
                        path: store.into(),
                        why: "another `charter run` follows it".into(),
                    });
                }
                Err(TryLockError::Error(error)) => return Err(of_files(&path, "the lock cannot be taken", &error)),
            }
        }
    }
}

impl Drop for RunLock {
    /// Removes the file while it is locked.
    fn drop(&mut self) {
        // Where it cannot be removed it stays, and does no harm.
        let _stays = fs::remove_file(&self.path);
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
