//! Reading what is live and what was applied, all of one moment.

use std::collections::BTreeMap;
use std::str;

use sqlx::{FromRow, SqliteConnection};

use super::applied_sum;
use super::batch::batches;
use super::error::Failure;
use super::packed::Packed;
use super::schema::BACKUP;
use super::sqlite::transaction;
use crate::model::applied::{Accepted, Applied};
use crate::model::canonical::Canonical;
use crate::model::id::ResourceId;
use crate::model::journal::Head;
use crate::model::lineage::Lineage;
use crate::model::live::Live;
use crate::model::raw_key::RawKey;

/// A page of rows after a key, packed. Keys are bound as bytes, since by hand they may be no UTF-8; the `+` takes the
/// affinity from the casts, without which the primary key would not be searched by all three columns.
macro_rules! page_of {
    ($table:literal) => {
        concat!(
            "SELECT CAST(group_concat(
                octet_length(kind) || ':' || kind || octet_length(team) || ':' || team ||
                octet_length(name) || ':' || name || octet_length(spec) || ':' || spec, '') AS BLOB)
            FROM (SELECT kind, team, name, spec FROM ",
            $table,
            " WHERE (kind, team, name) > (+CAST(?1 AS TEXT), +CAST(?2 AS TEXT), +CAST(?3 AS TEXT))
                ORDER BY kind, team, name LIMIT 256)"
        )
    };
}

const LIVE_PAGE: &str = page_of!("live_resource");
const APPLIED_PAGE: &str = page_of!("applied_resource");

/// Reads everything in one transaction.
pub(super) async fn read(connection: &mut SqliteConnection) -> Result<(Live, Applied), Failure> {
    transaction(connection, "BEGIN", all).await
}

/// Reads everything, inside a transaction.
pub(super) async fn all(connection: &mut SqliteConnection) -> Result<(Live, Applied), Failure> {
    let live = live(connection).await?;
    let rows = applied(connection).await?;
    let (accepted, journal) = standing(connection).await?;
    applied_sum::refuse_loss(connection, &rows).await?;
    Ok((live, Applied { rows, accepted, journal }))
}

async fn live(connection: &mut SqliteConnection) -> Result<Live, Failure> {
    let (mut rows, mut foreign) = (Vec::new(), BTreeMap::new());
    each_row(connection, LIVE_PAGE, |[kind, team, name, spec]| {
        match id(kind, team, name) {
            Some(id) => rows.push((id, spec_text(spec))),
            None => drop(foreign.insert(raw_key([kind, team, name]), spec_text(spec))),
        }
        Ok(())
    })
    .await?;
    Ok(Live { rows: rows.into_iter().collect(), foreign })
}

/// Reads the applied rows.
pub(super) async fn applied(connection: &mut SqliteConnection) -> Result<BTreeMap<ResourceId, Canonical>, Failure> {
    let mut rows = Vec::new();
    each_row(connection, APPLIED_PAGE, |[kind, team, name, spec]| {
        let id = id(kind, team, name).ok_or_else(|| {
            Failure::Corrupt(format!("applied_resource: `{}` names no resource", raw_key([kind, team, name])))
        })?;
        rows.push((id, spec_text(spec)));
        Ok(())
    })
    .await?;
    Ok(rows.into_iter().collect())
}

