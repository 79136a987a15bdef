//! `charter drift`: what differs from what was applied, since when, and how it ended.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::args::{ClockArgs, Format, OutputArgs, PLAIN, RepoArgs, StoreArgs};
use super::outcome::{self, Stored};
use super::{Context, Exit, Failure};
use crate::model::drift::Record;
use crate::reconcile::{self, Records};
use crate::report::drift::Field;
use crate::report::{drift, json};

/// Shows the records of drift, the newest last: rows whose live state differs from what was applied. Writes nothing.
///
/// A record is one incident: a row that differs in one way, and does so again within an hour. It is open, reported (left,
/// with run --drift report) or a fight (somebody keeps writing it back), and ends healed, resolved or pruned. Records are
/// kept for 90 days after they ended, the newest 100,000 of them. What differs before a daemon or an apply recorded it
/// has no id yet.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter drift                          what differs now
  charter drift --all                    what ever differed, and how it ended
  charter drift -o json                  for a script

Exit codes: 0 nothing is open, 2 something is")]
pub struct Args {
    /// Shows ended records too.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    repo: RepoArgs,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    clock: ClockArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// A record as a script reads it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    /// One of open, reported, fight, healed, resolved, pruned.
    state: &'static str,
    /// Whether it is on record, with an id that stays.
    recorded: bool,
    #[serde(flatten)]
    record: &'a Record,
    /// The fields that differ.
    fields: Vec<Field>,
}

impl<'a> Shown<'a> {
    fn of(record: &'a Record) -> Self {
        let (state, recorded) = (record.state(), !record.id.is_empty());
        Shown { state, recorded, record, fields: drift::fields(record) }
    }
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(PLAIN)?;
    let Stored { trouble, store, .. } = Stored::find(&args.repo, &args.store, context)?;
    outcome::without_source(trouble.as_ref(), context);
    let now: Timestamp = args.clock.now();
    let wanted = if args.all { Records::All } else { Records::Open };
    let records = match store {
        Some(store) => {
            outcome::damage(&mut store.reader()?, &store, context)?;
            reconcile::drift(&store, wanted, now)?
        }
        None => Vec::new(),
    };
    let open = records.iter().filter(|record| record.is_open()).count();
    let value = || {
        let shown: Vec<Shown<'_>> = records.iter().map(Shown::of).collect();
        json!({ "version": json::VERSION, "open": open, "records": shown })
    };
    output.emit(&[
        (Format::Text, &|| drift::text(&records, now)),
        (Format::Json, &|| json::without_credentials(&value())),
    ])?;
    Ok(if open > 0 { Exit::Changes } else { Exit::Done })
}
