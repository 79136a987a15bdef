//! Somebody who writes into the store by hand, past Charter and git.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tokio::runtime::Builder;

use super::super::{Failure, files};

/// Runs a statement on a store, as any SQLite client does.
pub fn write(store: &Path, statement: &'static str) -> Result<(), Failure> {
    let runtime = Builder::new_current_thread().build().map_err(|error| files::failure(store, &error))?;
    runtime.block_on(run(store, statement)).map_err(|error| files::failure(store, &error))
}

async fn run(store: &Path, statement: &'static str) -> Result<(), sqlx::Error> {
    let mut connection = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(store)).await?;
    sqlx::raw_sql(statement).execute(&mut connection).await?;
    connection.close().await
}
