//! `charter status`: whether the live state is as the repository says.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::args::{Format, OutputArgs, RepoArgs, StoreArgs};
use super::{Context, Exit, Failure};
use crate::model::applied::{Accepted, Applied};
use crate::model::live::Live;
use crate::model::snapshot::Revision;
use crate::report::{counted, json, plan, table};
use crate::source::Source;
use crate::store::Store;

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
    seen: Option<Revision>,
    resources: usize,
    drift: usize,
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let source = args.repo.open(None, context)?;
    let status = read(source.as_ref(), args.store.find(source.as_ref(), context)?)?;
    let now = Timestamp::now();
    args.output.emit(|format| match format {
        Format::Text => Some(status.text(now)),
        Format::Json => Some(json::pretty(&status.json())),
        Format::Yaml => None,
    })?;
    Ok(if status.is_ready() { Exit::Done } else { Exit::No })
}

fn read(source: &dyn Source, store: Option<Store>) -> Result<Status, Failure> {
    let seen = source.head()?;
    let url = store.as_ref().map_or_else(|| "none yet".to_owned(), Store::url);
    let (live, applied) = match store {
        Some(store) => store.reader()?.state()?,
        None => (Live::default(), Applied::default()),
    };
    let drift = applied.rows.iter().filter(|(id, spec)| live.rows.get(*id) != Some(spec)).count();
    let unmanaged = live.rows.keys().filter(|id| !applied.rows.contains_key(*id)).count() + live.foreign.len();
    Ok(Status { store: url, seen, resources: live.rows.len(), drift: drift + unmanaged, accepted: applied.accepted })
}

impl Status {
    fn accepted_commit(&self) -> Option<&Revision> {
        self.accepted.as_ref().and_then(|accepted| accepted.revision.as_ref())
    }

    fn is_ready(&self) -> bool {
        let commit = |revision: Option<&Revision>| revision.map(|revision| revision.commit.clone());
        self.accepted.is_some() && commit(self.accepted_commit()) == commit(self.seen.as_ref())
    }

    fn state(&self) -> &'static str {
        match (&self.accepted, self.is_ready()) {
            (None, _) => "empty",
            (Some(_), true) => "ready",
            (Some(_), false) => "behind",
        }
    }

    fn reason(&self) -> String {
        match self.state() {
            "empty" => "nothing was applied yet: charter apply".to_owned(),
            "behind" => "the head is not applied: charter plan --rev HEAD".to_owned(),
            _ => String::new(),
        }
    }

    fn text(&self, now: Timestamp) -> String {
        let heading = ["SOURCE", "REF", "ACCEPTED", "SEEN", "STATE", "SINCE", "REASON"].map(str::to_owned).to_vec();
        let short = |revision: Option<&Revision>| {
            revision.map_or_else(|| "-".to_owned(), |revision| revision.short().to_owned())
        };
        let reference = self.seen.as_ref().and_then(|seen| seen.reference.clone()).unwrap_or_else(|| "-".to_owned());
        let since = self.accepted.as_ref().map_or(SignedDuration::ZERO, |accepted| now.duration_since(accepted.at));
        let since = if self.accepted.is_some() { plan::ago(since) } else { "-".to_owned() };
        let row = vec![
            "central".to_owned(),
            reference,
            short(self.accepted_commit()),
            short(self.seen.as_ref()),
            self.state().to_owned(),
            since,
            self.reason(),
        ];
        let resources = counted(self.resources, "resource");
        format!(
            "charter {}   store {}   {resources}, {} drift\n{}",
            env!("CARGO_PKG_VERSION"),
            self.store,
            self.drift,
            table::aligned(&[heading, row])
        )
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "version": json::VERSION,
            "charter": env!("CARGO_PKG_VERSION"),
            "store": self.store,
            "resources": self.resources,
            "drift": self.drift,
            "sources": [{
                "name": "central",
                "accepted": self.accepted_commit(),
                "acceptedAt": self.accepted.as_ref().map(|accepted| accepted.at),
                "seen": self.seen,
                "state": self.state(),
                "reason": self.reason(),
            }],
        })
    }
}
