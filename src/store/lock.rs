//! The lock of a `run`.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{StoreError, of_files};
use super::file_id::FileId;

/// How often a lock is tried for that somebody has, and how long it rests in between: who only looks whether it is held
/// has it for a moment.
const TRIES: u32 = 20;
const REST: Duration = Duration::from_millis(2);

/// The most links that lead from one to the next, as on Linux.
const LINKS: usize = 40;

/// Holds the right to `run` against a store until it is dropped; the system takes it back from a process that dies.
///
/// It belongs to the file itself, whatever links lead to it. A file that has a second name is refused: what stands beside
/// it, the lock and SQLite's log, goes by the name.
///
/// The file beside the store goes with it. Whoever opened that file before it went finds, with the lock on it in hand,
/// that it stands there no more, and begins again: two never hold locks on two files of one name.
#[derive(Debug)]
pub struct RunLock {
    path: PathBuf,
    file: File,
}

impl RunLock {
    pub(super) fn take(store: &Path) -> Result<RunLock, StoreError> {
        let path = beside(store)?;
        create_folders(&path)?;
        refuse_names(store)?;
        let mut tries = 0..TRIES;
        loop {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
            let file = file.map_err(|error| of_files(&path, "the lock cannot be opened", &error))?;
            match file.try_lock() {
                Ok(()) if FileId::of(&path)? == Some(FileId::of_open(&path, &file)?) => {
                    return Ok(RunLock { path, file });
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if tries.next().is_some() => std::thread::sleep(REST),
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

    /// Says whether the file that is locked still stands at its path: only then is anybody kept out by it.
    pub fn stands(&self) -> bool {
        let ids = FileId::of_open(&self.path, &self.file).ok().zip(FileId::of(&self.path).ok().flatten());
        ids.is_some_and(|(locked, found)| locked == found)
    }

    /// Says whether somebody holds the lock of a store; `None` where that cannot be known.
    pub(super) fn is_held(store: &Path) -> Option<bool> {
        match File::open(beside(store).ok()?) {
            // Shared, so that two who look do not see each other.
            Ok(file) => match file.try_lock_shared() {
                Ok(()) => Some(false),
                Err(TryLockError::WouldBlock) => Some(true),
                Err(TryLockError::Error(_)) => None,
            },
            Err(error) => (error.kind() == io::ErrorKind::NotFound).then_some(false),
        }
    }
}

impl Drop for RunLock {
    /// Removes the file while it is locked; another one in its place is another's.
    fn drop(&mut self) {
        if self.stands() {
            // Where it cannot be removed it stays, and does no harm.
            let _stays = fs::remove_file(&self.path);
        }
    }
}

/// Names the file of the lock, beside the store's own.
fn beside(store: &Path) -> Result<PathBuf, StoreError> {
    let real = real(store).map_err(|error| of_files(store, "its folder cannot be found", &error))?;
    let mut path = OsString::from(real);
    path.push(".lock");
    Ok(path.into())
}

/// Returns the path of a file without links; neither the file nor its folders need be there yet.
fn real(path: &Path) -> io::Result<PathBuf> {
    let mut path = std::path::absolute(path)?;
    for _ in 0..LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("/")).join(target);
    }
    let Some((folder, name)) = path.parent().zip(path.file_name()) else { return Ok(path) };
    match fs::canonicalize(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(real(folder)?.join(name)),
        folder => Ok(folder?.join(name)),
    }
}

/// Refuses a file with several names (hard links).
fn refuse_names(store: &Path) -> Result<(), StoreError> {
    match fs::metadata(store) {
        Ok(file) if file.is_file() && file.nlink() > 1 => Err(StoreError::ReadOnly {
            path: store.into(),
            why: "the file has a second name (a hard link), and what is written by one name is not seen by the other: keep one"
                .into(),
        }),
        // What else is wrong with it shows when it is opened.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Creates the folders above a file.
pub(super) fn create_folders(path: &Path) -> Result<(), StoreError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    fs::create_dir_all(folder).map_err(|error| of_files(folder, "the folder cannot be created", &error))
}
