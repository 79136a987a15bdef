//! `charter run`: makes rounds. For now one, with `--once`.

use std::cell::OnceCell;

use super::args::{ClockArgs, OutputArgs, RepoArgs, StoreArgs};
use super::{Context, Exit, Failure, apply, outcome};
use crate::model::name::Name;
use crate::plan::Options;
use crate::reconcile::{self, Intent};
use crate::store::Landing;

/// Makes one round: checks the last commit, plans it and applies it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter run --once                                   one round for the repository here
  charter run --once --repo . --path examples/acme     one round for a directory of it

Exit codes: 0 applied or in sync, 1 not valid or held, 75 busy or stale")]
pub struct Args {
    /// Makes one round and ends
    #[arg(long, required = true)]
    once: bool,
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
    let source = args.repo.open(None, context)?;
    let now = args.clock.now();
    let landing = Landing { actor: apply::actor(), at: now, reason: None, allowed: Vec::new(), adopt_store: false };
    let intent = Intent { revision: None, options: Options::default(), landing, expected: None };
    let lock = OnceCell::new();
    // Held until the round has ended: one `run` follows a store.
    let place = |organization: &Name| {
        let store = args.store.place(source.as_ref(), organization, context)?;
        let _held = lock.set(store.lock()?);
        Ok(store)
    };
    let round = reconcile::round(source.as_ref(), &place, &intent)?;
    outcome::round(&round, &args.output, now, context)
}
