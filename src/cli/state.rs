//! Where the store of a repository is when nobody says, and where remote repositories are kept.

use std::path::{Path, PathBuf};

use super::Context;
use super::args::{StoreArgs, said};
use super::print;
use crate::model::digest::Digest;
use crate::model::name::Name;
use crate::report::escape;
use crate::source::Source;
use crate::store::{Store, StoreError};

impl StoreArgs {
    /// Finds the store of an organisation: as named, beside `charter.toml`, or the user's for this repository and path.
    pub fn place(&self, source: &dyn Source, organization: &Name, context: &Context) -> Result<Store, StoreError> {
        if let Some(store) = self.find(source, context)? {
            return Ok(store);
        }
        at(&state_directory().join(format!("{organization}-{}", mark(source))).join(FILE), context)
    }

    /// Finds the store without knowing the organisation: `None` where nobody named one and none was made yet.
    pub fn find(&self, source: &dyn Source, context: &Context) -> Result<Option<Store>, StoreError> {
        let config = &context.config;
        if let Some(url) = said(&self.store).or(config.store.as_deref()) {
            return told(url, context).map(Some);
        }
        let beside = config.directory.as_ref().map(|directory| directory.join(FILE));
        let made = || made(&state_directory(), &mark(source)).map(|directory| directory.join(FILE));
        beside.or_else(made).map(|path| at(&path, context)).transpose()
    }
}

/// The name of a store's file.
const FILE: &str = "charter.db";

fn at(path: &Path, context: &Context) -> Result<Store, StoreError> {
    told(&format!("sqlite:{}", path.display()), context)
}

/// Names a store that says so where somebody has to wait for another writer.
fn told(url: &str, context: &Context) -> Result<Store, StoreError> {
    let store = Store::at(url)?;
    Ok(if context.quiet { store } else { store.on_wait(waiting) })
}

fn waiting(store: &Path) {
    let store = escape::line(&store.display().to_string());
    print::message(&format!("waiting for another apply on {store} …"));
}

/// Eight hexadecimal digits of the repository and the governed path.
fn mark(source: &dyn Source) -> String {
    let digest = Digest::of([source.identity().as_bytes(), source.governed_path().as_bytes()]);
    digest.hex().chars().take(8).collect()
}

/// Finds the directory of this repository and path, whatever the organisation was called when it was made.
fn made(state: &Path, mark: &str) -> Option<PathBuf> {
    let suffix = format!("-{mark}");
    let entries = std::fs::read_dir(state).ok()?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(&suffix)))
        .collect();
    found.sort();
    found.into_iter().next()
}

/// Returns `$XDG_STATE_HOME/charter`.
fn state_directory() -> PathBuf {
    base("XDG_STATE_HOME", ".local/state")
}

/// Returns `$XDG_CACHE_HOME/charter`, where remote repositories are kept.
pub fn cache() -> PathBuf {
    base("XDG_CACHE_HOME", ".cache")
}

/// Finds one of the user's folders by the XDG Base Directory Specification.
fn base(variable: &str, below_home: &str) -> PathBuf {
    let absolute = |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = absolute(variable).or_else(|| absolute("HOME").map(|home| home.join(below_home)));
    folder.unwrap_or_else(std::env::temp_dir).join("charter")
}
