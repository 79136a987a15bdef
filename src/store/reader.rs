//! The reading half of a store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::change_log::{self, Log};
use super::cursor::{self, Cursor};
use super::error::StoreError;
use super::file_id::FileId;
use super::sqlite::{Session, transaction};
use super::{drift_record, effective, entries, source_state, state};
use crate::model::applied::{Accepted, Applied};
use crate::model::canonical::Canonical;
use crate::model::drift::Record;
use crate::model::effective::Effective;
use crate::model::id::ResourceId;
use crate::model::journal::{Entry, Head};
use crate::model::live::Live;
use crate::model::raw_key::RawKey;
use crate::model::row_key::RowKey;
use crate::model::source_state::{Beat, SourceState};

/// Reads a store; it never creates, migrates or writes one, and takes no lock.
///
/// It may be kept open as long as one likes: nothing is held between two calls.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    patience: Duration,
    /// The file that was found when the path was looked at last.
    file: Option<FileId>,
    /// `None` where no store is there.
    session: Option<Session>,
}

impl Reader {
    pub(super) fn open(path: &Path, patience: Duration) -> Result<Reader, StoreError> {
        // Looked at first: a file that is replaced before it is opened is seen to be another at the next look.
        let file = FileId::of(path)?;
        Ok(Reader { path: path.into(), patience, file, session: Session::read(path, patience)? })
    }

    /// Says whether there is no store: it reads as empty.
    pub fn is_missing(&self) -> bool {
        self.session.is_none()
    }

    /// Reads what is live and what was applied, both of one moment.
    ///
    /// # Errors
    /// A damaged store, and whatever keeps it from being read.
    pub fn state(&mut self) -> Result<(Live, Applied), StoreError> {
        match &mut self.session {
            Some(session) => session.run(state::read),
            None => Ok(Default::default()),
        }
    }

    /// Reads everything that a daemon starts from, all of one moment: what changes after it, [`Reader::since`] tells.
    ///
    /// Of the records of drift those that are open or ended since a moment, the oldest first.
    ///
    /// # Errors
    /// A damaged store, and whatever keeps it from being read.
    pub fn state_at(&mut self, since: Timestamp) -> Result<(Live, Applied, Vec<Record>, Cursor), StoreError> {
        self.look_again()?;
        let file = self.file;
        let Some(session) = &mut self.session else {
            return Ok((Live::default(), Applied::default(), Vec::new(), Cursor { file, point: None }));
        };
        session.run(async |connection| {
            transaction(connection, "BEGIN", async |connection| {
                let (live, applied) = state::all(connection).await?;
                let records = drift_record::since(connection, since).await?;
                let point = Some(cursor::here(connection).await?);
                Ok((live, applied, records, Cursor { file, point }))
            })
            .await
        })
    }

    /// Returns where the store is now.
    ///
    /// # Errors
    /// Whatever keeps the store from being read.
    pub fn cursor(&mut self) -> Result<Cursor, StoreError> {
        self.look_again()?;
        self.here()
    }

    /// Tells what happened since a cursor, and where the store is now. Where nothing did, that is one statement.
    ///
    /// A file that was replaced is opened anew: from here on this reader reads the new one.
    ///
    /// # Errors
    /// A file that is no store, is damaged, cannot be read, or has another schema than this Charter's.
    pub fn since(&mut self, cursor: &Cursor) -> Result<(Log, Cursor), StoreError> {
        self.look_again()?;
        let file = self.file;
        let lost = match (&mut self.session, &cursor.point) {
            (None, None) => return Ok((Log::Quiet, Cursor { file, point: None })),
            (None, Some(_)) => "the store is gone",
            (Some(_), None) => "the store was created",
            (Some(_), Some(_)) if file != cursor.file => "the store was replaced by another file",
            (Some(session), Some(seen)) => {
                let (log, point) = session.run(async |connection| change_log::since(connection, seen).await)?;
                return Ok((log, Cursor { file, point: Some(point) }));
            }
        };
        Ok((Log::Lost(lost.to_owned()), self.here()?))
    }

    fn here(&mut self) -> Result<Cursor, StoreError> {
        let point = self.session.as_mut().map(|session| session.run(cursor::here)).transpose()?;
        Ok(Cursor { file: self.file, point })
    }

    /// Opens what stands at the path now, where that is not what was opened.
    fn look_again(&mut self) -> Result<(), StoreError> {
        let file = FileId::of(&self.path)?;
        if file == self.file && self.session.is_some() == file.is_some() {
            return Ok(());
        }
        self.session = None;
        self.file = file;
        self.session = Session::read(&self.path, self.patience)?;
        Ok(())
    }

