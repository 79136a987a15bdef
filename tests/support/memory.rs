//! A source that is nowhere but in memory: revisions by number, each a list of files.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

use std::path::PathBuf;
use std::sync::Arc;

use charter::model::lineage::Lineage;
use charter::model::snapshot::{Extent, Revision, Snapshot, SourceFile};
use charter::source::{At, Source, SourceError};

/// The files of a revision: paths and what is in them.
pub type Files = Vec<(String, Vec<u8>)>;

/// Revisions `0`, `1`, … of a repository.
#[derive(Debug)]
pub struct Memory {
    revisions: Vec<Files>,
}

impl Memory {
    /// Makes a source of revisions.
    pub fn of(revisions: Vec<Files>) -> Self {
        Memory { revisions }
    }

    /// Names a revision.
    pub fn revision(number: usize) -> Revision {
        let time = "2026-11-22T10:00:00Z".parse().unwrap();
        let (commit, summary) = (format!("{number:040}"), "A change".to_owned());
        Revision { commit, reference: None, summary, author: "Ana".to_owned(), time }
    }
}

/// What a source finds in files: sorted by path, the schema of the settings apart.
pub fn snapshot(files: &Files) -> Snapshot {
    let is_schema = |path: &str| path == "schemas/settings.schema.json";
    let file = |(path, bytes): &(String, Vec<u8>)| SourceFile { path: path.as_str().into(), bytes: bytes[..].into() };
    let manifests = files.iter().filter(|(path, _)| !is_schema(path)).map(file);
    Snapshot {
        revision: None,
        uncommitted: 0,
        files: Arc::new(manifests.map(|file| (file.path.clone(), file)).collect()),
        settings_schema: files.iter().find(|(path, _)| is_schema(path)).map(file),
        findings: Vec::new(),
        lineage: Lineage { path: String::new(), roots: Vec::new() },
        extent: Extent::default(),
    }
}

impl Source for Memory {
    fn describe(&self) -> String {
        "memory".to_owned()
    }

    fn read(&self, at: &At, _seen: &mut dyn FnMut(&SourceFile)) -> Result<Snapshot, SourceError> {
        let number = match at {
            At::Revision(Some(number)) => number.parse().unwrap(),
            At::Revision(None) | At::WorkingTree => self.revisions.len() - 1,
        };
        let files = snapshot(&self.revisions[number]);
        Ok(Snapshot { revision: Some(Memory::revision(number)), ..files })
    }

    fn head(&self) -> Result<Option<Revision>, SourceError> {
        Ok(Some(Memory::revision(self.revisions.len() - 1)))
    }

    fn identity(&self) -> String {
        "memory".to_owned()
    }

    fn resolve(&self, revision: &str) -> Result<Option<Revision>, SourceError> {
        Ok(revision.parse().ok().map(Memory::revision))
    }

    fn watched(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Every revision may follow every other: the laws are about states, not about history.
    fn descends(&self, _: &str, _: &str) -> Result<bool, SourceError> {
        Ok(true)
    }

    fn governed_path(&self) -> &str {
        ""
    }
}
