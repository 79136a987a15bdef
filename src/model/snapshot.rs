//! What a source holds at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::credential;
use super::finding::Finding;
use super::lineage::Lineage;

/// A commit of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// The commit's full object id.
    pub commit: String,
    /// The branch or tag by which it was found, if by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The first line of the commit's message.
    pub summary: String,
    pub author: String,
    /// When it was committed.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub time: Timestamp,
}

impl Revision {
    /// Returns the id of a commit where there is one: two revisions of one commit are the same state.
    pub fn commit_of(revision: Option<&Revision>) -> Option<&str> {
        revision.map(|revision| revision.commit.as_str())
    }

    /// Returns what people are shown of the commit: seven digits.
    pub fn short(&self) -> &str {
        self.commit.get(..7).unwrap_or(&self.commit)
    }

    /// Writes `main@9f2c1ab`, or the commit alone, for people: without what looks like a credential.
    pub fn label(&self) -> String {
        match &self.reference {
            Some(reference) => format!("{}@{}", credential::scrub(reference), self.short()),
            None => self.short().to_owned(),
        }
    }
}

/// A file below the governed path that may declare something.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path inside the source, `/` between its parts.
    pub path: Arc<str>,
    /// The file as it is.
    pub bytes: Arc<[u8]>,
}

/// Everything below the governed path of a source at one moment, and what is wrong with it as files.
///
/// Holds YAML and JSON files, and policies in Rego: others declare nothing.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The commit, or `None` for a plain directory. With [`Snapshot::uncommitted`] above 0: the commit below the changes.
    pub revision: Option<Revision>,
    /// How many files differ from the commit, where the working tree was read.
    pub uncommitted: usize,
    /// By path. A clone shares them.
    pub files: Arc<BTreeMap<Arc<str>, SourceFile>>,
    /// `schemas/settings.schema.json` below the governed path, where there is one; it is not among the files.
    pub settings_schema: Option<SourceFile>,
    /// Links, submodules, names that no two systems read alike, files beyond the limits.
    pub findings: Vec<Finding>,
    /// What the store must belong to; the organisation's name is not known yet.
    pub lineage: Lineage,
    pub extent: Extent,
}

/// How much lies below a governed path: what the limits are about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// Files and directories of any sort.
    pub entries: usize,
    /// Bytes of what was read.
    pub bytes: u64,
}

/// The way from a snapshot of a commit to that of another, neither of which has anything wrong with it as files.
#[derive(Debug)]
pub struct Delta {
    pub revision: Revision,
    pub lineage: Lineage,
    /// Files that are new or other than before, sorted by path.
    pub changed: Vec<SourceFile>,
    /// Files that are gone, sorted.
    pub removed: Vec<Arc<str>>,
    pub extent: Extent,
}

impl Snapshot {
    /// Makes the snapshot that of a later commit.
    pub fn advance(&mut self, delta: &Delta) {
        let files = Arc::make_mut(&mut self.files);
        delta.removed.iter().for_each(|path| drop(files.remove(path)));
        files.extend(delta.changed.iter().map(|file| (file.path.clone(), file.clone())));
        self.revision = Some(delta.revision.clone());
        self.lineage = delta.lineage.clone();
        self.extent = delta.extent;
    }

    /// Finds a file by its path.
    pub fn file(&self, path: &str) -> Option<&SourceFile> {
        let settings = self.settings_schema.as_ref().filter(|file| &*file.path == path);
        settings.or_else(|| self.files.get(path))
    }

    /// Names what was read: `main@9f2c1ab`, or `directory`.
    pub fn label(&self) -> String {
        self.revision.as_ref().map_or_else(|| "directory".to_owned(), Revision::label)
    }
}
