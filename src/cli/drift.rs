//! `charter drift`: what differs from what was applied, since when, and how it ended.

use jiff::Timestamp;
use serde_json::json;

use super::args::{ClockArgs, Format, OutputArgs, PLAIN, RepoArgs, StoreArgs};
use super::{Context, Exit, Failure, outcome};
use crate::model::drift::Record;
use crate::reconcile::{self, Drift};
use crate::report::{drift, json};

/// Shows the records of drift: resources whose live state differs from what was applied. Writes nothing.
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

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(PLAIN)?;
    let source = args.repo.open(None, context)?;
    let now: Timestamp = args.clock.now();
    let Drift { records, foreign } = match args.store.find(source.as_ref(), context)? {
        Some(store) => {
            outcome::damage(&mut store.reader()?, &store, context)?;
            reconcile::drift(&store, now)?
        }
        None => Drift::default(),
    };
    let open = records.iter().filter(|record| record.is_open()).count() + foreign.len();
    let shown: Vec<&Record> = records.iter().filter(|record| args.all || record.is_open()).collect();
    let value = || json!({ "version": json::VERSION, "open": open, "records": shown, "foreign": foreign });
    output.emit(&[
        (Format::Text, &|| drift::text(&shown, &foreign, open, now)),
        (Format::Json, &|| json::without_credentials(&value())),
    ])?;
    Ok(if open > 0 { Exit::Changes } else { Exit::Done })
}
