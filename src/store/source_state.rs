//! What the daemon has to say for itself: how its sources stand, and that it lives.

use jiff::Timestamp;
use sqlx::{FromRow, SqliteConnection};

use super::error::Failure;
use super::{entries, record, state};
use crate::model::journal::{Action, Head};
use crate::model::name::Name;
use crate::model::source_state::{Beat, Condition, SourceState, Suspension};
use crate::model::work::Rounds;

/// A suspended source stays so, whatever a daemon says that has not heard of it.
pub(super) const OBSERVE: &str = "
    INSERT INTO source (name, seen, seen_at, state, reason, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (name) DO UPDATE SET seen = excluded.seen, seen_at = excluded.seen_at,
        state = CASE WHEN suspended IS NULL THEN excluded.state ELSE state END,
        reason = CASE WHEN suspended IS NULL THEN excluded.reason ELSE reason END,
        since = CASE WHEN suspended IS NULL THEN excluded.since ELSE since END";

/// Writes how a source stands, all but whether it is suspended.
pub(super) async fn observe(connection: &mut SqliteConnection, source: &SourceState) -> Result<(), Failure> {
    let seen = source.seen.as_ref().map(serde_json::to_string).transpose();
    let seen = seen.map_err(|error| Failure::Corrupt(error.to_string()))?;
    let query = sqlx::query(OBSERVE).bind(source.name.as_str()).bind(seen);
    let query = query.bind(source.seen_at.map(|at| at.to_string())).bind(source.state.as_str());
    query.bind(&source.reason).bind(source.since.to_string()).execute(connection).await?;
    Ok(())
}

pub(super) const BEAT: &str = "
    INSERT OR REPLACE INTO daemon (only_row, pid, started_at, beat_at, next_round_at, last_round_ms, rounds)
    VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)";

/// Writes the sign of life.
pub(super) async fn beat(connection: &mut SqliteConnection, beat: &Beat) -> Result<(), Failure> {
    let query = sqlx::query(BEAT).bind(beat.pid).bind(beat.started_at.to_string()).bind(beat.beat_at.to_string());
    let last = beat.last_round_ms.map(|ms| i64::try_from(ms).unwrap_or(i64::MAX));
    let rounds = serde_json::to_string(&beat.rounds).map_err(|error| Failure::Corrupt(error.to_string()))?;
    query.bind(beat.next_round_at.map(|at| at.to_string())).bind(last).bind(rounds).execute(connection).await?;
    Ok(())
}

const SUSPEND: &str = "
    INSERT INTO source (name, state, reason, since, suspended, suspended_at, suspended_by)
    VALUES (?1, 'suspended', ?2, ?3, ?2, ?3, ?4)
    ON CONFLICT (name) DO UPDATE SET state = excluded.state, reason = excluded.reason, since = excluded.since,
        suspended = excluded.suspended, suspended_at = excluded.suspended_at, suspended_by = excluded.suspended_by";

/// Suspends a source, and puts on record who did it and why.
pub(super) async fn suspend(
    connection: &mut SqliteConnection,
    name: &Name,
    word: &Suspension,
) -> Result<Head, Failure> {
    let query = sqlx::query(SUSPEND).bind(name.as_str()).bind(&word.reason).bind(word.at.to_string()).bind(&word.by);
    query.execute(&mut *connection).await?;
    journalled(connection, Action::Suspend, name, word).await
}

const RESUME: &str = "
    UPDATE source SET state = 'unknown', reason = '', since = ?2,
        suspended = NULL, suspended_at = NULL, suspended_by = NULL
    WHERE name = ?1 AND suspended IS NOT NULL";

/// Lets a source be followed again, and puts on record who did it and why; `None` where it was not suspended.
pub(super) async fn resume(
    connection: &mut SqliteConnection,
    name: &Name,
    word: &Suspension,
) -> Result<Option<Head>, Failure> {
    let done = sqlx::query(RESUME).bind(name.as_str()).bind(word.at.to_string()).execute(&mut *connection).await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    journalled(connection, Action::Resume, name, word).await.map(Some)
}

