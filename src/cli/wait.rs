//! `charter wait`: blocks until a revision is live, or cannot become so.

use std::cell::Cell;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::args::{RepoArgs, StoreArgs};
use super::outcome::{self, Stored};
use super::{Context, Exit, Failure, print};
use crate::model::source_state::{Condition, SourceState};
use crate::report::escape;
use crate::source::{Source, SourceError};
use crate::store::{Reader, Store};

/// Waits until the daemon has accepted a revision, or one that builds on it; ends at once where it is refused.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter wait HEAD                      after a push, until it is live
  charter wait 9f2c1ab --timeout 60      at most a minute

Exit codes: 0 accepted, now or earlier, 1 refused or held, 75 not in time")]
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

/// How often the store is looked at, and a repository on another machine where that has to be.
const PERIOD: Duration = Duration::from_millis(100);
const FAR: Duration = Duration::from_secs(5);

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let until = Instant::now() + Duration::from_secs(args.timeout);
    let Stored { source, trouble, store } = Stored::find(&args.repo, &args.store, context)?;
    let mut reader = store.map(|store| store.reader()).transpose()?;
    let wanted = match trouble.clone() {
        None => Wanted::of(source.as_ref(), &args.rev, reader.as_mut())?,
        Some(trouble) => Wanted::gone(&args.rev, reader.as_mut(), trouble)?,
    };
    outcome::without_source(trouble.as_ref(), context);
    loop {
        find(&mut reader, args, source.as_ref(), context)?;
        if let Some(end) = reader.as_mut().map_or(Ok(None), |reader| wanted.look(reader))? {
            return end.say();
        }
        if Instant::now() >= until {
            let followed = args.store.find(source.as_ref(), context)?.and_then(|store| store.is_followed());
            let (rev, timeout, why) = (&args.rev, args.timeout, why(reader.as_mut(), followed)?);
            context.note(&format!("error: {rev} was not accepted within {timeout} s: {why}"));
            return Ok(Exit::Again);
        }
        std::thread::sleep(PERIOD);
    }
}

/// Looks for a store until there is one.
fn find(reader: &mut Option<Reader>, args: &Args, source: &dyn Source, context: &Context) -> Result<(), Failure> {
    if reader.is_none() {
        *reader = args.store.find(source, context)?.map(|store: Store| store.reader()).transpose()?;
    }
    Ok(())
}

/// Says why it may be that nothing came of it.
fn why(reader: Option<&mut Reader>, followed: Option<bool>) -> Result<String, Failure> {
    let Some(reader) = reader else { return Ok(NOBODY.to_owned()) };
    let suspended = reader.sources()?.into_iter().find_map(|state| state.suspended);
    let lives = reader.daemon()?.is_some_and(|beat| beat.lives(followed, Timestamp::now()));
    Ok(match suspended {
        Some(word) => format!("the source is suspended: {}", escape::line(&word.reason)),
        None if lives => "the daemon has not come to it yet".to_owned(),
        None => NOBODY.to_owned(),
    })
}

const NOBODY: &str = "no `charter run` follows it";

/// What is waited for.
struct Wanted<'a> {
    /// `None` where it knows nothing of the commit, and the store alone does.
    source: Option<&'a dyn Source>,
    commit: String,
    /// When it landed, if it did and the branch left it since.
    landed: Option<Timestamp>,
    /// What was accepted when the branch already stood on an older commit than that: it does not stand for that commit.
    rewound: Option<String>,
    /// When the source was looked at.
    looked_at: Cell<Instant>,
}

/// How a wait ends.
enum End {
    Accepted(String),
    /// It was accepted then; what is accepted now does not build on it, as far as is known.
    Left(String, Timestamp, Option<String>),
    /// Why it is not accepted.
    Refused(String),
}

impl End {
    fn say(self) -> Result<Exit, Failure> {
        let short = |commit: &str| commit.get(..7).unwrap_or(commit).to_owned();
        let (text, exit) = match self {
            End::Accepted(commit) => (format!("accepted {}\n", short(&commit)), Exit::Done),
            End::Left(commit, at, now) => {
                let now = now.map_or_else(|| "nothing".to_owned(), |now| short(&now));
                let (commit, at) = (short(&commit), at.strftime("%Y-%m-%d %H:%M:%SZ"));
                (format!("accepted {commit} at {at}; {now} is accepted now\n"), Exit::Done)
            }
            End::Refused(why) => (format!("{why}\n"), Exit::No),
        };
        print::data(&text)?;
        Ok(exit)
    }
}

