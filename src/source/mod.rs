//! Tier 2: where manifests come from: a git repository, here or elsewhere, or a plain directory.
//!
//! ```text
//! open -> Git        commit:        tree -> Gathering -> blobs          -> Snapshot
//!                    working tree:  tree + Overlay -> blobs and files   -> Snapshot
//!      -> Directory                 files                               -> Snapshot
//!      -> Remote     ls-remote, fetch into a bare cache -> Git          -> Snapshot
//! Aside             one hand looks for the head on a thread of its own, the other reads
//! ```
//!
//! Nothing is checked out, no link is followed, no hook runs. What cannot be read is an error, or a finding with which
//! no change is accepted: it is never taken for absent.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::snapshot::{Delta, Revision, Snapshot, SourceFile};

mod address;
mod aside;
mod cache;
mod delta;
mod directory;
mod disk;
mod error;
mod gathering;
mod git;
mod host;
pub mod limits;
mod locate;
mod objects;
mod remote;
mod revision;
mod rewriting;
mod roots;
mod transport;
mod tree;
mod working_tree;

pub use aside::Aside;
pub use error::SourceError;
pub use host::{Halt, Host};
pub use locate::{create_repository, open, stand_in};
pub use objects::trust_objects;
pub use rewriting::{Rewrite, rewrite};

/// Which state of a source is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// HEAD with the uncommitted changes, as the files lie there. Where a branch was named and in a bare repository,
    /// which have no such thing, the commit.
    WorkingTree,
    /// A branch, a tag or a commit, also abbreviated; `None` for the named branch, or HEAD.
    Revision(Option<String>),
}

/// What is governed in a repository.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The governed path below the directory that is opened, `/` between its parts; empty for all of it.
    pub path: String,
    /// The branch that counts in place of HEAD.
    pub branch: Option<String>,
    /// The folder for the copies of remote repositories.
    pub cache: PathBuf,
    /// How long one call of the `git` program may take; two minutes where nothing is said.
    pub timeout: Option<Duration>,
    pub host: Host,
}

/// Where manifests come from.
pub trait Source: Debug + Send {
    /// Names the source for people: its place, and the governed path.
    fn describe(&self) -> String;

    /// Reads everything below the governed path at one moment. Paths are those of the repository, or of the directory.
    ///
    /// Each file may be handed to `seen` as soon as it is read, in any order, also where the whole cannot be read then.
    ///
    /// # Errors
    /// Where the moment or the path does not exist, and where anything below the path cannot be read.
    fn read(&self, at: &At, seen: &mut dyn FnMut(&SourceFile)) -> Result<Snapshot, SourceError>;

    /// Reads everything like [`Source::read`].
    ///
    /// # Errors
    /// Those of [`Source::read`].
    fn snapshot(&self, at: &At) -> Result<Snapshot, SourceError> {
        self.read(at, &mut |_| ())
    }

    /// Reads what differs between a snapshot of a commit and the commit that [`At::Revision`] without a name means: at
    /// the cost of what differs. `None` where it has to be read as a whole.
    ///
    /// # Errors
    /// Those of [`Source::snapshot`].
    fn delta(&self, _base: &Snapshot) -> Result<Option<Delta>, SourceError> {
        Ok(None)
    }

    /// Names the commit that [`At::Revision`] without a name means; `None` before the first commit and for a directory.
    ///
    /// # Errors
    /// Where the branch does not exist or the repository cannot be read.
    fn head(&self) -> Result<Option<Revision>, SourceError>;

    /// Sees to it, where a look is due, that [`Source::head`] answers at once, and says whether it is to be asked now.
    ///
    /// Where a look takes no time that is whenever it is due.
    fn look_ahead(&self, is_due: bool) -> bool {
        is_due
    }

    /// Says whether a look at it goes to another machine and may take long.
    fn is_far(&self) -> bool {
        false
    }

    /// Names the branch that HEAD stands for, also before its first commit; `None` where it stands for none.
    ///
    /// # Errors
    /// Where the repository cannot be read.
    fn branch(&self) -> Result<Option<String>, SourceError> {
        Ok(self.head()?.and_then(|head| head.reference))
    }

    /// Stays on a branch where none was named and none was stayed on before, whatever HEAD stands for from then on.
    fn stay_on(&self, _branch: &str) {}

    /// Returns what tells this repository from every other: its absolute path without links, the same for all its work
    /// trees, or its address without user and password.
    fn identity(&self) -> String;

    /// Finds the commit that a branch, a tag or an id names; `None` for a directory, which has none.
    ///
    /// # Errors
    /// Where there is no such revision or the repository cannot be read.
    fn resolve(&self, revision: &str) -> Result<Option<Revision>, SourceError>;

    /// Finds the commit at which a state left a revision, the best merge base of both; `None` where they have no commit in
    /// common, as far as the repository is here.
    ///
    /// # Errors
    /// Where there is no such revision or the repository cannot be read.
    fn merge_base(&self, _revision: &str, _at: &At) -> Result<Option<String>, SourceError> {
        Ok(None)
    }

    /// Lists the folders in which something moves when the source does; none where only looking helps.
    fn watched(&self) -> Vec<PathBuf>;

    /// Says whether a commit builds on another: is it, or comes after it. What a shallow clone cannot know is granted; a
    /// commit that is not here builds on none.
    ///
    /// # Errors
    /// Where the repository cannot be read.
    fn descends(&self, commit: &str, from: &str) -> Result<bool, SourceError>;

    /// Returns the governed path inside the repository, empty for all of it.
    fn governed_path(&self) -> &str;

    /// Returns the folder in which [`At::WorkingTree`] has its files; `None` where it means a commit.
    fn work_tree(&self) -> Option<&Path> {
        None
    }
}
