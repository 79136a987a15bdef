//! Keeping the change log short.

use sqlx::SqliteConnection;

use super::error::Failure;

/// How far back the change log reaches: a daemon that is further behind reads everything.
pub(super) const KEPT: i64 = 100_000;

pub(super) const FORGET: &str = "
    DELETE FROM change_log WHERE seq < min((SELECT max(seq) FROM change_log) - ?1, ?2)";

/// Forgets the oldest entries of those before one.
pub(super) async fn forget(connection: &mut SqliteConnection, before: i64) -> Result<(), Failure> {
    sqlx::query(FORGET).bind(KEPT).bind(before).execute(connection).await?;
    Ok(())
}
