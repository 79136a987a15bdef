//! How far a reader of the change log has come.

use sqlx::SqliteConnection;

use super::error::Failure;
use super::file_id::FileId;
use super::landing::Landed;
use super::trigger;
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
        }
        self
    }
}

/// A moment of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Point {
    /// SQLite's own count of what was created, dropped and altered.
    pub(super) schema: i64,
    /// Why the log cannot be trusted with that schema, if it cannot.
    pub(super) fault: Option<String>,
    /// How often somebody wrote past the log, landings included.
    pub(super) written: i64,
    pub(super) head: Head,
    /// The last entry of the log that there ever was.
    pub(super) seq: i64,
    /// When that entry was made, where it still stands.
    pub(super) mark: Option<String>,
}

/// A point without a look at the schema, and what else is seen of the log at that moment.
pub(super) struct Glance {
    pub(super) point: Point,
    /// Whether a row stands in `writing`.
    pub(super) bypassed: bool,
    /// When the entry was made that was last seen, where it still stands.
    pub(super) mark_seen: Option<String>,
}

/// All of it in one statement: one moment without a transaction, and nothing is held when it is done.
pub(super) const GLANCE: &str = "
    SELECT (SELECT schema_version FROM pragma_schema_version), (SELECT times FROM written),
        (SELECT count FROM journal_head), (SELECT hash FROM journal_head),
        log.seq, (SELECT at FROM change_log WHERE seq = log.seq),
        EXISTS (SELECT 1 FROM writing), (SELECT at FROM change_log WHERE seq = ?1)
    FROM (SELECT max(
        coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'change_log'), 0),
        coalesce((SELECT max(seq) FROM change_log), 0)) AS seq) AS log";

type Row = (i64, Option<i64>, Option<i64>, Option<String>, i64, Option<String>, bool, Option<String>);

/// Looks at where the log is, and whether the entry that was last seen still stands.
pub(super) async fn glance(connection: &mut SqliteConnection, seen: i64) -> Result<Glance, Failure> {
    let row: Row = sqlx::query_as(GLANCE).bind(seen).fetch_one(connection).await?;
    let (schema, written, count, hash, seq, mark, bypassed, mark_seen) = row;
    let count = count.unwrap_or_default().try_into().unwrap_or_default();
    let head = Head { count, hash: hash.unwrap_or_default() };
    let written = written.unwrap_or_default();
    Ok(Glance { point: Point { schema, fault: None, written, head, seq, mark }, bypassed, mark_seen })
}

/// Takes the point where a store is.
pub(super) async fn here(connection: &mut SqliteConnection) -> Result<Point, Failure> {
    match glance(connection, 0).await {
        Ok(Glance { point, .. }) => Ok(Point { fault: trigger::fault(connection).await?, ..point }),
        // A table that is gone is a fault of the log; anything else is a failure.
        Err(failure) => match trigger::fault(connection).await? {
            Some(fault) => {
                Ok(Point { schema: -1, fault: Some(fault), written: 0, head: Head::default(), seq: 0, mark: None })
            }
            None => Err(failure),
        },
    }
}
