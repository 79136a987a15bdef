//! Finds out what a path names: a repository, a directory in one, a plain directory.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use git2::{Config, Error, ErrorCode, Repository, RepositoryOpenFlags};

use super::directory::Directory;
use super::error::{SourceError, one_line};
use super::gathering::below;
use super::git::Git;
use super::remote::Remote;
use super::tree::{escape, name};
use super::{Options, Source};

/// The extensions of repositories that change nothing for a reader.
const HARMLESS: [&str; 4] = ["noop", "preciousobjects", "partialclone", "worktreeconfig"];

/// Opens a source: a repository here or elsewhere, a directory inside a work tree, or a plain directory.
///
/// A linked work tree and a bare repository are repositories too; of a directory inside a work tree the path is
/// governed.
///
/// # Errors
/// Where nothing is there, where an address is refused, and where git cannot or will not read it.
pub fn open(repo: &str, options: &Options) -> Result<Box<dyn Source>, SourceError> {
    let path = governed_path(&options.path)?;
    if is_remote(repo) && !Path::new(repo).exists() {
        return Ok(Box::new(Remote::open(repo, path, options)?));
    }
    let place = place(repo)?;
    let Some(found) = discover(&place)? else {
        return plain(place, path, options);
    };
    let inside = found.workdir().and_then(|root| inside(&found, root, &place)).unwrap_or_default();
    let inside = inside.to_str().ok_or_else(|| SourceError::unreadable(repo, "its path is not UTF-8"))?;
    let governed = if path.is_empty() { inside.to_owned() } else { below(inside, &path) };
    Ok(Box::new(Git::new(found, governed, options.branch.clone())))
}

/// Stands in for a repository that is not there any more: it has nothing to read, but is known by where it was.
///
/// # Errors
/// Where no repository can have been.
pub fn stand_in(repo: &str, options: &Options) -> Result<Box<dyn Source>, SourceError> {
    let governed = governed_path(&options.path)?;
    let place = std::path::absolute(repo).map_err(|error| SourceError::unreadable(repo, error))?;
    let above = place.parent().and_then(|parent| parent.canonicalize().ok());
    let real = above.zip(place.file_name()).map(|(above, name)| above.join(name));
    Ok(Box::new(Directory { root: real.unwrap_or(place), governed }))
}

/// Makes a directory a git repository on branch `main`, unless it is in one; says whether it did.
///
/// # Errors
/// Where git cannot or will not write there.
pub fn create_repository(directory: &Path) -> Result<bool, SourceError> {
    let place = place(&shown(directory))?;
    if discover(&place)?.is_some() {
        return Ok(false);
    }
    let made = Repository::init_opts(&place, git2::RepositoryInitOptions::new().initial_head("main").no_reinit(true));
    made.map(|_| true).map_err(|error| SourceError::unreadable(place.as_os_str().as_bytes(), error.message()))
}

fn plain(root: PathBuf, governed: String, options: &Options) -> Result<Box<dyn Source>, SourceError> {
    let repo = shown(&root);
    if root.join(".git").symlink_metadata().is_ok() {
        return Err(SourceError::NotARepository {
            repo,
            cause: "its `.git` is damaged; `git status` says more".into(),
        });
    }
    match &options.branch {
        Some(_) => Err(SourceError::NotARepository { repo, cause: "a plain directory has no branch".into() }),
        None => Ok(Box::new(Directory { root, governed })),
    }
}

fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_bytes())
}

/// Normalises a governed path: `/` between its parts and nowhere else.
fn governed_path(path: &str) -> Result<String, SourceError> {
    let refuse = |rule: &str| SourceError::BadPath { path: escape(path.as_bytes()), rule: rule.to_owned() };
    if path.starts_with('/') {
        return Err(refuse("it is absolute"));
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    for part in &parts {
        name(part.as_bytes()).map_err(|flaw| refuse(&format!("`{}` {flaw}", escape(part.as_bytes()))))?;
    }
    Ok(parts.join("/"))
}

/// Finds the directory that is meant, absolute and without links.
fn place(repo: &str) -> Result<PathBuf, SourceError> {
    let fail = |error: std::io::Error| {
        let is_absent = error.kind() == std::io::ErrorKind::NotFound;
        let absent = SourceError::NotFound { repo: escape(repo.as_bytes()) };
        if is_absent { absent } else { SourceError::unreadable(repo, error) }
    };
    let place = Path::new(repo).canonicalize().map_err(fail)?;
    if place.is_dir() {
        return Ok(place);
    }
    Err(SourceError::NotARepository { repo: escape(repo.as_bytes()), cause: "it is a file; give its directory".into() })
}

/// Says whether git would take a text for a URL, or for the `host:path` of ssh.
fn is_remote(repo: &str) -> bool {
    let is_ssh = repo.split_once(':').is_some_and(|(host, _)| !host.is_empty() && !host.contains('/'));
    repo.contains("://") || is_ssh
}

/// Opens the repository that a directory belongs to, if it belongs to one.
fn discover(place: &Path) -> Result<Option<Repository>, SourceError> {
    let none: [&OsStr; 0] = [];
    match Repository::open_ext(place, RepositoryOpenFlags::empty(), none) {
        Ok(found) if found.object_format() == git2::ObjectFormat::Sha1 => Ok(Some(found)),
        Ok(found) => Err(unsupported(place, found.object_format().str())),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(refused(place, &error)),
    }
}

fn unsupported(place: &Path, extension: impl Into<String>) -> SourceError {
    SourceError::UnsupportedRepository { repo: shown(place), extension: extension.into() }
}

/// Says why git does not open a repository that is there.
fn refused(place: &Path, error: &Error) -> SourceError {
    if error.code() == ErrorCode::Owner {
        return SourceError::NotOwned { repo: shown(place) };
    }
    match extension(place) {
        Some(extension) => unsupported(place, extension),
        None => SourceError::NotARepository { repo: shown(place), cause: one_line(error.message()) },
    }
}

/// Finds the extension that keeps git from opening a repository, in its configuration: what libgit2 says of it differs
/// from one to the other and names not all.
fn extension(place: &Path) -> Option<String> {
    let none: [&OsStr; 0] = [];
    let directory = Repository::discover_path(place, none).ok()?;
    let link = std::fs::read_to_string(directory.join("commondir")).unwrap_or_default();
    let mut config = Config::open(&directory.join(link.trim()).join("config")).ok()?.snapshot().ok()?;
    let config = config.snapshot().ok()?;
    let mut found = None;
    let entries = config.entries(Some("^extensions\\.")).ok()?;
    entries
        .for_each(|entry| {
            let name = entry.name().unwrap_or_default().trim_start_matches("extensions.");
            let value = entry.value().unwrap_or_default();
            let is_known = HARMLESS.contains(&name) || (name, value) == ("objectformat", "sha1") || value == "files";
            if !is_known && found.is_none() {
                found = Some(escape(format!("{name} = {value}").as_bytes()));
            }
        })
        .ok()?;
    found
}

/// Finds where a directory lies in a work tree; nothing for the root, and for the repository's own directory.
fn inside(repo: &Repository, root: &Path, place: &Path) -> Option<PathBuf> {
    let (root, own) = (root.canonicalize().ok()?, repo.path().canonicalize().ok()?);
    let is_own = place.starts_with(own);
    place.strip_prefix(root).ok().filter(|_| !is_own).map(Path::to_owned)
}
