//! The records of drift.

use sqlx::{FromRow, SqliteConnection};

use super::batch;
use super::error::Failure;
use crate::model::canonical::Canonical;
use crate::model::drift::Record;
use crate::model::id::ResourceId;
use crate::model::plan::Plan;

pub(super) const PUT: &str = "
    INSERT INTO drift_record (kind, team, name, class, desired, actual, first_seen, last_seen, occurrences, healed_at,
        written_at, flapping, actor, ending, ended_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
        value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14
    FROM jsonb_each(?1) WHERE true
    ON CONFLICT (kind, team, name) DO UPDATE SET
        class = excluded.class, desired = excluded.desired, actual = excluded.actual,
        first_seen = excluded.first_seen, last_seen = excluded.last_seen, occurrences = excluded.occurrences,
        healed_at = excluded.healed_at, written_at = excluded.written_at, flapping = excluded.flapping,
        actor = excluded.actor, ending = excluded.ending, ended_at = excluded.ended_at";

/// Writes the records that change with a plan.
pub(super) async fn put(connection: &mut SqliteConnection, plan: &Plan) -> Result<(), Failure> {
    let rows = plan.records.iter().map(|record| {
        let id = &record.resource;
        let [desired, actual] = [&record.desired, &record.actual].map(|spec| spec.as_ref().map(Canonical::as_str));
        let (ending, ended_at) = record.ended.unzip();
        let key = (id.kind.as_str(), id.team_or_empty(), id.name.as_str());
        let Record { class, first_seen, last_seen, occurrences, healed_at, written_at, flapping, actor, .. } = record;
        let (kind, team, name) = key;
        // An array in the array: `->>` takes it out as text.
        let (healed_at, flapping) = (healed_at, u8::from(*flapping));
        (
            kind,
            team,
            name,
            class,
            desired,
            actual,
            first_seen,
            last_seen,
            occurrences,
            healed_at,
            written_at,
            flapping,
            actor,
            ending,
            ended_at,
        )
    });
    batch::run(connection, PUT, rows).await
}

/// A row as it is written.
#[derive(FromRow)]
struct Row {
    kind: String,
    team: String,
    name: String,
    class: String,
    desired: Option<String>,
    actual: Option<String>,
    first_seen: String,
    last_seen: String,
    occurrences: i64,
    healed_at: String,
    written_at: Option<String>,
    flapping: bool,
    actor: Option<String>,
    ending: Option<String>,
    ended_at: Option<String>,
}

pub(super) const ALL: &str = "SELECT * FROM drift_record ORDER BY kind, team, name";

/// Reads every record, in the order of their resources.
pub(super) async fn all(connection: &mut SqliteConnection) -> Result<Vec<Record>, Failure> {
    let rows: Vec<Row> = sqlx::query_as(ALL).fetch_all(connection).await?;
    let mut records = rows.into_iter().map(record).collect::<Result<Vec<_>, _>>()?;
    records.sort_by(|a, b| a.resource.cmp(&b.resource));
    Ok(records)
}

fn record(row: Row) -> Result<Record, Failure> {
    let key = format!("{}/{}/{}", row.kind, row.team, row.name);
    let unreadable =
        |column: &str| Failure::Corrupt(format!("drift_record: {column} of {} cannot be read", key.escape_debug()));
    let time = |text: &str, column| text.parse().map_err(|_| unreadable(column));
    let team = Some(&row.team).filter(|team| !team.is_empty()).map(|team| team.parse()).transpose();
    let ended = match (&row.ending, &row.ended_at) {
        (Some(ending), Some(at)) => Some((ending.parse().map_err(|()| unreadable("ending"))?, time(at, "ended_at")?)),
        (None, _) | (_, None) => None,
    };
    Ok(Record {
        resource: ResourceId {
            kind: row.kind.parse().map_err(|_| unreadable("kind"))?,
            team: team.map_err(|_| unreadable("team"))?,
            name: row.name.parse().map_err(|_| unreadable("name"))?,
        },
        class: row.class.parse().map_err(|()| unreadable("class"))?,
        desired: row.desired.map(Canonical::stored),
        actual: row.actual.map(Canonical::stored),
        first_seen: time(&row.first_seen, "first_seen")?,
        last_seen: time(&row.last_seen, "last_seen")?,
        occurrences: row.occurrences.try_into().map_err(|_| unreadable("occurrences"))?,
        healed_at: serde_json::from_str(&row.healed_at).map_err(|_| unreadable("healed_at"))?,
        written_at: row.written_at.map(|at| time(&at, "written_at")).transpose()?,
        flapping: row.flapping,
        actor: row.actor,
        ended,
    })
}
