//! Opening a SQLite file, and not somebody else's.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::runtime::{Builder, Runtime};

use super::error::{Failure, StoreError, of_files};
use super::file_id::FileId;

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations/sqlite");

/// `CHRT`, as the first migration writes it.
const APPLICATION_ID: i64 = 0x4348_5254;

/// A connection and the runtime that waits for it.
#[derive(Debug)]
pub(super) struct Session {
    path: PathBuf,
    /// The file that was opened.
    file: Option<FileId>,
    runtime: Runtime,
    /// Taken only when the session ends.
    connection: Option<SqliteConnection>,
}

/// What a file turned out to be.
#[derive(Debug, PartialEq, Eq)]
enum Identity {
    /// Nothing was ever written to it.
    Fresh,
    /// A store with a version of the schema.
    Store(i64),
}

impl Session {
    /// Opens for reading; `None` where no store is there.
    pub(super) fn read(path: &Path, patience: Duration) -> Result<Option<Session>, StoreError> {
        match fs::metadata(path) {
            Ok(file) if file.is_dir() => return Err(Failure::NotAStore("it is a folder".into()).at(path)),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(StoreError::Io { path: path.into(), what: format!("it cannot be read: {error}") });
            }
        }
        let options = options(path, patience)?.read_only(true);
        match Session::examined(path, &options) {
            Err(failure) if failure.is_about_access() => {
                log_is_empty(path)?;
                Session::examined(path, &options.immutable(true)).map_err(|failure| failure.at(path))
            }
            other => other.map_err(|failure| failure.at(path)),
        }
    }

    /// Opens for writing; creates the file and its folders, and brings the schema up to date.
    pub(super) fn write(path: &Path, patience: Duration) -> Result<Session, StoreError> {
        if path.is_dir() {
            return Err(Failure::NotAStore("it is a folder".into()).at(path));
        }
        super::lock::create_folders(path)?;
        // No look at the file but through SQLite: to close it would give up the locks that this process has on it
        // through another connection (https://sqlite.org/howtocorrupt.html, 2.2).
        let options = options(path, patience)?.create_if_missing(true).synchronous(SqliteSynchronous::Full);
        let before = FileId::of(path);
        let mut session = Session::prepared(path, &options).map_err(|failure| {
            let why = "it or its folder cannot be opened for writing".to_owned();
            let refused = failure.is_about_access();
            if refused { StoreError::ReadOnly { path: path.into(), why } } else { failure.at(path) }
        })?;
        // Where it was replaced meanwhile, nothing lands; where it was not there, it is now.
        session.file = before?.map_or_else(|| FileId::of(path), |before| Ok(Some(before)))?;
        Ok(session)
    }

    /// Does something with the connection and waits for it.
    pub(super) fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let closed = || StoreError::Io { path: self.path.clone(), what: "the connection is closed".into() };
        let connection = self.connection.as_mut().ok_or_else(closed)?;
        self.runtime.block_on(work(connection)).map_err(|failure| failure.at(&self.path))
    }

    /// Does something with the connection, where the path still leads to the file.
    ///
    /// What is written to a file that was deleted or replaced is lost.
    pub(super) fn run_in_place<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        if FileId::of(&self.path)? != self.file {
            return Err(StoreError::Stale(vec!["the store's file was replaced or deleted".into()]));
        }
        self.run(work)
    }

    fn connect(path: &Path, options: &SqliteConnectOptions) -> Result<Session, Failure> {
        let runtime = Builder::new_current_thread().build().map_err(sqlx::Error::Io)?;
        let connection = runtime.block_on(options.connect())?;
        Ok(Session { path: path.into(), file: None, runtime, connection: Some(connection) })
    }

    /// Opens for writing and makes it a store.
    fn prepared(path: &Path, options: &SqliteConnectOptions) -> Result<Session, Failure> {
        let mut session = Session::connect(path, options)?;
        if let Some(connection) = session.connection.as_mut() {
            session.runtime.block_on(prepare(connection))?;
        }
        Ok(session)
    }

    /// Opens for reading and looks at what it is.
    fn examined(path: &Path, options: &SqliteConnectOptions) -> Result<Option<Session>, Failure> {
        let mut session = Session::connect(path, options)?;
        let Some(connection) = session.connection.as_mut() else { return Ok(None) };
        let known = known();
        match session.runtime.block_on(identity(connection))? {
            Identity::Fresh => Ok(None),
            Identity::Store(found) if found > known => Err(Failure::Newer { found, known }),
            Identity::Store(found) if found < known => Err(Failure::Older { found, known }),
            Identity::Store(_) => Ok(Some(session)),
        }
    }
}

