//! The daemon end to end: the real program follows a real repository, and is looked at from outside only.
//!
//! `CHARTER_DAEMON_KILLS=500 cargo test --release --test daemon` kills it more often than the fifty times of every run. The long history is
//! in the folder that `CHARTER_HISTORY` names; without one it is skipped, and fails where `CHARTER_REQUIRE_HISTORY` is 1.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod asking;
mod commits;
mod damage;
mod edits;
mod history;
mod kills;
mod locks;
mod remote;
mod secrets;
mod service;
mod triggers;

#[path = "../support/organisation.rs"]
mod organisation;
mod scene;

#[path = "../support/memory.rs"]
mod memory;
#[path = "../support/say.rs"]
mod say;
#[path = "../support/sql.rs"]
mod sql;
#[path = "../support/mod.rs"]
mod support;