async fn journalled(
    connection: &mut SqliteConnection,
    action: Action,
    name: &Name,
    word: &Suspension,
) -> Result<Head, Failure> {
    let (_, head) = state::standing(connection).await?;
    entries::intact(connection, &head).await?;
    let entry = record::order(action, name, word, &head);
    record::append(connection, &[entry], head).await
}

/// A source as it is written.
#[derive(FromRow)]
struct Row {
    name: String,
    seen: Option<String>,
    seen_at: Option<String>,
    state: String,
    reason: String,
    since: String,
    suspended: Option<String>,
    suspended_at: Option<String>,
    suspended_by: Option<String>,
}

pub(super) const ALL: &str = "SELECT * FROM source ORDER BY name";

/// Reads how the sources stand, by name.
pub(super) async fn all(connection: &mut SqliteConnection) -> Result<Vec<SourceState>, Failure> {
    let rows: Vec<Row> = sqlx::query_as(ALL).fetch_all(connection).await?;
    rows.into_iter().map(source).collect()
}

fn source(row: Row) -> Result<SourceState, Failure> {
    let unreadable = |column: &'static str| format!("source.{column} of {}", row.name.escape_debug());
    let suspended = match (row.suspended, row.suspended_at, row.suspended_by) {
        (Some(reason), Some(at), Some(by)) => {
            Some(Suspension { reason, at: time(&at, || unreadable("suspended_at"))?, by })
        }
        (None, _, _) | (_, None, _) | (_, _, None) => None,
    };
    let seen = row.seen.as_deref().map(serde_json::from_str).transpose();
    let state: Result<Condition, ()> = row.state.parse();
    Ok(SourceState {
        name: row.name.parse().map_err(|_| cannot_be_read(unreadable("name")))?,
        seen: seen.map_err(|_| cannot_be_read(unreadable("seen")))?,
        seen_at: row.seen_at.map(|at| time(&at, || unreadable("seen_at"))).transpose()?,
        state: state.map_err(|()| cannot_be_read(unreadable("state")))?,
        reason: row.reason,
        since: time(&row.since, || unreadable("since"))?,
        suspended,
    })
}

pub(super) const LIFE: &str = "SELECT pid, started_at, beat_at, next_round_at, last_round_ms, rounds FROM daemon";

type Life = (i64, String, String, Option<String>, Option<i64>, Option<String>);

/// Reads the last sign of life.
pub(super) async fn life(connection: &mut SqliteConnection) -> Result<Option<Beat>, Failure> {
    let row: Option<Life> = sqlx::query_as(LIFE).fetch_optional(connection).await?;
    let Some((pid, started_at, beat_at, next_round_at, last_round_ms, rounds)) = row else { return Ok(None) };
    let rounds = rounds.map_or_else(|| Ok(Rounds::default()), |rounds| serde_json::from_str(&rounds));
    let column = |column: &'static str| move || format!("daemon.{column}");
    Ok(Some(Beat {
        pid: pid.try_into().map_err(|_| cannot_be_read("daemon.pid".into()))?,
        started_at: time(&started_at, column("started_at"))?,
        beat_at: time(&beat_at, column("beat_at"))?,
        next_round_at: next_round_at.map(|at| time(&at, column("next_round_at"))).transpose()?,
        last_round_ms: last_round_ms.map(|ms| u64::try_from(ms).unwrap_or_default()),
        rounds: rounds.map_err(|_| cannot_be_read("daemon.rounds".into()))?,
    }))
}

fn time(text: &str, what: impl Fn() -> String) -> Result<Timestamp, Failure> {
    text.parse().map_err(|_| cannot_be_read(what()))
}

fn cannot_be_read(what: String) -> Failure {
    Failure::Corrupt(format!("{what} cannot be read"))
}
