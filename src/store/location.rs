//! Where a store is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::StoreError;
use super::lock::RunLock;
use super::patience::Patience;
use super::reader::Reader;
use super::writer::{Writer, belongs};
use crate::model::applied::Accepted;
use crate::model::lineage::Lineage;
use crate::model::name::Name;

/// How long a writer waits for another one.
const PATIENCE: Patience = Patience { longest: Duration::from_secs(10), told: None };

/// The location of a store: a SQLite file that need not be there yet. Nothing is read or written until asked for.
#[derive(Debug, Clone)]
pub struct Store {
    path: PathBuf,
    patience: Patience,
}

impl Store {
    /// Reads a URL `sqlite:PATH`, where the path is taken as it is: no parameters, no percent signs.
    ///
    /// `sqlite://PATH` means the same, as other tools write it.
    ///
    /// # Errors
    /// [`StoreError::Unsupported`] for anything else.
    pub fn at(url: &str) -> Result<Store, StoreError> {
        let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if scheme != "sqlite" || path.is_empty() || path == ":memory:" || path.contains('\0') {
            return Err(unsupported(url));
        }
        Ok(Store { path: path.into(), patience: PATIENCE })
    }

    /// Sets how long a writer waits for another one before it is [`StoreError::Busy`]; ten seconds unless said.
    #[must_use]
    pub fn patience(self, longest: Duration) -> Store {
        Store { patience: Patience { longest, ..self.patience }, ..self }
    }

    /// Sets who is told, with the path of the store, that a writer has waited a second for another one and waits on.
    #[must_use]
    pub fn on_wait(self, told: fn(&Path)) -> Store {
        Store { patience: Patience { told: Some(told), ..self.patience }, ..self }
    }

    /// Returns the URL that names the store.
    pub fn url(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the store for reading. A store that is not there reads as empty.
    ///
    /// # Errors
    /// A file that is no store, is damaged, cannot be read, or has another schema than this Charter's.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        Reader::open(&self.path, self.patience.longest)
    }

    /// Opens the store for writing; creates it and its folders, and brings its schema up to date.
    ///
    /// # Errors
    /// As for reading, and a folder that cannot be written, a full disk, another writer. A read-only file in a folder
    /// that can be written opens, and refuses the landing.
    pub fn writer(&self) -> Result<Writer, StoreError> {
        Writer::open(&self.path, self.patience)
    }

    /// Brings an older schema up to date, for who is going to write. Where no store is there none is made.
    ///
    /// # Errors
    /// As for reading and writing.
    pub fn upgrade(&self) -> Result<(), StoreError> {
        match self.reader() {
            Err(StoreError::OlderVersion { .. }) => self.writer().map(drop),
            other => other.map(drop),
        }
    }

    /// Refuses what is of another organisation, path or history than the store.
    ///
    /// # Errors
    /// [`StoreError::OtherLineage`].
    pub fn admits(&self, accepted: &Accepted, organization: &Name, lineage: &Lineage) -> Result<(), StoreError> {
        belongs(accepted, organization, lineage).map_err(|failure| failure.at(&self.path))
    }

    /// Takes the lock of a `run`, until the lock is dropped.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where another `run` has it; a folder that cannot be written.
    pub fn lock(&self) -> Result<RunLock, StoreError> {
        RunLock::take(&self.path)
    }

    /// Says whether a `run` follows the store now; `None` where that cannot be known.
    pub fn is_followed(&self) -> Option<bool> {
        RunLock::is_held(&self.path)
    }
}

/// Refuses what was asked for, without repeating what may be a password; a path alone was meant as one.
fn unsupported(url: &str) -> StoreError {
    let shown = url.escape_debug();
    let (said, hint) = match url.split_once(':') {
        Some(("sqlite", _)) => (shown.to_string(), String::new()),
        Some((scheme, _)) => (format!("{}:…", scheme.escape_debug()), String::new()),
        None if url.is_empty() => (String::new(), String::new()),
        None => (shown.to_string(), format!("; did you mean `sqlite:{shown}`?")),
    };
    StoreError::Unsupported { said, hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_file() {
        for (url, path) in [
            ("sqlite:charter.db", "charter.db"),
            ("sqlite:/var/lib/charter.db", "/var/lib/charter.db"),
            ("sqlite:///var/lib/charter.db", "/var/lib/charter.db"),
            ("sqlite:a b?c#d%20.db", "a b?c#d%20.db"),
        ] {
            let store = Store::at(url).unwrap();
            assert_eq!(store.path(), Path::new(path), "{url}");
            assert_eq!(Store::at(&store.url()).unwrap().path(), store.path());
        }
    }

    #[test]
    fn other_stores_are_refused_and_passwords_not_repeated() {
        for url in [
            "postgres://charter:secret@db/charter",
            "charter.db",
            "/tmp/x.db",
            "sqlite:",
            "sqlite::memory:",
            "",
            "/a:secret",
        ] {
            let error = Store::at(url).unwrap_err();
            assert!(matches!(error, StoreError::Unsupported { .. }), "{url}");
            assert!(!error.to_string().contains("secret"), "{error}");
            assert!(error.to_string().contains("sqlite:PATH"), "{error}");
            let is_path = matches!(url, "charter.db" | "/tmp/x.db");
            assert_eq!(error.to_string().contains(&format!("did you mean `sqlite:{url}`?")), is_path, "{error}");
        }
    }
}
