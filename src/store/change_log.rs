//! What the change log says since a cursor.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::batch::batches;
use super::cursor::{Glance, Point, fault, glance, here};
use super::damage::BYPASS;
use super::error::Failure;
use super::state;
use crate::model::id::ResourceId;
use crate::model::raw_key::RawKey;
use crate::model::row_key::RowKey;

/// What happened to a store since a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Log {
    /// Nothing moved.
    Quiet,
    /// These keys may differ: names to compare, never a verdict.
    Touched(Vec<Touched>),
    /// The journal moved: somebody else landed, or suspended or resumed a source. All but the log is to be read again,
    /// and these keys were touched besides.
    Landed(Vec<Touched>),
    /// The log cannot be trusted since the cursor, and why in one line: all is to be read again.
    Lost(String),
}

/// A live row that somebody touched who was not Charter, and how last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The resource, or the key where it names none.
    pub id: Result<ResourceId, RawKey>,
    pub op: Wrote,
    /// When it was written, to the millisecond, by the clock of who wrote it.
    pub at: Timestamp,
}

/// What was done to a live row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrote {
    Insert,
    /// The row is changed, or has another key now: the old one and the new one are both named.
    Update,
    Delete,
}

/// Looks at what happened since a point.
pub(super) async fn since(connection: &mut SqliteConnection, seen: &Point) -> Result<(Log, Point), Failure> {
    let mut glance = match glance(connection, Some(seen)).await {
        Ok(glance) => glance,
        Err(failure) => return gone(here(connection).await?, failure),
    };
    if glance.point.schema != seen.schema || seen.fault.is_some() {
        glance.point.fault = fault(connection).await?;
    }
    if let Some(why) = mistrust(&glance, seen) {
        return Ok((Log::Lost(why), glance.point));
    }
    let point = glance.point;
    let log = match entries(connection, seen.seq, point.seq).await? {
        Err(why) => Log::Lost(why),
        Ok(touched) if point.head != seen.head => Log::Landed(touched),
        Ok(touched) if touched.is_empty() => Log::Quiet,
        Ok(touched) => Log::Touched(touched),
    };
    Ok((log, point))
}

/// Says that a table of the log is gone, where that is why it could not be read.
fn gone(point: Point, failure: Failure) -> Result<(Log, Point), Failure> {
    match point.fault.clone() {
        Some(fault) => Ok((Log::Lost(fault), point)),
        None => Err(failure),
    }
}

const SCHEMA: &str = "the schema of the store was changed";

/// Says why the entries since a point do not tell all.
fn mistrust(Glance { point, bypassed, mark_seen }: &Glance, seen: &Point) -> Option<String> {
    if let Some(fault) = &point.fault {
        return Some(fault.clone());
    }
    if point.schema != seen.schema {
        return Some(SCHEMA.to_owned());
    }
    if *bypassed {
        return Some(BYPASS.to_owned());
    }
    if point.head == seen.head && point.written != seen.written {
        return Some("log-bypassed: somebody wrote to `writing`, or to what was applied".to_owned());
    }
    if point.head == seen.head && point.days != seen.days {
        return Some("somebody wrote to `day_end`".to_owned());
    }
    if point.seq < seen.seq {
        return Some(format!("the change log went back from entry {} to {}", seen.seq, point.seq));
    }
    (*mark_seen != seen.mark).then(|| format!("gap: the change log does not reach back to entry {}", seen.seq))
}

/// The last entry of each row, which is whose `op` and `at` SQLite takes with `max`, and how many it has.
pub(super) const ENTRIES: &str = "
    SELECT count(*), max(seq), CAST(kind AS BLOB), CAST(team AS BLOB), CAST(name AS BLOB), op, at FROM change_log
    WHERE seq > ?1 AND seq <= ?2 GROUP BY kind, team, name ORDER BY 2";

pub(super) const NUMBERS: &str = "SELECT seq FROM change_log WHERE seq > ?1 AND seq <= ?2 ORDER BY seq";

type Row = (i64, i64, Vec<u8>, Vec<u8>, Vec<u8>, String, String);

