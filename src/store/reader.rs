//! The reading half of a store.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use sqlx::{FromRow, SqliteConnection};

use super::error::{Failure, StoreError};
use super::journal::{Broken, Chain, Fault, replay};
use super::sqlite::{Session, transaction};
use super::state;
use crate::model::applied::Applied;
use crate::model::canonical::Canonical;
use crate::model::id::ResourceId;
use crate::model::journal::{Action, Entry, Head};
use crate::model::live::Live;

/// Reads a store; it never creates, migrates or writes one, and takes no lock.
#[derive(Debug)]
pub struct Reader {
    /// `None` where no store is there.
    session: Option<Session>,
}

impl Reader {
    pub(super) fn open(path: &Path, patience: Duration) -> Result<Reader, StoreError> {
        Ok(Reader { session: Session::read(path, patience)? })
    }

    /// Says whether there is no store: it reads as empty.
    pub fn is_missing(&self) -> bool {
        self.session.is_none()
    }

    /// Reads what is live and what was applied, both of one moment.
    ///
    /// # Errors
    /// A damaged store, and whatever keeps it from being read.
    pub fn state(&mut self) -> Result<(Live, Applied), StoreError> {
        match &mut self.session {
            Some(session) => session.run(state::read),
            None => Ok(Default::default()),
        }
    }

    /// Reads the newest entries of the journal, all of them without a number; the oldest of them first.
    ///
    /// # Errors
    /// [`StoreError::BrokenJournal`] where an entry cannot be read; the chain is not checked.
    pub fn entries(&mut self, newest: Option<u64>) -> Result<Vec<Entry>, StoreError> {
        match &mut self.session {
            Some(session) => session.run(async |connection| newest_entries(connection, newest).await),
            None => Ok(Vec::new()),
        }
    }

    /// Checks the whole journal, entry by entry, and that folding it gives the applied state. Returns where it ends.
    ///
    /// # Errors
    /// [`StoreError::BrokenJournal`] names the first entry that is not as it was written; [`StoreError::Corrupt`] what
    /// is applied but not as the journal says.
    pub fn verify(&mut self) -> Result<Head, StoreError> {
        match &mut self.session {
            Some(session) => session.run(async |connection| transaction(connection, "BEGIN", verify).await),
            None => Ok(Head::default()),
        }
    }
}

/// A row of the journal as it is written.
#[derive(FromRow)]
struct Row {
    seq: i64,
    at: String,
    actor: String,
    action: String,
    resource: Option<String>,
    before: Option<String>,
    after: Option<String>,
    revision: String,
    plan: String,
    prev_hash: String,
    hash: String,
}

/// How many entries are read at a time.
const PAGE: usize = 1000;

const NEWEST: &str = "SELECT * FROM journal ORDER BY seq DESC LIMIT ?1";
const FROM: &str = "SELECT * FROM journal WHERE seq >= ?1 ORDER BY seq LIMIT ?2";

async fn newest_entries(connection: &mut SqliteConnection, newest: Option<u64>) -> Result<Vec<Entry>, Failure> {
    // For SQLite a limit below zero is none.
    let limit = newest.map_or(-1, |newest| i64::try_from(newest).unwrap_or(i64::MAX));
    let rows: Vec<Row> = sqlx::query_as(NEWEST).bind(limit).fetch_all(connection).await?;
    rows.into_iter().rev().map(entry).collect()
}

async fn verify(connection: &mut SqliteConnection) -> Result<Head, Failure> {
    let head = state::head(connection).await?;
    let (mut chain, mut folded) = (Chain::default(), BTreeMap::new());
    let mut from = Some(i64::MIN);
    while let Some(first) = from {
        let page = sqlx::query_as(FROM).bind(first).bind(PAGE as i64);
        let rows: Vec<Row> = page.fetch_all(&mut *connection).await?;
        // No page after the last possible number, nor after one that is not full.
        from = rows.get(PAGE - 1).and_then(|row| row.seq.checked_add(1));
        for row in rows {
            let entry = entry(row)?;
            chain.follow(&entry)?;
            replay(&mut folded, entry);
        }
    }
    chain.finish(&head)?;
    as_folded(&folded, &state::applied(connection).await?)?;
    Ok(head)
}

fn as_folded(
    folded: &BTreeMap<ResourceId, Canonical>,
    applied: &BTreeMap<ResourceId, Canonical>,
) -> Result<(), Failure> {
    let differs = |id: &&ResourceId| folded.get(*id) != applied.get(*id);
    match folded.keys().chain(applied.keys()).find(differs) {
        None => Ok(()),
        Some(id) => Err(Failure::Corrupt(format!("applied_resource: {id} is not what the journal says was applied"))),
    }
}

/// Reads a row. What is not written exactly as Charter writes it cannot be read: its hash would not tell.
fn entry(row: Row) -> Result<Entry, Failure> {
    let seq = u64::try_from(row.seq).unwrap_or_default();
    let unreadable = |column: &str| {
        Failure::Broken(Broken { seq, fault: Fault::Unreadable(format!("its column `{column}` cannot be read")) })
    };
    let at = row.at.parse().ok().filter(|at: &jiff::Timestamp| at.to_string() == row.at);
    let action = Action::ALL.into_iter().find(|action| action.as_str() == row.action);
    Ok(Entry {
        seq: u64::try_from(row.seq).map_err(|_| unreadable("seq"))?,
        at: at.ok_or_else(|| unreadable("at"))?,
        actor: row.actor,
        action: action.ok_or_else(|| unreadable("action"))?,
        resource: row.resource.map(|id| id.parse()).transpose().map_err(|_| unreadable("resource"))?,
        before: row.before.map(Canonical::stored),
        after: row.after.map(Canonical::stored),
        revision: row.revision,
        plan: row.plan,
        prev_hash: row.prev_hash,
        hash: row.hash,
    })
}