async fn each_row(
    connection: &mut SqliteConnection,
    page: &'static str,
    mut take: impl FnMut([&[u8]; 4]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut after = [const { Vec::new() }; 3];
    loop {
        let [kind, team, name] = &after;
        let query = sqlx::query_scalar(page).bind(kind.as_slice()).bind(team.as_slice()).bind(name.as_slice());
        let Some(bytes): Option<Vec<u8>> = query.fetch_one(&mut *connection).await? else { return Ok(()) };
        let mut packed = Packed::of(&bytes);
        while !packed.is_empty() {
            let row = packed.row()?;
            take(row)?;
            let [kind, team, name, _] = row;
            if packed.is_empty() {
                after = [kind, team, name].map(<[u8]>::to_vec);
            }
        }
    }
}

/// Reads a key; `None` where it names no resource that Charter knows.
pub(super) fn id(kind: &[u8], team: &[u8], name: &[u8]) -> Option<ResourceId> {
    let text = |bytes| str::from_utf8(bytes).ok();
    let team = Some(text(team)?).filter(|team| !team.is_empty()).map(str::parse).transpose().ok()?;
    Some(ResourceId { kind: text(kind)?.parse().ok()?, team, name: text(name)?.parse().ok()? })
}

/// Takes a key that names no resource.
pub(super) fn raw_key(key: [&[u8]; 3]) -> RawKey {
    RawKey(key.map(<[u8]>::to_vec))
}

pub(super) const STRAY: &str = "
    SELECT CAST(spec AS BLOB) FROM live_resource
    WHERE kind = CAST(?1 AS TEXT) AND team = CAST(?2 AS TEXT) AND name = CAST(?3 AS TEXT)";

/// Reads a live row that names no resource; `None` where it is not there.
pub(super) async fn stray(connection: &mut SqliteConnection, key: &RawKey) -> Result<Option<Canonical>, Failure> {
    let [kind, team, name] = &key.0;
    let query = sqlx::query_scalar(STRAY).bind(kind.as_slice()).bind(team.as_slice()).bind(name.as_slice());
    let spec: Option<Vec<u8>> = query.fetch_optional(connection).await?;
    Ok(spec.as_deref().map(spec_text))
}

pub(super) const ROWS: &str = "
    SELECT w.key, (SELECT CAST(l.spec AS BLOB) FROM live_resource AS l
        WHERE l.kind = w.value ->> 0 AND l.team = w.value ->> 1 AND l.name = w.value ->> 2)
    FROM jsonb_each(?1) AS w ORDER BY w.key";

/// Reads the live rows of some resources, in the order in which they were asked for.
pub(super) async fn rows(
    connection: &mut SqliteConnection,
    ids: &[ResourceId],
) -> Result<Vec<(ResourceId, Option<Canonical>)>, Failure> {
    let keys = ids.iter().map(|id| (id.kind.as_str(), id.team_or_empty(), id.name.as_str()));
    let mut specs = Vec::with_capacity(ids.len());
    for batch in batches(keys) {
        let found: Vec<(i64, Option<Vec<u8>>)> = sqlx::query_as(ROWS).bind(batch?).fetch_all(&mut *connection).await?;
        specs.extend(found.into_iter().map(|(_, spec)| spec.as_deref().map(spec_text)));
    }
    Ok(ids.iter().cloned().zip(specs).collect())
}

/// Takes the text of a spec. What is no UTF-8 was written by hand: it is shown as well as can be, and equals no spec.
pub(super) fn spec_text(bytes: &[u8]) -> Canonical {
    match str::from_utf8(bytes) {
        Ok(text) => Canonical::stored(text),
        Err(_) => Canonical::stored(format!("not UTF-8: {}", String::from_utf8_lossy(bytes))),
    }
}

/// Reads where the journal should end.
pub(super) async fn head(connection: &mut SqliteConnection) -> Result<Head, Failure> {
    let row: Option<(i64, String)> =
        sqlx::query_as("SELECT count, hash FROM journal_head").fetch_optional(connection).await?;
    let Some((count, hash)) = row else { return Ok(Head::default()) };
    let count = count.try_into().map_err(|_| Failure::Corrupt(format!("journal_head: {count} entries")))?;
    Ok(Head { count, hash })
}

#[derive(FromRow)]
struct AcceptedRow {
    organization: String,
    path: String,
    roots: String,
    revision: Option<String>,
    at: String,
}

pub(super) const LANDED: &str = "SELECT EXISTS (SELECT 1 FROM journal WHERE action = 'apply')";

/// Reads which revision landed last and where the journal should end, and refuses a store that lost one of the two.
pub(super) async fn standing(connection: &mut SqliteConnection) -> Result<(Option<Accepted>, Head), Failure> {
    let (accepted, head) = (accepted(&mut *connection).await?, head(&mut *connection).await?);
    let lost = match &accepted {
        Some(_) if head.count == 0 => Some("a revision is accepted, and the journal is gone"),
        // Before the first landing the journal tells of suspensions alone, which are few.
        None if head.count > 0 && sqlx::query_scalar(LANDED).fetch_one(&mut *connection).await? => {
            Some("plans have landed, and the row of `accepted` is gone")
        }
        Some(_) | None => None,
    };
    lost.map_or(Ok((accepted, head)), |what| Err(Failure::Corrupt(format!("{what}: {BACKUP}"))))
}

async fn accepted(connection: &mut SqliteConnection) -> Result<Option<Accepted>, Failure> {
    let sql = "SELECT organization, path, roots, revision, at FROM accepted";
    let row: Option<AcceptedRow> = sqlx::query_as(sql).fetch_optional(connection).await?;
    row.map(read_accepted).transpose()
}

fn read_accepted(row: AcceptedRow) -> Result<Accepted, Failure> {
    let unreadable = |column| move |why: String| Failure::Corrupt(format!("accepted.{column}: {why}"));
    let roots = serde_json::from_str(&row.roots).map_err(|error| unreadable("roots")(error.to_string()))?;
    let revision = row.revision.as_deref().map(serde_json::from_str).transpose();
    Ok(Accepted {
        organization: row.organization.parse().map_err(|fault| unreadable("organization")(format!("{fault}")))?,
        lineage: Lineage { path: row.path, roots },
        revision: revision.map_err(|error| unreadable("revision")(error.to_string()))?,
        at: row.at.parse().map_err(|error| unreadable("at")(format!("{error}")))?,
    })
}
