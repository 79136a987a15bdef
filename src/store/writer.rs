//! The writing half of a store.

use std::path::Path;

use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::cursor::Cursor;
use super::error::{Failure, StoreError};
use super::landing::{Landed, Landing};
use super::patience::Patience;
use super::sqlite::Session;
use super::{
    applied_sum, batch, cursor, damage, day_end, drift_record, effective, entries, moved, prune, record, schema,
    source_state, state,
};
use crate::model::applied::{Accepted, Applied};
use crate::model::change::Change;
use crate::model::id::ResourceId;
use crate::model::journal::Head;
use crate::model::lineage::Lineage;
use crate::model::live::Live;
use crate::model::name::Name;
use crate::model::plan::Plan;
use crate::model::source_state::{Beat, SourceState, Suspension};

/// Writes a store: lands plans, each in one transaction.
#[derive(Debug)]
pub struct Writer {
    session: Session,
    patience: Patience,
}

impl Writer {
    pub(super) fn open(path: &Path, patience: Patience) -> Result<Writer, StoreError> {
        Ok(Writer { session: Session::write(path, patience)?, patience })
    }

    /// Reads what is live and what was applied, both of one moment.
    ///
    /// # Errors
    /// A damaged store, and whatever keeps it from being read.
    pub fn state(&mut self) -> Result<(Live, Applied), StoreError> {
        self.session.run(state::read)
    }

    /// Makes the changes of a plan, with their journal and what is accepted from here on: all in one transaction.
    ///
    /// A plan without changes lands too: its revision is accepted.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where the store is not as the plan saw it or is not whole, [`StoreError::OtherLineage`]
    /// where it is somebody else's, and whatever keeps it from being written. Nothing is changed then.
    pub fn land(&mut self, plan: &Plan, landing: &Landing) -> Result<Landed, StoreError> {
        self.write(async |connection| land(connection, plan, landing).await)
    }

    /// Writes how a source stands. Whether it is suspended is not for who observes it to say, and stays as it is.
    ///
    /// # Errors
    /// Whatever keeps the store from being written.
    pub fn observe(&mut self, source: &SourceState) -> Result<(), StoreError> {
        self.write(async |connection| source_state::observe(connection, source).await)
    }

    /// Writes the daemon's sign of life, and forgets the oldest entries of the change log.
    ///
    /// None are forgotten that the daemon has not read, who has come as far as the cursor.
    ///
    /// # Errors
    /// Whatever keeps the store from being written.
    pub fn beat(&mut self, beat: &Beat, read: &Cursor) -> Result<(), StoreError> {
        self.write(async |connection| {
            source_state::beat(connection, beat).await?;
            prune::forget(connection, read.seq()).await
        })
    }

    /// Suspends a source, and puts on record who did it and why. Returns where the journal ends now.
    ///
    /// A plan that was made before is stale from here on: nothing lands after it that was under way. What is damaged is
    /// put back first, as by [`Writer::mend`]: else the journal may be written otherwise than is meant.
    ///
    /// # Errors
    /// Whatever keeps the store from being written.
    pub fn suspend(&mut self, source: &Name, word: &Suspension) -> Result<Head, StoreError> {
        self.write(async |connection| {
            damage::mend(connection, &word.by, word.at).await?;
            source_state::suspend(connection, source, word).await
        })
    }

    /// Lets a source be followed again, and puts on record who did it and why; `None` where it was not suspended.
    ///
    /// What is damaged is put back first.
    ///
    /// # Errors
    /// Whatever keeps the store from being written.
    pub fn resume(&mut self, source: &Name, word: &Suspension) -> Result<Option<Head>, StoreError> {
        self.write(async |connection| {
            damage::mend(connection, &word.by, word.at).await?;
            source_state::resume(connection, source, word).await
        })
    }

    /// Puts back what somebody dropped or changed, and returns what was wrong, a line each, which is put on record too.
    ///
    /// That is what can be made again: views, triggers, indexes, the change log, the ends of days. What was written in
    /// between stays unknown: everything is to be read again.
    ///
    /// # Errors
    /// Whatever keeps the store from being written.
    pub fn mend(&mut self, actor: &str, at: Timestamp) -> Result<Vec<String>, StoreError> {
        self.write(async |connection| damage::mend(connection, actor, at).await)
    }

    /// Does something in a transaction, unless the file is not the one any more that everybody else finds.
    fn write<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.session.transact(self.patience, work)
    }
}

pub(super) const BEGIN: &str = "INSERT OR REPLACE INTO writing (only_row) VALUES (1)";
pub(super) const END: &str = "DELETE FROM writing";

async fn land(connection: &mut SqliteConnection, plan: &Plan, landing: &Landing) -> Result<Landed, Failure> {
    let (accepted, head) = state::standing(connection).await?;
    entries::intact(connection, &head).await?;
    let stored = accepted.as_ref().filter(|_| !landing.adopt_store);
    if let Some(accepted) = stored {
        belongs(accepted, &plan.organization, &plan.lineage)?;
    }
    moved::refuse(connection, plan, &head, accepted.as_ref()).await?;
    let triggers = schema::triggers(connection).await?;

    write_rows(connection, plan, triggers.is_empty()).await?;
    let entries = record::entries(plan, landing, &head);
    let head = record::append(connection, &entries, head).await?;
    write_accepted(connection, plan, landing, stored).await?;
    let days_moved = day_end::keep(connection, plan).await?;
    drift_record::put(connection, plan).await?;
    drift_record::forget(connection, landing.at).await?;
    prune::forget(connection, i64::MAX).await?;
    if !triggers.is_empty() {
        moved::refuse_meddling(connection, plan, &triggers).await?;
    }
    let days = if days_moved { Some(cursor::days(connection).await?) } else { None };
    let written = plan.changes.iter().filter(|change| change.writes_live()).count() + plan.strays.len();
    Ok(Landed { head, written, days })
}

