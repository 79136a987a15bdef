//! How far a reader of the change log has come.

use sqlx::{FromRow, SqliteConnection};

use super::damage;
use super::error::{Failure, few};
use super::file_id::FileId;
use super::landing::Landed;
use crate::model::journal::Head;

/// How far a reader has come, and all by which it is seen that the log cannot be trusted from there on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(super) file: Option<FileId>,
    /// `None` where no store is there.
    pub(super) point: Option<Point>,
}

impl Cursor {
    /// Moves on over a landing of one's own: the next look does not report it as somebody else's.
    #[must_use]
    pub fn landed(mut self, landed: &Landed) -> Cursor {
        if let Some(point) = &mut self.point {
            point.head.clone_from(&landed.head);
            point.written = point.written.saturating_add(1);
            if let Some(days) = &landed.days {
                point.days.clone_from(days);
            }
        }
        self
    }

    /// Says whether two cursors are at the same place of the same store.
    ///
    /// Nothing was written past the one or the other then but signs of life.
    pub fn is_where(&self, other: &Cursor) -> bool {
        let place = |cursor: &Cursor| {
            cursor.point.as_ref().map(|point| (point.schema, point.written, point.head.clone(), point.seq))
        };
        self.file == other.file && place(self) == place(other)
    }

    /// Returns the last entry of the log that was read, 0 where none was.
    pub(super) fn seq(&self) -> i64 {
        self.point.as_ref().map_or(0, |point| point.seq)
    }

    /// Says in one line what was wrong with the store at that moment beside its data, if anything was.
    pub fn damage(&self) -> Option<&str> {
        self.point.as_ref().and_then(|point| point.fault.as_deref())
    }
}

/// A moment of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    /// SQLite's own count of what was created, dropped and altered.
    pub(super) schema: i64,
    /// What is wrong beside the data, for which the log cannot be trusted.
    pub(super) fault: Option<String>,
    /// How often somebody wrote past the log, landings included.
    pub(super) written: i64,
    pub(super) head: Head,
    /// The last entry of the log that there ever was.
    pub(super) seq: i64,
    /// When that entry was made, where it still stands.
    pub(super) mark: Option<String>,
    /// SQLite's own count of what others committed, which is good for one connection only.
    pub(super) data: i64,
    /// The ends of days, as text.
    pub(super) days: Vec<u8>,
}

impl Point {
    /// Makes the point of a store whose log cannot be read.
    fn nowhere(fault: String) -> Point {
        Point {
            schema: -1,
            fault: Some(fault),
            written: 0,
            head: Head::default(),
            seq: 0,
            mark: None,
            data: -1,
            days: Vec::new(),
        }
    }
}

/// A point without a look at the schema, and what else is seen of the log at that moment.
pub(super) struct Glance {
    pub(super) point: Point,
    /// Whether a row stands in `writing`.
    pub(super) bypassed: bool,
    /// When the entry was made that was last seen, where it still stands.
    pub(super) mark_seen: Option<String>,
}

/// The ends of days as one text, to be compared.
macro_rules! days {
    () => {
        "SELECT CAST(coalesce(group_concat(date || at), '') AS BLOB) FROM day_end"
    };
}

pub(super) const DAYS: &str = days!();

/// All of it in one statement: one moment without a transaction, and nothing is held when it is done.
pub(super) const GLANCE: &str = concat!(
    "SELECT (SELECT schema_version FROM pragma_schema_version) AS schema, (SELECT times FROM written) AS written,
        (SELECT count FROM journal_head) AS count, (SELECT hash FROM journal_head) AS hash,
        log.seq, (SELECT at FROM change_log WHERE seq = log.seq) AS mark,
        EXISTS (SELECT 1 FROM writing) AS bypassed, (SELECT at FROM change_log WHERE seq = ?1) AS mark_seen,
        data_version AS data, CASE WHEN data_version <> ?2 THEN (",
    days!(),
    ") END AS days
    FROM pragma_data_version, (SELECT max(
        coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'change_log'), 0),
        coalesce((SELECT max(seq) FROM change_log), 0)) AS seq) AS log"
);

/// Reads the ends of days, to be compared.
pub(super) async fn days(connection: &mut SqliteConnection) -> Result<Vec<u8>, Failure> {
    Ok(sqlx::query_scalar(DAYS).fetch_one(connection).await?)
}

#[derive(FromRow)]
struct Row {
    schema: i64,
    written: Option<i64>,
    count: Option<i64>,
    hash: Option<String>,
    seq: i64,
    mark: Option<String>,
    bypassed: bool,
    mark_seen: Option<String>,
    data: i64,
    /// `None` where nobody committed anything.
    days: Option<Vec<u8>>,
}

/// Looks at where the log is, and whether the entry that was last seen still stands.
pub(super) async fn glance(connection: &mut SqliteConnection, seen: Option<&Point>) -> Result<Glance, Failure> {
    let (seq, data) = seen.map_or((0, -1), |seen| (seen.seq, seen.data));
    let row: Row = sqlx::query_as(GLANCE).bind(seq).bind(data).fetch_one(connection).await?;
    let Row { schema, written, count, hash, seq, mark, bypassed, mark_seen, data, days } = row;
    let count = count.unwrap_or_default().try_into().unwrap_or_default();
    let head = Head { count, hash: hash.unwrap_or_default() };
    let written = written.unwrap_or_default();
    let days = days.or_else(|| seen.map(|seen| seen.days.clone())).unwrap_or_default();
    Ok(Glance { point: Point { schema, fault: None, written, head, seq, mark, data, days }, bypassed, mark_seen })
}

/// Takes the point where a store is.
pub(super) async fn here(connection: &mut SqliteConnection) -> Result<Point, Failure> {
    match glance(connection, None).await {
        Ok(Glance { point, .. }) => Ok(Point { fault: fault(connection).await?, ..point }),
        // A table that is gone is damage; anything else is a failure.
        Err(failure) => match fault(connection).await? {
            Some(fault) => Ok(Point::nowhere(fault)),
            None => Err(failure),
        },
    }
}

/// Says in one line what is wrong beside the data, if anything is.
pub(super) async fn fault(connection: &mut SqliteConnection) -> Result<Option<String>, Failure> {
    let found = damage::found(connection).await?;
    Ok((!found.is_empty()).then(|| few(&found)))
}