    /// Reads what is live of some resources, by key and in their order; `None` for what is not there.
    ///
    /// # Errors
    /// Whatever keeps the store from being read.
    pub fn rows(&mut self, ids: &[ResourceId]) -> Result<Vec<(ResourceId, Option<Canonical>)>, StoreError> {
        match &mut self.session {
            Some(session) => session.run(async |connection| {
                transaction(connection, "BEGIN", async |connection| state::rows(connection, ids).await).await
            }),
            None => Ok(ids.iter().map(|id| (id.clone(), None)).collect()),
        }
    }

    /// Reads live rows that name no resource, by key and in their order; `None` for what is not there.
    ///
    /// # Errors
    /// Whatever keeps the store from being read.
    pub fn strays(&mut self, keys: &[RawKey]) -> Result<Vec<(RawKey, Option<Canonical>)>, StoreError> {
        let Some(session) = &mut self.session else { return Ok(keys.iter().map(|key| (key.clone(), None)).collect()) };
        session.run(async |connection| {
            let mut found = Vec::with_capacity(keys.len());
            for key in keys {
                found.push((key.clone(), state::stray(connection, key).await?));
            }
            Ok(found)
        })
    }

    /// Reads when somebody who was not Charter last wrote some rows: those of which the log of the store still tells.
    ///
    /// # Errors
    /// Whatever keeps the store from being read.
    pub fn last_writes<'a>(
        &mut self,
        rows: impl Iterator<Item = &'a RowKey>,
    ) -> Result<BTreeMap<RowKey, Timestamp>, StoreError> {
        match &mut self.session {
            Some(session) => session.run(async |connection| change_log::last_writes(connection, rows).await),
            None => Ok(BTreeMap::new()),
        }
    }

    /// Reads which revision is accepted; `None` before the first landing.
    ///
    /// # Errors
    /// A row that cannot be read, and whatever keeps the store from being read.
    pub fn accepted(&mut self) -> Result<Option<Accepted>, StoreError> {
        self.look_again()?;
        self.session
            .as_mut()
            .map_or(Ok(None), |session| session.run(async |connection| Ok(state::standing(connection).await?.0)))
    }

    /// Reads when a revision landed first, which is accepted now or was, by the beginning of its id; its whole id besides.
    ///
    /// # Errors
    /// An entry that cannot be read, and whatever keeps the store from being read.
    pub fn landed(&mut self, beginning: &str) -> Result<Option<(String, Timestamp)>, StoreError> {
        match &mut self.session {
            Some(session) => session.run(async |connection| entries::landed(connection, beginning).await),
            None => Ok(None),
        }
    }

    /// Reads the rows of effective access.
    ///
    /// # Errors
    /// Whatever keeps the store from being read.
    pub fn effective(&mut self) -> Result<Effective, StoreError> {
        self.session.as_mut().map_or_else(|| Ok(Effective::default()), |session| session.run(effective::all))
    }

    /// Reads how the sources stand, by name.
    ///
    /// # Errors
    /// A row that cannot be read, and whatever keeps the store from being read.
    pub fn sources(&mut self) -> Result<Vec<SourceState>, StoreError> {
        self.session.as_mut().map_or_else(|| Ok(Vec::new()), |session| session.run(source_state::all))
    }

    /// Reads the last sign of life of a daemon; `None` where there never was one, or where its table is damaged.
    ///
    /// # Errors
    /// A row that cannot be read, and whatever keeps the store from being read.
    pub fn daemon(&mut self) -> Result<Option<Beat>, StoreError> {
        let Some(session) = &mut self.session else { return Ok(None) };
        session.run(async |connection| match source_state::life(connection).await {
            Err(_) if cursor::fault(connection).await?.is_some() => Ok(None),
            life => life,
        })
    }

    /// Reads the newest entries of the journal, all of them without a number; the oldest of them first.
    ///
    /// # Errors
    /// [`StoreError::BrokenJournal`] where an entry cannot be read; the chain is not checked.
    pub fn entries(&mut self, newest: Option<u64>) -> Result<Vec<Entry>, StoreError> {
        match &mut self.session {
            Some(session) => session.run(async |connection| entries::newest(connection, newest).await),
            None => Ok(Vec::new()),
        }
    }

    /// Checks the whole journal, entry by entry, and that folding it gives the applied state. Returns where it ends.
    ///
    /// # Errors
    /// [`StoreError::BrokenJournal`] names the first entry that is not as it was written; [`StoreError::Corrupt`] what
    /// is applied but not as the journal says.
    pub fn verify(&mut self) -> Result<Head, StoreError> {
        match &mut self.session {
            Some(session) => session.run(async |connection| transaction(connection, "BEGIN", entries::verify).await),
            None => Ok(Head::default()),
        }
    }
}
