//! The chain of the journal: each entry's hash covers the entry and the hash before it.
//!
//! What is hashed (SHA-256, hexadecimal) is the text of the columns `seq, at, actor, action, resource, before, after,
//! revision, plan, prev_hash`, each as a netstring: its length in bytes, `:`, the text, `,`. NULL is `-,`. So anybody
//! can check an entry with `sha256sum`.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

use crate::model::canonical::Canonical;
use crate::model::id::ResourceId;
use crate::model::journal::{Action, Entry, Head};

/// Where a journal is not as it was written, and how.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry {seq}: {fault}")]
pub struct Broken {
    pub seq: u64,
    pub fault: Fault,
}

/// What is wrong with a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Another entry, with this number, stands in its place, or none.
    Missing { found: Option<u64> },
    /// It was changed: its hash is another.
    Changed,
    /// It does not follow the entry before it.
    Unlinked,
    /// It stands after the end.
    BeyondTheEnd,
    /// A column cannot be read.
    Unreadable(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Missing { found: Some(found) } => write!(f, "missing, entry {found} stands in its place"),
            Fault::Missing { found: None } => f.write_str("missing, the journal ends before it"),
            Fault::Changed => f.write_str("changed, its hash is another"),
            Fault::Unlinked => f.write_str("it does not follow the entry before it"),
            Fault::BeyondTheEnd => f.write_str("it stands after the end of the journal"),
            Fault::Unreadable(why) => f.write_str(why),
        }
    }
}

fn column(text: &mut String, value: Option<&str>) {
    // Writing to a String cannot fail.
    let _ = match value {
        Some(value) => write!(text, "{}:{value},", value.len()),
        None => write!(text, "-,"),
    };
}

/// Computes the hash of an entry from all of its other columns: 64 hexadecimal digits.
pub fn seal(entry: &Entry) -> String {
    let mut text = String::new();
    column(&mut text, Some(&entry.seq.to_string()));
    column(&mut text, Some(&entry.at.to_string()));
    column(&mut text, Some(&entry.actor));
    column(&mut text, Some(entry.action.as_str()));
    column(&mut text, entry.resource.as_ref().map(ToString::to_string).as_deref());
    column(&mut text, entry.before.as_ref().map(Canonical::as_str));
    column(&mut text, entry.after.as_ref().map(Canonical::as_str));
    column(&mut text, Some(&entry.revision));
    column(&mut text, Some(&entry.plan));
    column(&mut text, Some(&entry.prev_hash));
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut hash, byte| {
        let _ = write!(hash, "{byte:02x}");
        hash
    })
}

/// Follows a journal entry by entry.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    end: Head,
}

impl Chain {
    /// Checks the next entry.
    ///
    /// # Errors
    /// Where it is not the next one, or not as it was written.
    pub fn follow(&mut self, entry: &Entry) -> Result<(), Broken> {
        let seq = self.end.count.saturating_add(1);
        let broken = |fault| Err(Broken { seq, fault });
        if entry.seq != seq {
            return broken(Fault::Missing { found: Some(entry.seq) });
        }
        if entry.prev_hash != self.end.hash {
            return broken(Fault::Unlinked);
        }
        if entry.hash != seal(entry) {
            return broken(Fault::Changed);
        }
        self.end = Head { count: seq, hash: entry.hash.clone() };
        Ok(())
    }

    /// Checks that the journal ends where it should, which is kept apart from it.
    ///
    /// # Errors
    /// Where entries are missing or too many, or the last one is another.
    pub fn finish(self, head: &Head) -> Result<(), Broken> {
        let count = self.end.count;
        if count < head.count {
            return Err(Broken { seq: count.saturating_add(1), fault: Fault::Missing { found: None } });
        }
        if count > head.count {
            return Err(Broken { seq: head.count.saturating_add(1), fault: Fault::BeyondTheEnd });
        }
        if self.end.hash != head.hash {
            return Err(Broken { seq: count, fault: Fault::Changed });
        }
        Ok(())
    }
}

/// Checks a whole journal against its head.
///
/// # Errors
/// The first place where it is not as it was written.
pub fn verify(entries: &[Entry], head: &Head) -> Result<(), Broken> {
    let mut chain = Chain::default();
    for entry in entries {
        chain.follow(entry)?;
    }
    chain.finish(head)
}

/// Makes the change of an entry to an applied state.
pub fn replay(applied: &mut BTreeMap<ResourceId, Canonical>, entry: Entry) {
    let Some(resource) = entry.resource.filter(|_| entry.action != Action::Apply) else { return };
    match entry.after {
        Some(after) => applied.insert(resource, after),
        None => applied.remove(&resource),
    };
}

/// Folds a journal into the applied state.
pub fn fold(entries: impl IntoIterator<Item = Entry>) -> BTreeMap<ResourceId, Canonical> {
    let mut applied = BTreeMap::new();
    entries.into_iter().for_each(|entry| replay(&mut applied, entry));
    applied
}
