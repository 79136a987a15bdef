//! `charter wait`: blocks until a revision is live, or cannot become so.

use std::time::{Duration, Instant};

use super::args::{RepoArgs, StoreArgs};
use super::{Context, Exit, Failure, print};
use crate::model::source_state::Condition;
use crate::source::Source;
use crate::store::{Reader, Store};

/// Waits until the daemon has accepted a revision, or one that builds on it; ends at once where it is refused.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter wait HEAD                      after a push, until it is live
  charter wait 9f2c1ab --timeout 60      at most a minute

Exit codes: 0 accepted, 1 refused or held, 75 not in time")]
pub struct Args {
    /// The branch, tag or commit.
    rev: String,
    /// How long to wait at most, in seconds.
    #[arg(long, default_value_t = 300, value_name = "SECONDS")]
    timeout: u64,
    #[command(flatten)]
    repo: RepoArgs,
    #[command(flatten)]
    store: StoreArgs,
}

/// How often the store is looked at.
const PERIOD: Duration = Duration::from_millis(100);

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let source = args.repo.open(None, context)?;
    let commit = source.resolve(&args.rev)?.map(|revision| revision.commit);
    let commit = commit.ok_or_else(|| Failure::No("a plain directory has no revisions to wait for".to_owned()))?;
    let until = Instant::now() + Duration::from_secs(args.timeout);
    let mut reader: Option<Reader> = None;
    loop {
        if reader.is_none() {
            reader = args.store.find(source.as_ref(), context)?.map(|store: Store| store.reader()).transpose()?;
        }
        if let Some(reader) = &mut reader
            && let Some(exit) = look(source.as_ref(), reader, &commit)?
        {
            return Ok(exit);
        }
        if Instant::now() >= until {
            context.note(&format!(
                "error: {} was not accepted within {} s: is `charter run` running?",
                args.rev, args.timeout
            ));
            return Ok(Exit::Again);
        }
        std::thread::sleep(PERIOD);
    }
}

/// Says how the wait ends, if it does now.
fn look(source: &dyn Source, reader: &mut Reader, commit: &str) -> Result<Option<Exit>, Failure> {
    let builds_on = |later: Option<&String>| later.map_or(Ok(false), |later| source.descends(later, commit));
    let accepted = reader.accepted()?.and_then(|accepted| accepted.revision).map(|revision| revision.commit);
    if builds_on(accepted.as_ref())? {
        print::data(&format!("accepted {}\n", commit.get(..7).unwrap_or(commit)))?;
        return Ok(Some(Exit::Done));
    }
    for state in reader.sources()? {
        let refused = matches!(state.state, Condition::Stalled | Condition::Held);
        let seen = state.seen.map(|revision| revision.commit);
        if refused && builds_on(seen.as_ref())? {
            print::data(&format!("{}: {}\n", state.state, crate::report::escape::line(&state.reason)))?;
            return Ok(Some(Exit::No));
        }
    }
    Ok(None)
}
