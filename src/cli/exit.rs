//! Exit codes (sysexits.h where one fits).

use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done,
    /// Invalid, held, not found, not ready: the answer is no.
    No,
    /// `plan --exit-code` with changes.
    Changes,
    Usage,
    /// A file that is not what it should be.
    Data,
    /// No repository, branch, path or space.
    Unavailable,
    Internal,
    /// Busy or stale: try again.
    Again,
    Configuration,
    /// Ended by SIGINT.
    Interrupted,
}

impl Exit {
    /// Returns the number.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::No => 1,
            Exit::Changes => 2,
            Exit::Usage => 64,
            Exit::Data => 65,
            Exit::Unavailable => 69,
            Exit::Internal => 70,
            Exit::Again => 75,
            Exit::Configuration => 78,
            Exit::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}
