//! Reading the entries of the journal, and checking them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::{FromRow, SqliteConnection};

use super::error::Failure;
use super::journal::{Broken, Chain, Fault, replay};
use super::state;
use crate::model::canonical::Canonical;
use crate::model::id::ResourceId;
use crate::model::journal::{Action, Entry, Head};

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

pub(super) const NEWEST: &str = "SELECT * FROM journal ORDER BY seq DESC LIMIT ?1";
const FROM: &str = "SELECT * FROM journal WHERE seq >= ?1 ORDER BY seq LIMIT ?2";

/// Reads the newest entries, all of them without a number; the oldest of them first. The chain is not checked.
pub(super) async fn newest(connection: &mut SqliteConnection, newest: Option<u64>) -> Result<Vec<Entry>, Failure> {
    // For SQLite a limit below zero is none.
    let limit = newest.map_or(-1, |newest| i64::try_from(newest).unwrap_or(i64::MAX));
    let rows: Vec<Row> = sqlx::query_as(NEWEST).bind(limit).fetch_all(connection).await?;
    rows.into_iter().rev().map(entry).collect()
}

const LANDED: &str = "
    SELECT revision, at FROM journal WHERE action = 'apply' AND substr(revision, 1, length(?1)) = ?1 ORDER BY seq LIMIT 1";

/// Reads when a revision landed first, by the beginning of its id.
pub(super) async fn landed(
    connection: &mut SqliteConnection,
    beginning: &str,
) -> Result<Option<(String, Timestamp)>, Failure> {
    let row: Option<(String, String)> = sqlx::query_as(LANDED).bind(beginning).fetch_optional(connection).await?;
    let read = |(revision, at): (String, String)| match at.parse() {
        Ok(at) => Ok((revision, at)),
        Err(_) => Err(Failure::Corrupt(format!("journal: when {} landed cannot be read", revision.escape_debug()))),
    };
    row.map(read).transpose()
}

/// Checks the whole journal, and that folding it gives the applied state. Returns where it ends.
pub(super) async fn verify(connection: &mut SqliteConnection) -> Result<Head, Failure> {
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

/// Refuses a journal whose last entry is not the one at which it should end, as it was written.
///
/// Nothing is written behind a gap, nor behind what somebody changed.
pub(super) async fn intact(connection: &mut SqliteConnection, head: &Head) -> Result<(), Failure> {
    let mut chain = Chain::default();
    if let Some(last) = newest(connection, Some(1)).await?.pop() {
        chain = Chain::behind(Head { count: last.seq.saturating_sub(1), hash: last.prev_hash.clone() });
        chain.follow(&last)?;
    }
    Ok(chain.finish(head)?)
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
    let at = row.at.parse().ok().filter(|at: &Timestamp| at.to_string() == row.at);
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
