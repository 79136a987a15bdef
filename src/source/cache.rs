//! The bare repository in which a remote one is kept: made once, the user's alone, and swept.

use std::fs::{self, DirBuilder, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use git2::{Repository, RepositoryInitOptions};

use super::error::{SourceError, one_line};
use super::tree::escape;

/// Opens a cache, and makes it where there is none yet.
///
/// # Errors
/// Where it cannot be made, or belongs to somebody else.
pub fn open(folder: &Path, cache: &Path) -> Result<Repository, SourceError> {
    if folder.as_os_str().is_empty() {
        return Err(failure(cache, "no folder is set for it"));
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| failure(folder, error))?;
    if !cache.is_dir() {
        make(cache)?;
    }
    reopen(cache)
}

/// Makes a cache anew in the place of one that is damaged. What cannot be removed of that is left.
///
/// # Errors
/// Where it cannot be moved away, or none can be made.
pub fn renew(cache: &Path) -> Result<Repository, SourceError> {
    let aside = cache.with_extension(format!("old-{}", std::process::id()));
    fs::rename(cache, &aside).map_err(|error| failure(cache, error))?;
    let _left = fs::remove_dir_all(&aside);
    make(cache)?;
    reopen(cache)
}

fn reopen(cache: &Path) -> Result<Repository, SourceError> {
    Repository::open_bare(cache).map_err(|error| failure(cache, error.message()))
}

/// Makes a cache beside its place and moves it there, so that nobody meets half of one.
fn make(cache: &Path) -> Result<(), SourceError> {
    let fail = |error: git2::Error| failure(cache, error.message());
    let beside = cache.with_extension(format!("new-{}", std::process::id()));
    let mut options = RepositoryInitOptions::new();
    // No template of the user's: it may hold hooks.
    options.bare(true).initial_head("main").external_template(false);
    Repository::init_opts(&beside, &options).map_err(fail)?;
    if let Err(error) = fs::rename(&beside, cache) {
        let _left = fs::remove_dir_all(&beside);
        if !cache.is_dir() {
            return Err(failure(cache, error));
        }
    }
    Ok(())
}

/// Reports that a cache cannot be used.
pub fn failure(path: &Path, cause: impl ToString) -> SourceError {
    SourceError::NoCache { path: escape(path.as_os_str().as_bytes()), cause: one_line(&cause.to_string()) }
}

/// Removes what a fetch that was killed left behind and nobody else would remove.
///
/// A lock of a reference keeps every later fetch from moving it, and packs that were not finished fill the disk. What
/// is younger than `age` may be somebody's still. What cannot be removed is left: the fetch then says what is wrong.
pub fn sweep(cache: &Path, age: Duration) {
    remove(cache, age, |name| name.ends_with(b".lock"));
    remove(&cache.join("objects/pack"), age, |name| name.starts_with(b"tmp_"));
    let mut pending = vec![cache.join("refs")];
    while let Some(folder) = pending.pop() {
        remove(&folder, age, |name| name.ends_with(b".lock"));
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        pending.extend(folders.map(|entry| entry.path()));
    }
}

fn remove(folder: &Path, age: Duration, is_left: impl Fn(&[u8]) -> bool) {
    let is_old = |metadata: &Metadata| {
        let modified = metadata.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok());
        metadata.is_file() && modified.is_some_and(|passed| passed > age)
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_left(entry.file_name().as_bytes()) && entry.metadata().is_ok_and(|metadata| is_old(&metadata)) {
            let _left = fs::remove_file(entry.path());
        }
    }
}
