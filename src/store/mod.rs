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
//! | `record`, [`journal`] | the entries of a landing; their chain of hashes |
//! | `day_end` | when the days of the manifests end, for SQL |
//! | `lock` | [`RunLock`]: one `run` a store |
//! | `error` | what can go wrong with a store |
//!
//! The rooms above are synchronous. Reader and Writer keep a runtime of their own and must be used and dropped outside of
//! any other.

mod batch;
mod day_end;
mod error;
pub mod journal;
mod location;
mod lock;
mod moved;
mod packed;
mod reader;
mod record;
mod sqlite;
mod state;
mod writer;

pub use error::StoreError;
pub use location::Store;
pub use lock::RunLock;
pub use reader::Reader;
pub use writer::{Landed, Landing, Writer};
