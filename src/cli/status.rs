//! `charter status`: whether the live state is as the repository says.

use jiff::Timestamp;
use serde_json::json;

use super::args::{Format, OutputArgs, PLAIN, RepoArgs, StoreArgs};
use super::outcome::{self, HeadNow, Stored};
use super::{Context, Exit, Failure};
use crate::drift;
use crate::model::applied::Accepted;
use crate::model::snapshot::Revision;
use crate::model::source_state::{Beat, CENTRAL, Condition, SourceState};
use crate::plan::Options;
use crate::reconcile;
use crate::report::{counted, escape, grouped, json, plan, table};
use crate::source::{At, Source};
use crate::store::{Reader, Store};

/// Shows which revision is accepted, which is the head, and how many resources are live.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter status                         for the repository here
  charter status -o json                 for a script

Exit codes: 0 ready, 1 not ready")]
pub struct Args {
    #[command(flatten)]
    repo: RepoArgs,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// What there is to say.
struct Status {
    store: String,
    accepted: Option<Accepted>,
    head: HeadNow,
    /// How the daemon last found the source, if one ever followed it.
    told: Option<SourceState>,
    beat: Option<Beat>,
    /// Whether the daemon runs that gave it.
    is_running: bool,
    /// What keeps the head from being applied, and why, where that was looked at.
    refusal: Option<(Condition, String)>,
    resources: usize,
    drift: usize,
    /// How much of the drift is left because somebody keeps writing it back.
    fights: usize,
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(PLAIN)?;
    let Stored { source, trouble, store } = Stored::find(&args.repo, &args.store, context)?;
    let source = followed(&args.repo, store.as_ref(), context)?.unwrap_or(source);
    let head = HeadNow::of(source.as_ref(), trouble);
    if let Some(store) = &store {
        outcome::reader_notes(source.as_ref(), &head, store, context)?;
    }
    let now = Timestamp::now();
    let status = read(head, store.as_ref(), now)?.with_refusal(source.as_ref(), store, now)?;
    output.emit(&[(Format::Text, &|| status.text(now)), (Format::Json, &|| json::pretty(&status.json()))])?;
    Ok(if status.is_ready() { Exit::Done } else { Exit::No })
}

/// Opens the branch that the daemon follows, whatever is checked out here, unless another one is asked for.
fn followed(repo: &RepoArgs, store: Option<&Store>, context: &Context) -> Result<Option<Box<dyn Source>>, Failure> {
    let is_asked = repo.branch.is_some() || context.config.branch.is_some();
    let Some(store) = store.filter(|_| !is_asked) else { return Ok(None) };
    let mut reader = store.reader()?;
    if !reader.daemon()?.is_some_and(|beat| beat.lives(store.is_followed(), Timestamp::now())) {
        return Ok(None);
    }
    let branch = central(&mut reader)?.and_then(|told| told.seen?.reference);
    // What cannot be opened is told of by who opened it first.
    Ok(branch.and_then(|branch| RepoArgs { branch: Some(branch), ..repo.clone() }.open(None, context).ok()))
}

/// Reads how the daemon last found the source.
fn central(reader: &mut Reader) -> Result<Option<SourceState>, Failure> {
    Ok(reader.sources()?.into_iter().find(|state| state.name.as_str() == CENTRAL))
}

/// Reads what the store knows; where that is nothing, a source that cannot be read is all there is to say.
fn read(head: HeadNow, store: Option<&Store>, now: Timestamp) -> Result<Status, Failure> {
    let Some(store) = store else {
        let status = Status {
            store: "none yet".to_owned(),
            head,
            accepted: None,
            told: None,
            beat: None,
            is_running: false,
            refusal: None,
            resources: 0,
            drift: 0,
            fights: 0,
        };
        return status.or_trouble();
    };
    let mut reader = store.reader()?;
    let (live, applied, records, _) = reader.state_at(drift::counts_since(now))?;
    let differing = drift::observe(&applied, &live);
    let (drift, fights) = (differing.len(), drift::fights(&records, &differing, now).len());
    let told = central(&mut reader)?;
    let (accepted, beat, resources) = (applied.accepted, reader.daemon()?, live.rows.len());
    let is_running = beat.as_ref().is_some_and(|beat| beat.lives(store.is_followed(), now));
    let (store, head) = (store.url(), if is_running { seen_by(told.as_ref(), head) } else { head });
    Status { store, head, accepted, told, beat, is_running, refusal: None, resources, drift, fights }.or_trouble()
}

/// Takes the head that the daemon saw last for one that cannot be known here: it is the daemon that follows it.
fn seen_by(told: Option<&SourceState>, head: HeadNow) -> HeadNow {
    match (&head.revision, told.and_then(|told| told.seen.clone())) {
        (None, Some(seen)) => HeadNow { revision: Some(seen), trouble: None },
        _ => head,
    }
}

impl Status {
    fn or_trouble(mut self) -> Result<Self, Failure> {
        match self.head.trouble.take_if(|_| self.accepted.is_none() && self.told.is_none()) {
            Some(trouble) => Err(trouble.into()),
            None => Ok(self),
        }
    }

