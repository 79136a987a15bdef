//! `charter run`: follows a repository, or makes one round with `--once`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use tracing::{info, warn};

use super::args::{ClockArgs, OutputArgs, PLAIN, RepoArgs, StoreArgs};
use super::command::Command;
use super::{Context, Exit, Failure, apply, outcome};
use crate::daemon::{self, Asked, Pace, Stop, Watch};
use crate::model::fault::Fault;
use crate::model::name::Name;
use crate::model::source_state::CENTRAL;
use crate::reconcile::{self, Follower, Intent, Treatment};
use crate::source::{Aside, Host, Source};
use crate::store::{Landing, RunLock, Store, StoreError};
use crate::telemetry::{self, LogFormat};

/// Follows the repository: every good commit becomes live, and what is changed by hand is put back.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter run                                          follow the repository here until SIGTERM
  charter run --drift report                           record what is changed by hand, and leave it
  charter run --once --repo . --path examples/acme     one round for a directory of it

Exit codes: 0 ended by SIGTERM, 130 by SIGINT; with --once 0 applied or in sync, 1 not valid or held; 75 another one runs")]
pub struct Args {
    /// Makes one round and ends.
    #[arg(long)]
    once: bool,
    /// What is done about drift: heal, report, or heal,prune to delete what is declared nowhere.
    ///
    /// What somebody writes over, or puts back, a third time within an hour is a fight: it is reported and left until it is
    /// as desired again, a commit changes it, or somebody runs `charter apply`.
    #[arg(long, value_name = "WHAT", default_value = "heal", value_parser = treatment)]
    drift: Treatment,
    /// How often the source is looked at when nothing wakes the daemon, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    poll: u64,
    /// How often everything is worked out anew and compared with what is remembered, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 3_600, value_parser = clap::value_parser!(u64).range(1..=604_800))]
    audit: u64,
    /// How events are written on stderr.
    #[arg(long, value_enum, default_value_t = LogFormat::Text, env = "CHARTER_LOG")]
    log: LogFormat,
    #[command(flatten)]
    repo: RepoArgs,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    clock: ClockArgs,
    #[command(flatten)]
    output: OutputArgs,
}

fn treatment(text: &str) -> Result<Treatment, String> {
    match text {
        "heal" => Ok(Treatment::default()),
        "report" => Ok(Treatment { report_only: true, prune: false }),
        "heal,prune" | "prune,heal" => Ok(Treatment { report_only: false, prune: true }),
        _ => Err("write heal, report, or heal,prune".to_owned()),
    }
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    if args.once {
        return look(args, None, context);
    }
    if !args.output.output.is_empty() {
        return Err(Failure::Usage("-o is for --once: a daemon tells in events, with --log json as JSON".to_owned()));
    }
    telemetry::begin(args.log, context.verbose);
    let stop = Stop::listen().map_err(|error| Failure::No(format!("signals cannot be listened for: {error}")))?;
    let warn: fn(&str) = |text| warn!(event = "cache-renewed", "{text}");
    // Nobody has opened a source yet.
    let _first = context.host.set(Host { halt: stop.halt(), warn: Some(warn) });
    let ended = look(args, Some(&stop), context);
    // Who asked for the end may have kept the source from being read.
    stop.asked().map_or(ended, |asked| Ok(asked.into()))
}

/// Opens the source and the store, and follows; makes one round where nobody can ask for the end.
fn look(args: &Args, stop: Option<&Stop>, context: &Context) -> Result<Exit, Failure> {
    let source = open(&args.repo, !args.once, context)?;
    let locks = Locks::default();
    let locked = |store: Store| -> Result<Store, StoreError> {
        locks.take(&store)?;
        Ok(if args.once { store } else { store.on_wait(waiting) })
    };
    let place = |organization: &Name| locked(args.store.place(source.as_ref(), organization, context)?);
    let Some(stop) = stop else { return once(args, source.as_ref(), &place, context) };
    let found = args.store.find(source.as_ref(), context)?.map(locked).transpose()?;
    follow(args, source.as_ref(), &place, found, stop)
}

/// The locks of all stores that were followed, held until the end: one `run` follows a store.
///
/// There is a second one where the first went away and the organisation is called otherwise by then.
#[derive(Debug, Default)]
struct Locks(RefCell<BTreeMap<PathBuf, RunLock>>);

impl Locks {
    fn take(&self, store: &Store) -> Result<(), StoreError> {
        let mut held = self.0.borrow_mut();
        if !held.get(store.path()).is_some_and(RunLock::stands) {
            // Who took the store away may have taken the lock with it.
            held.remove(store.path());
            held.insert(store.path().to_owned(), store.lock()?);
        }
        Ok(())
    }
}

impl From<Asked> for Exit {
    fn from(asked: Asked) -> Exit {
        match asked {
            Asked::Terminate => Exit::Done,
            Asked::Interrupt => Exit::Interrupted,
        }
    }
}

/// Opens the source and resolves HEAD once: the branch that it names is followed, whatever is checked out later.
///
/// One on another machine that is followed is looked at aside, and its HEAD resolved as soon as it answers.
fn open(repo: &RepoArgs, is_followed: bool, context: &Context) -> Result<Box<dyn Source>, Failure> {
    let source = repo.open(None, context)?;
    if is_followed && source.is_far() {
        let aside = Aside::new(source, repo.open(None, context)?);
        return Ok(Box::new(aside.map_err(|error| Failure::No(format!("no thread can be started: {error}")))?));
    }
    if let Some(branch) = source.branch()? {
        source.stay_on(&branch);
    }
    Ok(source)
}

fn waiting(store: &Path) {
    warn!(event = "waiting", store = %store.display(), "another apply writes");
}

type Place<'a> = &'a dyn Fn(&Name) -> Result<Store, StoreError>;

fn once(args: &Args, source: &dyn Source, place: Place<'_>, context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(PLAIN)?;
    let now = args.clock.now();
    let landing = Landing::by(apply::actor(), Timestamp::now());
    let options = args.drift.options();
    let intent = Intent { revision: None, options, now, landing, expected: None };
    let applying = format!("applying {}", source.describe());
    let round = context.during(applying, || reconcile::round(source, place, &intent))?;
    outcome::round(&round, &Command::of(&args.repo, &args.store), &output, now, context)
}

fn follow(
    args: &Args,
    source: &dyn Source,
    place: Place<'_>,
    found: Option<Store>,
    stop: &Stop,
) -> Result<Exit, Failure> {
    let actor = format!("run:{}", apply::actor());
    let mut follower = Follower::new(central()?, source, place, args.drift, actor).with_store(found);
    let first = follower.begin(Timestamp::now())?;
    info!(event = "started", source = source.describe(), store = first.unwrap_or_default(), pid = std::process::id());
    let (watch, troubles) = Watch::new(&source.watched());
    for trouble in troubles {
        warn!(event = "not-watched", trouble, "changes are seen by polling");
    }
    let [source, audit] = [args.poll, args.audit].map(Duration::from_secs);
    let pace = Pace { source, audit, ..Pace::default() };
    Ok(daemon::run(&mut follower, &watch, stop, pace).into())
}

/// Names the one source that there is until teams have their own.
fn central() -> Result<Name, Failure> {
    CENTRAL.parse().map_err(|fault: Fault| Failure::Usage(fault.message))
}