impl<'a> Wanted<'a> {
    /// Finds the commit. What is accepted is read first: what builds on a head that is read later is no newer head.
    fn of(source: &'a dyn Source, rev: &str, mut reader: Option<&mut Reader>) -> Result<Self, Failure> {
        let before = reader.as_deref_mut().map_or(Ok(None), accepted)?;
        let (revision, head) = match source.resolve(rev).and_then(|revision| Ok((revision, source.head()?))) {
            Ok(looked) => looked,
            Err(trouble) => return Wanted::gone(rev, reader, trouble),
        };
        let [commit, head] = [revision, head].map(|revision| revision.map(|revision| revision.commit));
        let commit = commit.ok_or_else(|| Failure::No("a plain directory has no revisions to wait for".to_owned()))?;
        let is_ahead = head.as_ref().map_or(Ok(false), |head| source.descends(head, &commit))?;
        let landed = reader.filter(|_| !is_ahead).map_or(Ok(None), |reader| reader.landed(&commit))?.map(|(_, at)| at);
        let rewound = before.filter(|before| head.as_ref() == Some(&commit) && *before != commit);
        Ok(Wanted { source: Some(source), commit, landed, rewound, looked_at: Cell::new(Instant::now()) })
    }

    /// Finds a commit that the source does not know, or that cannot be asked, by the beginning of its id: the store does,
    /// if it landed or is the head that a daemon saw last. What a name means nobody knows without a source.
    fn gone(rev: &str, reader: Option<&mut Reader>, trouble: SourceError) -> Result<Self, Failure> {
        let is_id = rev.len() >= 7 && rev.bytes().all(|byte| byte.is_ascii_hexdigit());
        let Some(reader) = reader.filter(|_| is_id) else { return Err(trouble.into()) };
        let id = rev.to_ascii_lowercase();
        let (landed, at) = reader.landed(&id)?.unzip();
        let mut seen = reader.sources()?.into_iter().filter_map(|state| Some(state.seen?.commit));
        let commit = landed.or_else(|| seen.find(|seen| seen.starts_with(&id))).ok_or(trouble)?;
        Ok(Wanted { source: None, commit, landed: at, rewound: None, looked_at: Cell::new(Instant::now()) })
    }

    /// Says how the wait ends, if it does now.
    fn look(&self, reader: &mut Reader) -> Result<Option<End>, Failure> {
        let (wanted, accepted) = (Some(&self.commit), accepted(reader)?);
        let is_accepted = || End::Accepted(self.commit.clone());
        if accepted.as_ref() == wanted {
            return Ok(Some(is_accepted()));
        }
        let refused = refused(reader)?;
        let as_head = refused.iter().find(|(seen, _)| seen.as_ref() == wanted);
        if let Some((_, why)) = as_head {
            return Ok(Some(End::Refused(why.clone())));
        }
        if self.is_in(accepted.as_ref())? && (accepted != self.rewound || self.is_restored()?) {
            return Ok(Some(is_accepted()));
        }
        if let Some(at) = self.landed {
            return Ok(Some(End::Left(self.commit.clone(), at, accepted)));
        }
        for (seen, why) in refused {
            if self.is_in(seen.as_ref())? {
                return Ok(Some(End::Refused(why)));
            }
        }
        Ok(None)
    }

    /// Says whether the branch is again on what was accepted when it was set back, or further.
    fn is_restored(&self) -> Result<bool, Failure> {
        let (Some(source), Some(accepted)) = (self.source, &self.rewound) else { return Ok(false) };
        if source.is_far() && self.looked_at.get().elapsed() < FAR {
            return Ok(false);
        }
        let head = source.head();
        self.looked_at.set(Instant::now());
        match head {
            Err(error) if error.is_out_of_reach() => Ok(false),
            head => Ok(head?.map_or(Ok(false), |head| source.descends(&head.commit, accepted))?),
        }
    }

    /// Says whether another commit is, or builds on, the one that is waited for.
    fn is_in(&self, later: Option<&String>) -> Result<bool, Failure> {
        Ok(self.source.zip(later).map_or(Ok(false), |(source, later)| source.descends(later, &self.commit))?)
    }
}

fn accepted(reader: &mut Reader) -> Result<Option<String>, Failure> {
    Ok(reader.accepted()?.and_then(|accepted| accepted.revision).map(|revision| revision.commit))
}

/// Lists the heads that the daemon refuses, and why.
fn refused(reader: &mut Reader) -> Result<Vec<(Option<String>, String)>, Failure> {
    let refused = |state: &SourceState| matches!(state.state, Condition::Stalled | Condition::Held);
    let said = |state: SourceState| {
        let why = format!("{}: {}", state.state, escape::line(&state.reason));
        (state.seen.map(|revision| revision.commit), why)
    };
    Ok(reader.sources()?.into_iter().filter(refused).map(said).collect())
}
