//! Rounds as the program makes them, without the program.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::path::Path;

use charter::plan::Options;
use charter::reconcile::{Error, Intent, Round, round};
use charter::source::Source;
use charter::store::{Landing, Store};

/// The name of the only guard there is.
pub const GUARD: &str = "too-many-deletes";

/// Names a store in a folder.
pub fn store_in(folder: &Path) -> Store {
    Store::at(&format!("sqlite:{}", folder.join("charter.db").display())).unwrap()
}

/// Says who lands and when: always the same moment.
pub fn landing() -> Landing {
    Landing {
        actor: "ana".to_owned(),
        at: "2026-11-22T12:00:00Z".parse().unwrap(),
        reason: None,
        allowed: Vec::new(),
        adopt_store: false,
    }
}

/// A landing with the guard lifted.
pub fn lifted() -> Landing {
    Landing { allowed: vec![GUARD.to_owned()], reason: Some("agreed, GOV-7".to_owned()), ..landing() }
}

/// Makes a round for a revision.
pub fn apply(
    source: &dyn Source,
    store: &Store,
    revision: &str,
    landing: Landing,
    options: Options,
) -> Result<Round, Error> {
    let intent = Intent { revision: Some(revision.to_owned()), options, now: landing.at, landing, expected: None };
    round(source, &|_| Ok(store.clone()), &intent)
}
