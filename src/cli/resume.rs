//! `charter resume`: a suspended source is followed again.

use super::suspend::Which;
use super::{Context, Exit, Failure, print};

/// Follows a source again that was suspended.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter resume central --reason \"incident 12 is over\"")]
pub struct Args {
    #[command(flatten)]
    which: Which,
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let (store, name, word) = args.which.word(context)?;
    let resumed = store.writer()?.resume(&name, &word)?;
    print::data(&if resumed.is_some() { format!("resumed {name}\n") } else { format!("{name} was not suspended\n") })?;
    Ok(Exit::Done)
}
