//! How long a writer waits for another one, and who is told of it.

use std::path::Path;
use std::time::Duration;

use sqlx::SqliteConnection;

use super::error::Failure;

/// For so long nobody wonders.
const UNNOTICED: Duration = Duration::from_secs(1);

const BEGIN: &str = "BEGIN IMMEDIATE";

/// How long to wait, and what to do where it takes longer than anybody waits without a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) longest: Duration,
    /// Is given the path of the store, once a wait.
    pub(super) told: Option<fn(&Path)>,
}

impl Patience {
    /// Begins a transaction that writes.
    pub(super) async fn begin(self, connection: &mut SqliteConnection, path: &Path) -> Result<(), Failure> {
        wait(connection, self.longest.min(UNNOTICED)).await?;
        let mut begun = sqlx::query(BEGIN).execute(&mut *connection).await.map_err(Failure::from);
        let rest = self.longest.saturating_sub(UNNOTICED);
        if begun.as_ref().is_err_and(Failure::is_busy) && !rest.is_zero() {
            if let Some(told) = self.told {
                told(path);
            }
            wait(connection, rest).await?;
            begun = sqlx::query(BEGIN).execute(&mut *connection).await.map_err(Failure::from);
        }
        wait(connection, self.longest).await?;
        begun.map(drop)
    }
}

/// Sets how long statements wait from here on.
async fn wait(connection: &mut SqliteConnection, longest: Duration) -> Result<(), Failure> {
    let pragma = format!("PRAGMA busy_timeout = {}", longest.as_millis());
    sqlx::raw_sql(sqlx::AssertSqlSafe(pragma)).execute(connection).await?;
    Ok(())
}
