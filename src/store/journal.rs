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
use crate::model::journal::{Entry, Head};

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
    /// Begins behind an entry that is taken for true.
    pub fn behind(end: Head) -> Chain {
        Chain { end }
    }

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
    let Some(resource) = entry.resource.filter(|_| entry.action.is_of_a_resource()) else { return };
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::model::journal::Action;

    fn entry() -> impl Strategy<Value = Entry> {
        let spec = || prop::option::of("[a-c]{0,3}".prop_map(Canonical::stored));
        let resource = prop::option::of("Team/[ab]{1,2}".prop_map(|id| id.parse().unwrap()));
        let texts = ("[ab,:0-9-]{0,4}", "[ab]{0,2}", "[ab]{0,2}", 0..10i64);
        (prop::sample::select(Action::ALL.to_vec()), resource, spec(), spec(), texts).prop_map(
            |(action, resource, before, after, (actor, revision, plan, second))| Entry {
                seq: 0,
                at: jiff::Timestamp::from_second(second).unwrap(),
                actor,
                action,
                resource,
                before,
                after,
                revision,
                plan,
                prev_hash: String::new(),
                hash: String::new(),
            },
        )
    }

    fn chained(mut entries: Vec<Entry>) -> (Vec<Entry>, Head) {
        let mut head = Head::default();
        for entry in &mut entries {
            entry.seq = head.count + 1;
            entry.prev_hash = head.hash;
            entry.hash = seal(entry);
            head = Head { count: entry.seq, hash: entry.hash.clone() };
        }
        (entries, head)
    }

    fn journal() -> impl Strategy<Value = (Vec<Entry>, Head)> {
        prop::collection::vec(entry(), 1..8).prop_map(chained)
    }

    fn flip(text: &mut String) {
        if text.pop().is_none() {
            text.push('x');
        }
    }

    fn flip_spec(spec: &mut Option<Canonical>) {
        *spec = spec.is_none().then(|| Canonical::stored(""));
    }

    /// Changes one column of an entry to another value.
    fn mutate(entry: &mut Entry, column: u8) {
        match column {
            0 => entry.seq += 1,
            1 => entry.at += std::time::Duration::from_nanos(1),
            2 => flip(&mut entry.actor),
            3 => entry.action = if entry.action == Action::Apply { Action::Heal } else { Action::Apply },
            4 => entry.resource = entry.resource.is_none().then(|| "Role/x".parse().unwrap()),
            5 => flip_spec(&mut entry.before),
            6 => flip_spec(&mut entry.after),
            7 => flip(&mut entry.revision),
            8 => flip(&mut entry.plan),
            9 => flip(&mut entry.prev_hash),
            _ => flip(&mut entry.hash),
        }
    }

    proptest! {
        #[test]
        fn an_untouched_journal_is_whole((entries, head) in journal()) {
            prop_assert_eq!(verify(&entries, &head), Ok(()));
        }

        #[test]
        fn a_changed_column_is_found((mut entries, head) in journal(), at: Index, column in 0u8..11) {
            let at = at.index(entries.len());
            mutate(&mut entries[at], column);
            prop_assert_eq!(verify(&entries, &head).unwrap_err().seq, at as u64 + 1);
        }

        /// Somebody who seals what he changed is found at the entry after it, or at the head.
        #[test]
        fn a_changed_and_sealed_entry_is_found((mut entries, head) in journal(), at: Index, column in 1u8..9) {
            let at = at.index(entries.len());
            mutate(&mut entries[at], column);
            entries[at].hash = seal(&entries[at]);
            prop_assert!(verify(&entries, &head).is_err());
        }

        #[test]
        fn text_moved_between_columns_is_found((mut entries, head) in journal(), at: Index) {
            let at = at.index(entries.len());
            let entry = &mut entries[at];
            let (revision, plan) = (std::mem::take(&mut entry.revision), std::mem::take(&mut entry.plan));
            let moved = !revision.is_empty();
            entry.plan = revision + &plan;
            prop_assert_eq!(verify(&entries, &head).is_err(), moved);
        }

        #[test]
        fn deleted_entries_are_found((mut entries, head) in journal(), at: Index) {
            let at = at.index(entries.len());
            entries.remove(at);
            prop_assert_eq!(verify(&entries, &head).unwrap_err().seq, at as u64 + 1);
        }

        #[test]
        fn a_cut_tail_is_found((mut entries, head) in journal(), at: Index) {
            entries.truncate(at.index(entries.len()));
            let broken = Broken { seq: entries.len() as u64 + 1, fault: Fault::Missing { found: None } };
            prop_assert_eq!(verify(&entries, &head), Err(broken));
        }

        #[test]
        fn inserted_entries_are_found((mut entries, head) in journal(), new in entry(), at: Index) {
            let at = at.index(entries.len() + 1);
            entries.insert(at, new);
            prop_assert!(verify(&entries, &head).is_err());
            // Numbered and chained anew, it is the head that tells.
            let (entries, _) = chained(entries);
            prop_assert!(verify(&entries, &head).is_err());
        }

        #[test]
        fn swapped_entries_are_found((mut entries, head) in journal(), one: Index, other: Index) {
            let (one, other) = (one.index(entries.len()), other.index(entries.len()));
            entries.swap(one, other);
            prop_assert_eq!(verify(&entries, &head).is_err(), one != other);
            let (a, b) = (entries[one].seq, entries[other].seq);
            (entries[one].seq, entries[other].seq) = (b, a);
            prop_assert_eq!(verify(&entries, &head).is_err(), one != other);
        }

        #[test]
        fn duplicated_entries_are_found((mut entries, head) in journal(), from: Index, to: Index) {
            let copy = entries[from.index(entries.len())].clone();
            entries.insert(to.index(entries.len() + 1), copy);
            prop_assert!(verify(&entries, &head).is_err());
        }

        #[test]
        fn another_head_is_found((entries, head) in journal()) {
            let more = Head { count: head.count + 1, ..head.clone() };
            let fewer = Head { count: head.count - 1, ..head.clone() };
            for other in [more, fewer, Head { hash: String::new(), ..head }, Head::default()] {
                prop_assert!(verify(&entries, &other).is_err());
            }
        }
    }

    /// What anybody can check: `printf '1:1,…' | sha256sum`.
    #[test]
    fn the_hash_is_of_netstrings() {
        let entry = Entry {
            seq: 1,
            at: "2026-11-22T12:00:00Z".parse().unwrap(),
            actor: "ana".into(),
            action: Action::Create,
            resource: Some("Team/web".parse().unwrap()),
            before: None,
            after: Some(Canonical::stored("{}")),
            revision: "9f2c1ab".into(),
            plan: "00".into(),
            prev_hash: String::new(),
            hash: String::new(),
        };
        let text = "1:1,20:2026-11-22T12:00:00Z,3:ana,6:create,8:Team/web,-,2:{},7:9f2c1ab,2:00,0:,";
        let hash: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(seal(&entry), hash);
        assert_eq!(seal(&entry), "85586281466042acbfc31ace483522fa0ec46a4690558cc192c8a8d678d8b785");
        assert_ne!(seal(&Entry { before: Some(Canonical::stored("")), ..entry.clone() }), hash, "NULL is not empty");
    }
}
