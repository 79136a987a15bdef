//! Store: what is live, what was applied, and the journal of how it came about.
//!
//! | file | what it is about |
//! |---|---|
//! | `location` | where a store is: [`Store`] |
//! | `sqlite` | opening a SQLite file, and not somebody else's |
//! | `state`, `packed` | reading all of it in one moment |
//! | `reader` | [`Reader`]: never creates, migrates or writes |
//! | `writer` | [`Writer`]: lands a plan in one transaction |
//! | `moved` | what is otherwise than a plan was made from |
//! | `record`, [`journal`], `entries` | the entries of a landing; their chain of hashes; reading them |
//! | `applied_sum` | whether the applied rows are those that were written |
//! | `day_end` | when the days of the manifests end, for SQL |
//! | `change_log`, [`Cursor`] | what anybody but Charter touched since a moment: [`Log`] |
//! | `schema`, `damage` | whether all of it is as Charter made it; putting back what is not |
//! | `file_id` | whether it is the same file |
//! | `prune` | keeping that log short |
//! | `drift_record` | the records of drift |
//! | `source_state` | how the daemon and its sources stand |
//! | `lock`, `patience` | [`RunLock`]: one `run` a store; waiting for another writer |
//! | `error` | what can go wrong with a store |
//!
//! The rooms above are synchronous. Reader and Writer keep a runtime of their own and must be used and dropped outside
//! of any other.

mod applied_sum;
mod batch;
mod change_log;
mod cursor;
mod damage;
mod day_end;
mod drift_record;
mod effective;
mod entries;
mod error;
mod file_id;
pub mod journal;
mod landing;
mod location;
mod lock;
mod moved;
mod packed;
mod patience;
mod prune;
mod reader;
mod record;
mod schema;
mod source_state;
mod sqlite;
mod state;
mod writer;

pub use change_log::{Log, Touched, Wrote};
pub use cursor::Cursor;
pub use error::StoreError;
pub use landing::{Landed, Landing};
pub use location::Store;
pub use lock::RunLock;
pub use reader::Reader;
pub use writer::Writer;

#[cfg(test)]
mod tests {
    use sqlx::{Row, SqliteConnection};

    use super::error::Failure;
    use super::*;

    /// Every statement of a daemon's round: following the log, reading by key, landing, and what it writes of itself.
    ///
    /// A landing that changes the Organization reads all live ends of days besides: its time zone may be another.
    const ROUND: &[&str] = &[
        cursor::GLANCE,
        cursor::DAYS,
        change_log::ENTRIES,
        change_log::NUMBERS,
        schema::OBJECTS,
        change_log::LAST_WRITES,
        change_log::LAST_WRITE,
        state::ROWS,
        state::STRAY,
        entries::NEWEST,
        applied_sum::KEPT,
        moved::SUSPECTS,
        moved::ROWS,
        writer::BEGIN,
        writer::PUT_LIVE,
        writer::TAKE_LIVE,
        writer::TAKE_STRAY,
        writer::PUT_APPLIED,
        writer::TAKE_APPLIED,
        writer::PUT_ACCEPTED,
        writer::END,
        record::APPEND,
        record::PUT_HEAD,
        day_end::ORGANIZATION,
        day_end::WRITE,
        drift_record::PUT,
        drift_record::SINCE,
        drift_record::FORGET_OLD,
        drift_record::FORGET_MANY,
        prune::FORGET,
        source_state::OBSERVE,
        source_state::BEAT,
        source_state::ALL,
        source_state::LIFE,
    ];

    async fn explain(connection: &mut SqliteConnection, sql: &str) -> Result<Vec<String>, Failure> {
        let explained = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let steps = sqlx::raw_sql(explained).fetch_all(connection).await?;
        Ok(steps.iter().map(|step| step.get("detail")).collect())
    }

    /// What grows with the organisation or with time, and what the statements call it where they give it another name.
    const LARGE: [&str; 5] = ["live_resource", "applied_resource", "l", "a", "drift_record"];

    fn scans(steps: &[String]) -> bool {
        let large = |step: &String| {
            let mut words = step.split(' ');
            words.next() == Some("SCAN") && words.next().is_some_and(|table| LARGE.contains(&table))
        };
        steps.iter().any(large)
    }

    #[test]
    fn no_statement_of_a_round_scans_what_is_live_or_what_ever_drifted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("charter.db");
        let patience = patience::Patience { longest: std::time::Duration::ZERO, told: None };
        let mut session = sqlite::Session::write(&path, patience).unwrap();
        for sql in ROUND {
            let steps = session.run(async |connection| explain(connection, sql).await).unwrap();
            assert!(!scans(&steps), "{sql}: {steps:?}");
        }
        for by_key in [state::ROWS, moved::SUSPECTS, writer::TAKE_LIVE] {
            let steps = session.run(async |connection| explain(connection, by_key).await).unwrap();
            let key = "USING PRIMARY KEY (kind=? AND team=? AND name=?)";
            assert!(steps.iter().any(|step| step.starts_with("SEARCH l") && step.contains(key)), "{steps:?}");
        }
        for (sql, index) in [
            (change_log::LAST_WRITES, "INDEX change_log_by_row (kind=? AND team=? AND name=?)"),
            (change_log::LAST_WRITE, "INDEX change_log_by_row (kind=? AND team=? AND name=?)"),
            (drift_record::SINCE, "INDEX drift_record_by_end (ended_at>?)"),
            (drift_record::FORGET_OLD, "INDEX drift_record_by_end (ended_at<?)"),
            (drift_record::FORGET_MANY, "INTEGER PRIMARY KEY (rowid<?)"),
        ] {
            let steps = session.run(async |connection| explain(connection, sql).await).unwrap();
            assert!(steps.iter().any(|step| step.contains(index)), "{sql}: {steps:?}");
        }
        // A statement that does scan is seen.
        for all in ["SELECT * FROM live_resource AS l", "SELECT * FROM drift_record ORDER BY first_seen"] {
            assert!(scans(&session.run(async |connection| explain(connection, all).await).unwrap()));
        }
    }
}
