//! The records of drift.

use jiff::{SignedDuration, Timestamp};
use sqlx::{FromRow, SqliteConnection};

use super::batch;
use super::error::Failure;
use crate::model::canonical::Canonical;
use crate::model::drift::{End, Record};
use crate::model::plan::Plan;

/// A record is written anew under its id, and no other is written over.
pub(super) const PUT: &str = "
    INSERT INTO drift_record (id, resource, class, desired, actual, first_seen, last_seen, occurrences, healed_at,
        written_at, flapping, reported, actor, ending, ended_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
        value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14
    FROM jsonb_each(?1) WHERE true
    ON CONFLICT (id) DO UPDATE SET
        class = excluded.class, desired = excluded.desired, actual = excluded.actual, last_seen = excluded.last_seen,
        occurrences = excluded.occurrences, healed_at = excluded.healed_at, written_at = excluded.written_at,
        flapping = excluded.flapping, reported = excluded.reported, actor = excluded.actor, ending = excluded.ending,
        ended_at = excluded.ended_at";

/// Writes the records that change with a plan.
pub(super) async fn put(connection: &mut SqliteConnection, plan: &Plan) -> Result<(), Failure> {
    let rows = plan.records.iter().map(|record| {
        let Record { id, resource, class, first_seen, last_seen, occurrences, healed_at, written_at, .. } = record;
        let [desired, actual] = [&record.desired, &record.actual].map(|spec| spec.as_ref().map(Canonical::as_str));
        let [flapping, reported] = [record.flapping, record.reported].map(u8::from);
        let (ending, ended_at) = record.ended.map(|end| (end.how, end.at)).unzip();
        // An array in the array, the times of healing: `->>` takes it out as text.
        (
            id,
            resource,
            class,
            desired,
            actual,
            first_seen,
            last_seen,
            occurrences,
            healed_at,
            written_at,
            flapping,
            reported,
            &record.actor,
            ending,
            ended_at,
        )
    });
    batch::run(connection, PUT, rows).await
}

/// A row as it is written.
#[derive(FromRow)]
struct Row {
    id: String,
    resource: String,
    class: String,
    desired: Option<String>,
    actual: Option<String>,
    first_seen: String,
    last_seen: String,
    occurrences: i64,
    healed_at: String,
    written_at: Option<String>,
    flapping: bool,
    reported: bool,
    actor: Option<String>,
    ending: Option<String>,
    ended_at: Option<String>,
}

pub(super) const SINCE: &str = "SELECT * FROM drift_record WHERE ended_at IS NULL OR ended_at >= ?1";

/// Reads the records that are open or ended since a moment, the oldest first.
pub(super) async fn since(connection: &mut SqliteConnection, since: Timestamp) -> Result<Vec<Record>, Failure> {
    let rows: Vec<Row> = sqlx::query_as(SINCE).bind(text(since)).fetch_all(connection).await?;
    let mut records = rows.into_iter().map(record).collect::<Result<Vec<_>, _>>()?;
    records.sort_by(|a, b| (a.first_seen, &a.resource, &a.id).cmp(&(b.first_seen, &b.resource, &b.id)));
    Ok(records)
}

/// Spells a moment so that all that is later is greater as text too, however many digits its second has.
fn text(moment: Timestamp) -> String {
    format!("{moment:.0}").trim_end_matches('Z').to_owned()
}

/// How long a record is kept after it ended, in days.
const DAYS: i64 = 90;
/// How many records are kept, the newest; what is open is kept besides.
const KEPT: i64 = 100_000;

pub(super) const FORGET_OLD: &str = "DELETE FROM drift_record WHERE ended_at < ?1";
pub(super) const FORGET_MANY: &str = "
    DELETE FROM drift_record WHERE rowid <= (SELECT max(rowid) FROM drift_record) - ?1 AND ended_at IS NOT NULL";

/// Forgets the records that ended long ago, and the oldest of too many. The journal tells of them still.
pub(super) async fn forget(connection: &mut SqliteConnection, now: Timestamp) -> Result<(), Failure> {
    let before = now.checked_sub(SignedDuration::from_hours(24 * DAYS)).unwrap_or(Timestamp::MIN);
    sqlx::query(FORGET_OLD).bind(text(before)).execute(&mut *connection).await?;
    sqlx::query(FORGET_MANY).bind(KEPT).execute(connection).await?;
    Ok(())
}

fn record(row: Row) -> Result<Record, Failure> {
    let unreadable = |column: &str| {
        Failure::Corrupt(format!("drift_record: {column} of {} cannot be read", row.resource.escape_debug()))
    };
    let time = |text: &str, column| text.parse().map_err(|_| unreadable(column));
    let ended = match (&row.ending, &row.ended_at) {
        (Some(how), Some(at)) => {
            Some(End { how: how.parse().map_err(|()| unreadable("ending"))?, at: time(at, "ended_at")? })
        }
        (None, _) | (_, None) => None,
    };
    Ok(Record {
        resource: row.resource.parse().map_err(|_| unreadable("resource"))?,
        class: row.class.parse().map_err(|()| unreadable("class"))?,
        desired: row.desired.map(Canonical::stored),
        actual: row.actual.map(Canonical::stored),
        first_seen: time(&row.first_seen, "first_seen")?,
        last_seen: time(&row.last_seen, "last_seen")?,
        occurrences: row.occurrences.try_into().map_err(|_| unreadable("occurrences"))?,
        healed_at: serde_json::from_str(&row.healed_at).map_err(|_| unreadable("healed_at"))?,
        written_at: row.written_at.map(|at| time(&at, "written_at")).transpose()?,
        flapping: row.flapping,
        reported: row.reported,
        actor: row.actor,
        ended,
        id: row.id,
    })
}
