//! The one path of the CLI and the daemon: check, plan, land. Reads everything, then thinks, then writes.
//!
//! [`check()`] reads a source and judges it; [`plan()`] reads a store and plans; [`round()`] does both and lands the
//! plan; a [`Follower`] makes rounds one after another and remembers what cannot have changed in between.

mod ahead;
mod asking;
mod check;
mod follow;
mod head;
mod landing;
mod memo;
mod mending;
mod planning;
mod querying;
mod round;
mod step;
mod validation;
mod view;

pub use asking::{Ground, Unclear, declared, live};
pub use check::{Checked, check};
pub use follow::{Condition, Follower};
pub use memo::{Memo, Spent};
pub use planning::{Planned, Records, drift, plan};
pub use querying::{evaluate, packages};
pub use round::{Intent, OWN_RULES, Outcome, Round, round};
pub use step::{Step, Treatment};
pub use validation::{Question, fix, validate};

use crate::source::SourceError;
use crate::store::StoreError;

/// Why a round could not be made. What the user got wrong is no error but a report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nobody can tell who may do what.
    #[error(transparent)]
    Unclear(#[from] Unclear),
    /// The plan is not the one that was asked for by its hash.
    #[error("the plan is {found} now, not {expected}: what it was made from has moved; look at `charter plan` again")]
    OtherPlan { expected: String, found: String },
}
