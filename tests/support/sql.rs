//! The store as anybody else sees it: a SQLite file, read and written through a connection of one's own.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeSet;
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use tokio::runtime::{Builder, Runtime};

/// The facts of teams as the data folder of a history spells them: kind, team, role where there is one, subject.
const FACTS: &str = "
    SELECT 'team_member' || char(9) || team || char(9) || lower(subject) FROM team_member
    UNION
    SELECT 'binding' || char(9) || team || char(9) || role || char(9) || lower(subject) FROM role_binding
    WHERE team <> ''";

/// Every live row, in the order of its key.
const LIVE: &str = "SELECT kind, team, name, spec FROM live_resource ORDER BY 1, 2, 3";

/// A connection to a file.
#[derive(Debug)]
pub struct Database {
    runtime: Runtime,
    connection: Option<SqliteConnection>,
}

impl Database {
    /// Opens a file that is there.
    pub fn open(path: &Path) -> Self {
        let runtime = Builder::new_current_thread().build().unwrap();
        let options = SqliteConnectOptions::new().filename(path).busy_timeout(std::time::Duration::from_secs(10));
        let connection = runtime.block_on(SqliteConnection::connect_with(&options)).unwrap();
        Database { runtime, connection: Some(connection) }
    }

    /// Runs statements and returns their rows as text.
    pub fn rows(&mut self, sql: &str) -> Vec<Vec<String>> {
        let statement = sqlx::raw_sql(AssertSqlSafe(sql));
        let rows = self.runtime.block_on(statement.fetch_all(self.connection.as_mut().unwrap())).unwrap();
        let cells = |row: &sqlx::sqlite::SqliteRow| (0..row.len()).map(|index| row.get::<String, _>(index)).collect();
        rows.iter().map(cells).collect()
    }

    /// Reads the facts of teams, each as a line with tabs.
    pub fn facts(&mut self) -> BTreeSet<String> {
        self.rows(FACTS).into_iter().flatten().collect()
    }

    /// Reads every live row: kind, team, name, spec.
    pub fn live(&mut self) -> Vec<Vec<String>> {
        self.rows(LIVE)
    }
}

impl Drop for Database {
    /// Waits until the file is closed.
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            let _ = self.runtime.block_on(connection.close());
        }
    }
}

/// Writes a text as an SQL literal.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
