//! Damage: what is wrong with a store beside its data, and making it whole again.

use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::error::Failure;
use super::{day_end, entries, record, schema, state};

const BYPASSED: &str = "SELECT EXISTS (SELECT 1 FROM writing)";
/// What is said of a row that stands in `writing`.
pub(super) const BYPASS: &str = "log-bypassed: a row stands in `writing`";

/// Lists what is wrong, a line each.
pub(super) async fn found(connection: &mut SqliteConnection) -> Result<Vec<String>, Failure> {
    let faults = schema::faults(connection).await?;
    if !faults.is_empty() {
        // What is in the tables can be read only when they are as they should be.
        return Ok(faults.into_iter().map(|fault| fault.what).collect());
    }
    let bypassed: bool = sqlx::query_scalar(BYPASSED).fetch_one(&mut *connection).await?;
    let days = day_end::fault(connection).await?;
    Ok(bypassed.then(|| BYPASS.to_owned()).into_iter().chain(days).collect())
}

/// Puts back what can be, and returns what was wrong, a line each, which it puts on record too.
///
/// What was written in between stays unknown: everything is to be read again.
pub(super) async fn mend(
    connection: &mut SqliteConnection,
    actor: &str,
    at: Timestamp,
) -> Result<Vec<String>, Failure> {
    let mut mended = Vec::new();
    for fault in schema::faults(connection).await? {
        let Some(cure) = fault.cure else { return Err(fault.refusal()) };
        sqlx::raw_sql(sqlx::AssertSqlSafe(cure)).execute(&mut *connection).await?;
        mended.push(fault.what);
    }
    sqlx::query("INSERT OR IGNORE INTO written (only_row, times) VALUES (1, 0)").execute(&mut *connection).await?;
    let bypass = sqlx::query("DELETE FROM writing").execute(&mut *connection).await?;
    mended.extend((bypass.rows_affected() > 0).then(|| BYPASS.to_owned()));
    if let Some(fault) = day_end::fault(connection).await? {
        day_end::rebuild(connection).await?;
        mended.push(fault);
    }
    let head = state::head(connection).await?;
    // Before anything was decided there is nothing to put on record, and the first apply is the first entry.
    if !mended.is_empty() && head.count > 0 {
        entries::intact(connection, &head).await?;
        record::append(connection, &[record::repair(&mended, actor, at, &head)], head).await?;
    }
    Ok(mended)
}