    /// Looks why a head is not applied of which no daemon has said it.
    fn with_refusal(mut self, source: &dyn Source, store: Option<Store>, now: Timestamp) -> Result<Self, Failure> {
        if let Some(store) = store.filter(|_| self.state() == "behind") {
            let checked = reconcile::check(source, &At::Revision(None), now)?.abide(&store, now)?;
            self.refusal = match &checked.admitted {
                Some(admitted) => {
                    let planned = reconcile::plan(source, admitted, store, &Options::default(), now)?;
                    planned.obstacle().map(|why| (Condition::Held, why))
                }
                None => Some((Condition::Stalled, checked.report.refusal())),
            };
        }
        Ok(self)
    }

    fn accepted_commit(&self) -> Option<&Revision> {
        self.accepted.as_ref().and_then(|accepted| accepted.revision.as_ref())
    }

    fn is_ready(&self) -> bool {
        self.accepted.is_some()
            && self.head.trouble.is_none()
            && self.told.as_ref().is_none_or(|told| told.suspended.is_none())
            && !(self.is_running && self.refused().is_some())
            && Revision::commit_of(self.accepted_commit()) == Revision::commit_of(self.head.revision.as_ref())
    }

    /// Returns the head, or where that is not to be known now the one that the daemon saw last.
    fn seen(&self) -> Option<&Revision> {
        self.head.revision.as_ref().or_else(|| self.told.as_ref().and_then(|told| told.seen.as_ref()))
    }

    /// Returns what the daemon said of the head that is there now; what it said of another one is past.
    fn current(&self) -> Option<&SourceState> {
        let is_current =
            |told: &&SourceState| Revision::commit_of(told.seen.as_ref()) == Revision::commit_of(self.seen());
        self.told.as_ref().filter(|told| told.suspended.is_some() || is_current(told))
    }

    /// Returns how the daemon said that it refuses the head, if it did.
    fn refused(&self) -> Option<Condition> {
        let state = self.current().map(|told| told.state);
        state.filter(|state| matches!(state, Condition::Stalled | Condition::Held))
    }

    fn state(&self) -> &'static str {
        let told = self.current();
        if told.is_some_and(|told| told.suspended.is_some()) {
            return Condition::Suspended.as_str();
        }
        match (&self.accepted, self.is_ready(), self.refused()) {
            (_, false, Some(refused)) => refused.as_str(),
            (None, ..) => "empty",
            (Some(_), true, _) => "ready",
            (Some(_), false, None) if self.head.revision.is_none() => Condition::Unknown.as_str(),
            (Some(_), false, None) => self.refusal.as_ref().map_or("behind", |(state, _)| state.as_str()),
        }
    }

