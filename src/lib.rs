//! Charter: governance as code for organisations whose teams run AI agents.
//!
//! Five tiers; a module imports lower tiers only, and data flows one way:
//!
//! ```text
//! commit -> Snapshot -> Manifests -> Desired -> (Verdict) -> Admitted --+
//!                       store::Reader -> Live, Applied -----------------+-> Plan -> Writer::land, one transaction
//! ```
//!
//! | tier | rooms | what they may do |
//! |---|---|---|
//! | 0 | [`model`] | be: the nouns |
//! | 1 | `parse`, `compile`, `access`, `budget`, `policy`, `plan`, `drift`, `report` | think: pure functions of their arguments, the clock among them |
//! | 2 | `source`, `store` | read and write the world |
//! | 3 | `reconcile` | bring them together: the one path of the CLI and the daemon |
//! | 4 | `cli`, `daemon`, `config`, `telemetry` | talk to people |

pub mod access;
pub mod budget;
pub mod cli;
pub mod compile;
pub mod config;
pub mod daemon;
pub mod drift;
pub mod model;
pub mod parse;
pub mod plan;
pub mod policy;
pub mod reconcile;
pub mod report;
pub mod source;
pub mod store;
pub mod telemetry;
