//! `charter validate`: checks manifests and says what is wrong with them, all of it.

use super::args::{ClockArgs, Format, OutputArgs, PLAIN, RepoArgs};
use super::{Context, Exit, Failure, outcome};
use crate::model::report::Report;
use crate::reconcile::{self, Question, Spent};
use crate::report::{check, json};
use crate::source::{At, Source};

/// Checks the manifests of the working tree, or of a revision: every finding, with its place and how to mend it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter validate                       the working tree, with uncommitted files
  charter validate examples/acme         one directory of a repository
  charter validate --rev main            a branch, tag or commit
  charter validate --since main          what the change since then introduced or touched
  charter validate --fix                 mend what needs no decision
  charter validate -o json               for a script

Exit codes: 0 valid (warnings do not count), 1 not valid")]
pub struct Args {
    /// The directory to check [default: the current directory]
    dir: Option<String>,
    /// A branch, tag or commit to check instead of the working tree
    #[arg(long)]
    rev: Option<String>,
    /// Sets aside what stood at this branch, tag or commit already, in files that are as they were
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// With --since: older findings count as well
    #[arg(long, requires = "since")]
    all: bool,
    /// Mends what needs no decision in the files of the working tree
    #[arg(long, conflicts_with = "rev")]
    fix: bool,
    #[command(flatten)]
    repo: RepoArgs,
    #[command(flatten)]
    clock: ClockArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(PLAIN)?;
    let source = args.repo.open(args.dir.as_deref(), context)?;
    let (report, spent) = validated(args, source.as_ref())?;
    outcome::timings(&spent, context);
    outcome::waived(&report, context);
    output.emit(|format| match format {
        Format::Text => Some(check::text(&report, context.elapsed_ms(), context.color)),
        Format::Json => Some(json::pretty(&json::report(&report))),
        Format::Yaml => None,
    })?;
    Ok(if report.is_valid() { Exit::Done } else { Exit::No })
}

fn validated(args: &Args, source: &dyn Source) -> Result<(Report, Spent), Failure> {
    let at = args.rev.clone().map_or(At::WorkingTree, |rev| At::Revision(Some(rev)));
    let (question, now) = (Question { at, since: args.since.clone(), all: args.all }, args.clock.now());
    if !args.fix {
        return Ok(reconcile::validate(source, &question, now)?);
    }
    let work_tree = source.work_tree().ok_or_else(|| {
        Failure::Usage("--fix writes to files, and there is no working tree here: run it in a clone".to_owned())
    })?;
    Ok(reconcile::fix(source, work_tree, &question, now)?)
}