    fn reason(&self) -> String {
        let told = self.current();
        let refusal = self.refusal.as_ref().map(|(_, why)| why);
        let why = || refusal.or_else(|| told.map(|told| &told.reason)).cloned().unwrap_or_default();
        match self.state() {
            "empty" if self.head.revision.is_none() => "nothing was applied yet, and there is no commit".to_owned(),
            "empty" => "nothing was applied yet: charter apply".to_owned(),
            "unknown" => {
                let trouble = self.head.trouble.as_ref().map(|trouble| escape::line(&trouble.to_string()));
                trouble.unwrap_or_else(|| "the source has no head now".to_owned())
            }
            "behind" => "the head is not applied: charter plan --rev HEAD".to_owned(),
            "suspended" => {
                told.and_then(|told| told.suspended.as_ref()).map(|word| word.reason.clone()).unwrap_or_default()
            }
            "stalled" => format!("{} (last good stands)", why()),
            "held" => why(),
            _ => String::new(),
        }
    }

    /// Says since when it stands so.
    fn since(&self) -> Option<Timestamp> {
        let told = self.current().filter(|told| told.state.as_str() == self.state()).map(|told| told.since);
        let is_known = self.state() != Condition::Unknown.as_str();
        told.or_else(|| self.accepted.as_ref().filter(|_| is_known).map(|accepted| accepted.at))
    }

    /// Says whether a daemon runs.
    fn running(&self, now: Timestamp) -> String {
        self.beat.as_ref().filter(|_| self.is_running).map_or_else(
            || "not running".to_owned(),
            |beat| {
                let for_so_long = plan::ago(now.duration_since(beat.started_at)).replace(" ago", "");
                format!("running for {} (pid {})", for_so_long.replace("just now", "less than a minute"), beat.pid)
            },
        )
    }

    /// Says what of the drift nobody puts back, and who says more.
    fn fights(&self) -> String {
        match self.fights {
            0 => String::new(),
            1 => ", 1 of them a fight: charter drift".to_owned(),
            fights => format!(", {} of them fights: charter drift", grouped(fights)),
        }
    }

    /// Says when the next round is and how long the last one took.
    fn rounds(&self, now: Timestamp) -> String {
        let beat = self.beat.as_ref().filter(|_| self.is_running);
        let Some(Beat { next_round_at: Some(next), last_round_ms, .. }) = beat else { return String::new() };
        let next = next.duration_since(now).as_secs().max(0);
        let last = last_round_ms.map_or_else(String::new, |last| format!("; last {last} ms"));
        format!("next look in {next} s{last}\n")
    }

    fn text(&self, now: Timestamp) -> String {
        let heading = ["SOURCE", "REF", "ACCEPTED", "SEEN", "STATE", "SINCE", "REASON"].map(str::to_owned).to_vec();
        let short = |revision: Option<&Revision>| {
            revision.map_or_else(|| "-".to_owned(), |revision| revision.short().to_owned())
        };
        let reference = self.seen().and_then(|seen| seen.reference.clone()).unwrap_or_else(|| "-".to_owned());
        let since = self.since().map_or_else(|| "-".to_owned(), |since| plan::ago(now.duration_since(since)));
        let row = vec![
            "central".to_owned(),
            reference,
            short(self.accepted_commit()),
            short(self.seen()),
            self.state().to_owned(),
            since,
            self.reason(),
        ];
        let resources = counted(self.resources, "resource");
        let version = env!("CARGO_PKG_VERSION");
        let (running, rounds) = (self.running(now), self.rounds(now));
        let (store, drift, fights) = (&self.store, self.drift, self.fights());
        let head = format!("charter {version} {running}   store {store}   {resources}, {drift} drift{fights}\n");
        [head, table::aligned(&[heading, row]), rounds].concat()
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "version": json::VERSION,
            "charter": env!("CARGO_PKG_VERSION"),
            "store": self.store,
            "resources": self.resources,
            "drift": self.drift,
            "fights": self.fights,
            "running": self.is_running,
            "daemon": self.beat,
            "sources": [{
                "name": "central",
                "accepted": self.accepted_commit(),
                "acceptedAt": self.accepted.as_ref().map(|accepted| accepted.at),
                "seen": self.seen(),
                "state": self.state(),
                "reason": self.reason(),
                "since": self.since(),
                "suspended": self.current().and_then(|told| told.suspended.as_ref()),
            }],
        })
    }
}
