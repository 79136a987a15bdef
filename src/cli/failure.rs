//! What ends a verb early: one line and an exit code.

use super::exit::Exit;
use crate::config::ConfigError;
use crate::model::finding::brief;
use crate::reconcile;
use crate::report::escape;
use crate::source::SourceError;
use crate::store::StoreError;

/// Why a verb could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the plan is {found} now, not {expected}: what it was made from has moved; look at `charter plan` again")]
    OtherPlan { expected: String, found: String },
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    No(String),
    /// What was read is not what it should be, so that nothing can be said of it.
    #[error("{0}")]
    Data(String),
    #[error("{path}: {cause}")]
    File { path: String, cause: String },
    /// Nothing more can be said: the output is closed.
    #[error("the output is closed")]
    Closed(Exit),
}

impl From<reconcile::Error> for Failure {
    fn from(error: reconcile::Error) -> Self {
        match error {
            reconcile::Error::Source(error) => Failure::Source(error),
            reconcile::Error::Store(error) => Failure::Store(error),
            reconcile::Error::Unclear(unclear) => Failure::Data(unclear.to_string()),
            reconcile::Error::OtherPlan { expected, found } => Failure::OtherPlan { expected, found },
        }
    }
}

impl From<Exit> for Failure {
    fn from(exit: Exit) -> Self {
        Failure::Closed(exit)
    }
}

impl Failure {
    /// Returns what to say, if somebody can hear it.
    pub fn message(&self) -> Option<String> {
        if let Failure::Closed(exit) = self {
            return (*exit != Exit::Done).then(|| "the output cannot be written".to_owned());
        }
        let is_stale = matches!(self, Failure::Store(StoreError::Stale(_)) | Failure::OtherPlan { .. });
        let code = if is_stale { "stale-plan: " } else { "" };
        let said = self.to_string();
        // What quotes an argument or a line of a file quotes what may be huge.
        let said = if matches!(self, Failure::Usage(_) | Failure::Data(_)) { brief(said) } else { said };
        Some(format!("{code}{}", escape::line(&said)))
    }

    /// Returns how the program ends.
    pub fn exit(&self) -> Exit {
        match self {
            Failure::Source(error) => of_source(error),
            Failure::Store(error) => of_store(error),
            Failure::Config(_) => Exit::Configuration,
            Failure::OtherPlan { .. } => Exit::Again,
            Failure::Usage(_) => Exit::Usage,
            Failure::No(_) => Exit::No,
            Failure::Data(_) => Exit::Data,
            Failure::File { .. } => Exit::Unavailable,
            Failure::Closed(exit) => *exit,
        }
    }
}

fn of_source(error: &SourceError) -> Exit {
    match error {
        SourceError::Unreadable { .. } => Exit::Data,
        SourceError::Changed { .. } => Exit::Again,
        SourceError::Halted { .. } => Exit::Interrupted,
        SourceError::BadPath { .. } => Exit::Usage,
        SourceError::NotFound { .. }
        | SourceError::NotARepository { .. }
        | SourceError::NoCommit { .. }
        | SourceError::NoSuchRevision { .. }
        | SourceError::AmbiguousRevision { .. }
        | SourceError::NoSuchPath { .. }
        | SourceError::UnsupportedRepository { .. }
        | SourceError::NotOwned { .. }
        | SourceError::RefusedUrl { .. }
        | SourceError::Unreachable { .. }
        | SourceError::Timeout { .. }
        | SourceError::Unwritable { .. }
        | SourceError::NoGit { .. }
        | SourceError::NoCache { .. } => Exit::Unavailable,
    }
}

fn of_store(error: &StoreError) -> Exit {
    match error {
        StoreError::Unsupported { .. }
        | StoreError::NewerVersion { .. }
        | StoreError::OlderVersion { .. }
        | StoreError::OtherLineage { .. } => Exit::Configuration,
        StoreError::NotAStore { .. } | StoreError::Corrupt { .. } | StoreError::BrokenJournal { .. } => Exit::Data,
        StoreError::ReadOnly { .. } | StoreError::DiskFull { .. } | StoreError::Io { .. } => Exit::Unavailable,
        StoreError::Busy { .. } | StoreError::Stale(_) => Exit::Again,
    }
}