/// Refuses a plan for a store that belongs to another organisation, path or history.
pub(super) fn belongs(accepted: &Accepted, organization: &Name, lineage: &Lineage) -> Result<(), Failure> {
    if accepted.belongs_to(organization, lineage) {
        return Ok(());
    }
    Err(Failure::OtherLineage {
        expected: described(&accepted.organization, &accepted.lineage),
        found: described(organization, lineage),
    })
}

fn described(organization: &Name, lineage: &Lineage) -> String {
    let root = lineage.roots.first().map(|root| format!(" from {}", root.get(..7).unwrap_or(root)));
    let path = if lineage.path.is_empty() { "/" } else { &lineage.path };
    format!("organization {organization} at {}{}", path.escape_debug(), root.unwrap_or_default())
}

pub(super) const PUT_LIVE: &str = "
    INSERT INTO live_resource (kind, team, name, spec)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM jsonb_each(?1) WHERE true
    ON CONFLICT (kind, team, name) DO UPDATE SET spec = excluded.spec";
pub(super) const TAKE_LIVE: &str = "
    DELETE FROM live_resource
    WHERE (kind, team, name) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM jsonb_each(?1))";
pub(super) const PUT_APPLIED: &str = "
    INSERT INTO applied_resource (kind, team, name, spec)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM jsonb_each(?1) WHERE true
    ON CONFLICT (kind, team, name) DO UPDATE SET spec = excluded.spec";
pub(super) const TAKE_APPLIED: &str = "
    DELETE FROM applied_resource
    WHERE (kind, team, name) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM jsonb_each(?1))";

/// Writes what is applied and what is live, past the log; where triggers of others write along, what is live with all of
/// it in the log: what they do besides is seen, and Charter's own rows are looked at once more.
async fn write_rows(connection: &mut SqliteConnection, plan: &Plan, is_alone: bool) -> Result<(), Failure> {
    sqlx::query(BEGIN).execute(&mut *connection).await?;
    write_applied(connection, plan).await?;
    effective::write(connection, &plan.effective).await?;
    if !is_alone {
        sqlx::query(END).execute(&mut *connection).await?;
    }
    let changes = || plan.changes.iter().filter(|change| change.writes_live());
    batch::run(connection, TAKE_LIVE, changes().filter_map(taken)).await?;
    batch::run(connection, PUT_LIVE, changes().filter_map(put)).await?;
    take_strays(connection, plan).await?;
    sqlx::query(END).execute(connection).await?;
    Ok(())
}

pub(super) const TAKE_STRAY: &str = "
    DELETE FROM live_resource
    WHERE kind = CAST(?1 AS TEXT) AND team = CAST(?2 AS TEXT) AND name = CAST(?3 AS TEXT)";

async fn take_strays(connection: &mut SqliteConnection, plan: &Plan) -> Result<(), Failure> {
    for stray in &plan.strays {
        let [kind, team, name] = &stray.key.0;
        let query = sqlx::query(TAKE_STRAY).bind(kind.as_slice()).bind(team.as_slice()).bind(name.as_slice());
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn write_applied(connection: &mut SqliteConnection, plan: &Plan) -> Result<(), Failure> {
    let changes = || plan.changes.iter().filter(|change| change.writes_applied());
    batch::run(connection, TAKE_APPLIED, changes().filter_map(taken)).await?;
    batch::run(connection, PUT_APPLIED, changes().filter_map(put)).await
}

type Key<'a> = (&'a str, &'a str, &'a str);

fn key(id: &ResourceId) -> Key<'_> {
    (id.kind.as_str(), id.team_or_empty(), id.name.as_str())
}

fn taken(change: &Change) -> Option<Key<'_>> {
    change.desired.is_none().then(|| key(&change.id))
}

fn put(change: &Change) -> Option<(&str, &str, &str, &str)> {
    let (kind, team, name) = key(&change.id);
    change.desired.as_ref().map(|spec| (kind, team, name, spec.as_str()))
}

pub(super) const PUT_ACCEPTED: &str = "
    INSERT OR REPLACE INTO accepted (only_row, organization, path, roots, revision, at, applied_count, applied_digest)
    VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// Writes what was accepted, with the sum of the applied rows. The roots stay those of the first revision of which they were known.
async fn write_accepted(
    connection: &mut SqliteConnection,
    plan: &Plan,
    landing: &Landing,
    stored: Option<&Accepted>,
) -> Result<(), Failure> {
    let json = |error: serde_json::Error| Failure::Corrupt(error.to_string());
    let first = stored.map(|accepted| &accepted.lineage.roots).filter(|roots| !roots.is_empty());
    let roots = serde_json::to_string(first.unwrap_or(&plan.lineage.roots)).map_err(json)?;
    let revision = plan.revision.as_ref().map(serde_json::to_string).transpose().map_err(json)?;
    let sum = applied_sum::after(connection, plan).await?;
    let query = sqlx::query(PUT_ACCEPTED).bind(plan.organization.as_str()).bind(&plan.lineage.path).bind(roots);
    let query = query.bind(revision).bind(landing.at.to_string()).bind(sum.count).bind(sum.hex());
    query.execute(connection).await?;
    Ok(())
}