/// Reads the entries after one up to another, the last of each row, or says why they are not all there.
async fn entries(
    connection: &mut SqliteConnection,
    after: i64,
    to: i64,
) -> Result<Result<Vec<Touched>, String>, Failure> {
    if after == to {
        return Ok(Ok(Vec::new()));
    }
    let rows: Vec<Row> = sqlx::query_as(ENTRIES).bind(after).bind(to).fetch_all(&mut *connection).await?;
    if rows.iter().map(|row| row.0).sum::<i64>() != to.saturating_sub(after) {
        let numbers: Vec<i64> = sqlx::query_scalar(NUMBERS).bind(after).bind(to).fetch_all(connection).await?;
        let mut pairs = (after.saturating_add(1)..=to).zip(numbers.into_iter().chain([0]));
        let missing = pairs.find(|(expected, number)| expected != number).map_or(to, |(expected, _)| expected);
        return Ok(Err(format!("gap: entry {missing} of the change log is missing")));
    }
    Ok(rows.into_iter().map(touched).collect())
}

pub(super) const LAST_WRITES: &str = "
    SELECT w.key, (SELECT max(c.at) FROM change_log AS c
        WHERE c.kind = w.value ->> 0 AND c.team = w.value ->> 1 AND c.name = w.value ->> 2)
    FROM jsonb_each(?1) AS w ORDER BY w.key";

pub(super) const LAST_WRITE: &str = "
    SELECT max(at) FROM change_log
    WHERE kind = CAST(?1 AS TEXT) AND team = CAST(?2 AS TEXT) AND name = CAST(?3 AS TEXT)";

/// Reads when somebody who was not Charter last wrote some rows, as far as the log reaches back.
pub(super) async fn last_writes(
    connection: &mut SqliteConnection,
    rows: impl Iterator<Item = &RowKey>,
) -> Result<BTreeMap<RowKey, Timestamp>, Failure> {
    let (mut ids, mut times) = (Vec::new(), BTreeMap::new());
    for row in rows {
        match row {
            RowKey::Resource(id) => ids.push(id),
            RowKey::Stray(RawKey([kind, team, name])) => {
                let query = sqlx::query_scalar(LAST_WRITE);
                let query = query.bind(kind.as_slice()).bind(team.as_slice()).bind(name.as_slice());
                let at: Option<String> = query.fetch_one(&mut *connection).await?;
                times.extend(at.and_then(|at| Some((row.clone(), at.parse().ok()?))));
            }
        }
    }
    let of_resources = last_writes_of(connection, &ids).await?;
    times.extend(of_resources.into_iter().map(|(id, at)| (id.into(), at)));
    Ok(times)
}

async fn last_writes_of(
    connection: &mut SqliteConnection,
    ids: &[&ResourceId],
) -> Result<Vec<(ResourceId, Timestamp)>, Failure> {
    let keys = ids.iter().map(|id| (id.kind.as_str(), id.team_or_empty(), id.name.as_str()));
    let mut times = Vec::with_capacity(ids.len());
    for batch in batches(keys) {
        let query = sqlx::query_as(LAST_WRITES).bind(batch?);
        let found: Vec<(i64, Option<String>)> = query.fetch_all(&mut *connection).await?;
        times.extend(found.into_iter().map(|(_, at)| at.and_then(|at| at.parse().ok())));
    }
    Ok(ids.iter().zip(times).filter_map(|(id, at): (_, Option<Timestamp>)| Some(((*id).clone(), at?))).collect())
}

fn touched((_, seq, kind, team, name, op, at): Row) -> Result<Touched, String> {
    let unreadable = || format!("entry {seq} of the change log cannot be read");
    let op = match op.as_str() {
        "insert" => Wrote::Insert,
        "update" => Wrote::Update,
        "delete" => Wrote::Delete,
        _ => return Err(unreadable()),
    };
    let id = state::id(&kind, &team, &name).ok_or_else(|| state::raw_key([&kind, &team, &name]));
    Ok(Touched { id, op, at: at.parse().map_err(|_| unreadable())? })
}
