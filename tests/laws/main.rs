//! Laws of the whole: what holds for every organisation, every live state and every text.
//!
//! `PROPTEST_CASES=5000 cargo test --release --test laws` tries each law that often.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod access;
mod convergence;
mod following;
mod incremental;
mod judging;
mod mending;
mod order;
mod prefix;
mod reading;
mod rules;
mod sharing;
mod survival;

#[path = "../support/access.rs"]
mod chance;
#[path = "../support/law.rs"]
mod law;
#[path = "../support/memory.rs"]
mod memory;
#[path = "../support/mutation.rs"]
mod mutation;
#[path = "../support/organisation.rs"]
mod organisation;
#[path = "../support/round.rs"]
mod round;
#[path = "../support/say.rs"]
mod say;
#[path = "../support/sql.rs"]
mod sql;

use std::collections::BTreeMap;

use charter::model::admitted::Admitted;
use charter::model::applied::Applied;
use charter::model::canonical::Canonical;
use charter::model::id::ResourceId;
use charter::model::live::Live;
use charter::model::plan::Plan;
use charter::plan::{Options, plan};
use charter::reconcile::{Checked, check};
use charter::source::At;
use memory::{Files, Memory};
use organisation::{Organisation, spelled};

type Rows = BTreeMap<ResourceId, Canonical>;

/// Checks files as a commit of their own.
fn checked(files: &Files) -> Checked {
    let now = round::landing().at;
    check(&Memory::of(vec![files.clone()]), &At::Revision(None), now).unwrap()
}

/// Admits an organisation without mistakes.
fn admitted(organisation: &Organisation) -> Admitted {
    let files = spelled(&organisation.declarations(), 0);
    let Checked { report, admitted, .. } = checked(&files);
    admitted.unwrap_or_else(|| panic!("{:?}", report.findings))
}

/// What is desired, as rows.
fn wanted(admitted: &Admitted) -> Rows {
    let resources = &admitted.desired().resources;
    resources.iter().map(|manifest| (manifest.id.clone(), manifest.canonical.clone())).collect()
}

fn planned(admitted: &Admitted, applied: &Rows, live: &Rows, options: Options) -> Plan {
    let applied = Applied { rows: applied.clone(), ..Applied::default() };
    let live = Live { rows: live.clone(), foreign: BTreeMap::new() };
    plan(admitted, &applied, &live, &options)
}