impl Drop for Session {
    /// Waits until the file is closed, so that its log is folded into it before the process ends.
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            // A failure to close loses nothing: the log stays beside the file and the next one reads it.
            let _ = self.runtime.block_on(connection.close());
        }
    }
}

fn options(path: &Path, patience: Duration) -> Result<SqliteConnectOptions, StoreError> {
    // An absolute path never looks like one of SQLite's URIs.
    let absolute = std::path::absolute(path).map_err(|error| of_files(path, "the path cannot be used", &error))?;
    Ok(SqliteConnectOptions::new()
        .filename(absolute)
        .busy_timeout(patience)
        .row_buffer_size(1000)
        .disable_statement_logging())
}

/// Refuses to pass over landings that stand in the log beside the file alone: an immutable file has no log.
fn log_is_empty(path: &Path) -> Result<(), StoreError> {
    let mut log = std::ffi::OsString::from(path);
    log.push("-wal");
    if fs::metadata(&log).is_ok_and(|file| file.len() > 0) {
        let why = "its -wal file holds landings that can only be read where the folder can be written; copy both files";
        return Err(StoreError::ReadOnly { path: path.into(), why: why.into() });
    }
    Ok(())
}

/// Returns the version of the schema that this Charter knows.
fn known() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Counts what is in a file that is no store. In one statement: another process may just be making it one.
const FOREIGN: &str = "
    SELECT count(*) FROM sqlite_schema WHERE (SELECT application_id FROM pragma_application_id) <> 1128813140";

async fn identity(connection: &mut SqliteConnection) -> Result<Identity, Failure> {
    let id: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await?;
    if id == APPLICATION_ID {
        let sql = "SELECT max(version) FROM _sqlx_migrations";
        let version: Option<i64> = sqlx::query_scalar(sql).fetch_one(connection).await?;
        return Ok(Identity::Store(version.unwrap_or_default()));
    }
    let objects: i64 = sqlx::query_scalar(FOREIGN).fetch_one(connection).await?;
    if id != 0 || objects > 0 {
        return Err(Failure::NotAStore("it is a SQLite file of something else".into()));
    }
    Ok(Identity::Fresh)
}

/// Makes the file a store of this Charter's schema, unless it is somebody else's.
async fn prepare(connection: &mut SqliteConnection) -> Result<(), Failure> {
    let known = known();
    let found = identity(connection).await?;
    if let Identity::Store(found) = found
        && found > known
    {
        return Err(Failure::Newer { found, known });
    }
    // Only now is it sure that the file may be touched.
    sqlx::query("PRAGMA journal_mode = WAL").execute(&mut *connection).await?;
    if found == Identity::Store(known) {
        return Ok(());
    }
    // sqlx's own transaction, since its migrator nests another in it; where this fails the connection goes too.
    let mut migration = connection.begin_with("BEGIN IMMEDIATE").await?;
    // Another process may have been here while this one waited; then nothing is left to do.
    identity(&mut migration).await?;
    MIGRATIONS.run_direct(None, &mut *migration, false).await?;
    Ok(migration.commit().await?)
}

/// Does something in a transaction: all of it, or none where it fails.
///
/// Written out because SQLite ends a transaction by itself when the disk is full, which sqlx's own count of open
/// transactions does not survive.
pub(super) async fn transaction<T>(
    connection: &mut SqliteConnection,
    begin: &'static str,
    work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, Failure>,
) -> Result<T, Failure> {
    sqlx::query(begin).execute(&mut *connection).await?;
    let done = match work(&mut *connection).await {
        Ok(done) => sqlx::query("COMMIT").execute(&mut *connection).await.map(|_| done).map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    if done.is_err() {
        // What is reported is why the work failed; where this fails too, there is no transaction any more.
        let _ = sqlx::query("ROLLBACK").execute(connection).await;
    }
    done
}
