//! What can go wrong with a store.

use std::io;
use std::path::{Path, PathBuf};

use super::journal::Broken;
use super::schema::BACKUP;

/// Why a store could not be used. One line each, with the next step where there is one.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL names something that is not supported; the rest of it may hold a password and is not repeated.
    #[error("`{said}` is no store that Charter knows: write `sqlite:PATH`{hint}")]
    Unsupported { said: String, hint: String },
    #[error("{} is not a store of Charter: {why}; nothing was written to it", path.display())]
    NotAStore { path: PathBuf, why: String },
    #[error("{} has the schema {found}, this Charter knows {known}: use the Charter that wrote it, or a newer one", path.display())]
    NewerVersion { path: PathBuf, found: i64, known: i64 },
    /// Met by readers only, which never migrate.
    #[error("{} has the schema {found}, this Charter reads {known}: `charter apply` brings it up to date", path.display())]
    OlderVersion { path: PathBuf, found: i64, known: i64 },
    #[error("{} belongs to {expected}, this is {found}: name another store, or take this one over with --adopt-store", path.display())]
    OtherLineage { path: PathBuf, expected: String, found: String },
    #[error("{} cannot be written: {why}", path.display())]
    ReadOnly { path: PathBuf, why: String },
    #[error("{}: the disk is full; nothing was changed", path.display())]
    DiskFull { path: PathBuf },
    #[error("{} is in use: {why}; try again", path.display())]
    Busy { path: PathBuf, why: String },
    /// What moved since the plan was made, an item each.
    #[error("what the plan was made from has moved: {}; plan again", few(.0))]
    Stale(Vec<String>),
    #[error("{} is damaged: {what}", path.display())]
    Corrupt { path: PathBuf, what: String },
    #[error("the journal of {} is not as Charter wrote it: {broken}", path.display())]
    BrokenJournal { path: PathBuf, broken: Broken },
    #[error("{}: {what}", path.display())]
    Io { path: PathBuf, what: String },
}

/// How many things are named in one line.
const FEW: usize = 5;

/// Names the first few of several things in one line.
pub(super) fn few(things: &[String]) -> String {
    let named: Vec<&str> = things.iter().take(FEW).map(String::as_str).collect();
    match things.len().saturating_sub(FEW) {
        0 => named.join("; "),
        more => format!("{}; and {more} more", named.join("; ")),
    }
}

/// What went wrong, before it is said with which file.
#[derive(Debug)]
pub(super) enum Failure {
    Sqlite(sqlx::Error),
    NotAStore(String),
    Newer { found: i64, known: i64 },
    Older { found: i64, known: i64 },
    OtherLineage { expected: String, found: String },
    Stale(Vec<String>),
    Corrupt(String),
    Broken(Broken),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Failure::Sqlite(error)
    }
}

impl From<sqlx::migrate::MigrateError> for Failure {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError::{Execute, ExecuteMigration};
        if let Execute(error) | ExecuteMigration(error, _) = error {
            return if code(&error) == Some(ERROR) { unfit(&error) } else { Failure::Sqlite(error) };
        }
        unfit(&error)
    }
}

/// Says that a migration found something else than what the one before it made.
fn unfit(error: &dyn std::error::Error) -> Failure {
    Failure::Corrupt(format!("its schema is not the one that it says it has ({error}): {BACKUP}"))
}

impl From<Broken> for Failure {
    fn from(broken: Broken) -> Self {
        Failure::Broken(broken)
    }
}

impl Failure {
    /// Says with which file it went wrong.
    pub(super) fn at(self, path: &Path) -> StoreError {
        let path = path.to_path_buf();
        match self {
            Failure::Sqlite(error) => of_sqlite(path, &error),
            Failure::NotAStore(why) => StoreError::NotAStore { path, why },
            Failure::Newer { found, known } => StoreError::NewerVersion { path, found, known },
            Failure::Older { found, known } => StoreError::OlderVersion { path, found, known },
            Failure::OtherLineage { expected, found } => StoreError::OtherLineage { path, expected, found },
            Failure::Stale(moved) => StoreError::Stale(moved),
            Failure::Corrupt(what) => StoreError::Corrupt { path, what },
            Failure::Broken(broken) => StoreError::BrokenJournal { path, broken },
        }
    }

    /// Says whether another process was writing.
    pub(super) fn is_busy(&self) -> bool {
        let Failure::Sqlite(error) = self else { return false };
        matches!(code(error).map(|code| code & 0xff), Some(BUSY | LOCKED))
    }

    /// Says whether the file could not be opened the way that was asked for, another way may do.
    pub(super) fn is_about_access(&self) -> bool {
        let Failure::Sqlite(error) = self else { return false };
        matches!(code(error).map(|code| code & 0xff), Some(READONLY | CANTOPEN))
    }
}

// Result codes of SQLite (https://sqlite.org/rescode.html): the lower eight bits say the sort of error.
const ERROR: i32 = 1;
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READONLY: i32 = 8;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANTOPEN: i32 = 14;
const NOTADB: i32 = 26;
/// The shared-memory file beside the database could not grow: the disk is full too.
const IOERR_SHMSIZE: i32 = 4874;

fn code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

fn of_sqlite(path: PathBuf, error: &sqlx::Error) -> StoreError {
    let Some(code) = code(error) else { return outside_sqlite(path, error) };
    let what = error.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default();
    match code & 0xff {
        _ if code == IOERR_SHMSIZE => StoreError::DiskFull { path },
        FULL => StoreError::DiskFull { path },
        BUSY | LOCKED => StoreError::Busy { path, why: "another process is writing".into() },
        READONLY => StoreError::ReadOnly { path, why: what },
        NOTADB => StoreError::NotAStore { path, why: "it is no SQLite file".into() },
        // A plain error is a statement that does not fit the tables, and the statements are constant.
        CORRUPT | ERROR => StoreError::Corrupt { path, what },
        CANTOPEN => StoreError::Io { path, what: "it, or a file beside it, cannot be opened".into() },
        _ => StoreError::Io { path, what },
    }
}

fn outside_sqlite(path: PathBuf, error: &sqlx::Error) -> StoreError {
    let what = error.to_string();
    if matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) {
        return StoreError::Corrupt { path, what };
    }
    StoreError::Io { path, what }
}

/// Says which failure of the file system it was.
pub(super) fn of_files(path: &Path, doing: &str, error: &io::Error) -> StoreError {
    let path = path.to_path_buf();
    if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) {
        return StoreError::ReadOnly { path, why: format!("{doing}: {error}") };
    }
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        return StoreError::DiskFull { path };
    }
    StoreError::Io { path, what: format!("{doing}: {error}") }
}
