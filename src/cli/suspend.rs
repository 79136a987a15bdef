//! `charter suspend`: a source is not followed until somebody says so.

use super::args::{RepoArgs, StoreArgs, reason};
use super::outcome::{self, Stored};
use super::{Context, Exit, Failure, apply, print};
use crate::model::name::Name;
use crate::model::source_state::Suspension;
use crate::store::Store;
use jiff::Timestamp;

/// Stops following a source: until `charter resume` the daemon applies and puts back nothing, and records what differs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter suspend central --reason \"incident 12: hands off\"
  charter resume central --reason \"incident 12 is over\"")]
pub struct Args {
    #[command(flatten)]
    pub which: Which,
}

/// Which source, and why.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// The source, as `charter status` names it.
    pub source: String,
    /// Why, for the journal.
    #[arg(long, value_name = "TEXT", value_parser = reason())]
    pub reason: String,
    #[command(flatten)]
    pub repo: RepoArgs,
    #[command(flatten)]
    pub store: StoreArgs,
}

impl Which {
    /// Finds the store and the source's name, and makes the word for the journal.
    pub fn word(&self, context: &Context) -> Result<(Store, Name, Suspension), Failure> {
        let name = self.source.parse::<Name>().map_err(|fault| Failure::Usage(fault.message))?;
        if name.as_str() != crate::model::source_state::CENTRAL {
            return Err(Failure::Usage(format!("there is no source `{name}`: the only one is `central`")));
        }
        let Stored { trouble, store, .. } = Stored::find(&self.repo, &self.store, context)?;
        outcome::without_source(trouble.as_ref(), context);
        let store = store
            .ok_or_else(|| Failure::No("there is no store for this repository yet: nothing is followed".to_owned()))?;
        Ok((store, name, Suspension { reason: self.reason.clone(), at: Timestamp::now(), by: apply::actor() }))
    }
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let (store, name, word) = args.which.word(context)?;
    store.writer()?.suspend(&name, &word)?;
    print::data(&format!("suspended {name}        charter resume {name} --reason TEXT\n"))?;
    Ok(Exit::Done)
}
