//! `charter validate`: checks manifests and says what is wrong with them, all of it.

use super::args::{ClockArgs, Format, OutputArgs, PLAIN, RepoArgs};
use super::{Context, Exit, Failure, outcome};
use crate::reconcile;
use crate::report::{check, json};
use crate::source::At;

/// Checks the manifests of the working tree, or of a revision: every finding, with its place and how to mend it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter validate                       the working tree, with uncommitted files
  charter validate examples/acme         one directory of a repository
  charter validate --rev main            a branch, tag or commit
  charter validate -o json               for a script

Exit codes: 0 valid (warnings do not count), 1 not valid")]
pub struct Args {
    /// The directory to check [default: the current directory]
    dir: Option<String>,
    /// A branch, tag or commit to check instead of the working tree
    #[arg(long)]
    rev: Option<String>,
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
    let at = args.rev.clone().map_or(At::WorkingTree, |rev| At::Revision(Some(rev)));
    let checking = format!("checking {}", source.describe());
    let checked = context.during(checking, || reconcile::check(source.as_ref(), &at, args.clock.now()))?;
    outcome::timings(&checked.spent, context);
    output.emit(|format| match format {
        Format::Text => Some(check::text(&checked.report, context.elapsed_ms(), context.color)),
        Format::Json => Some(json::pretty(&json::report(&checked.report))),
        Format::Yaml => None,
    })?;
    Ok(if checked.report.is_valid() { Exit::Done } else { Exit::No })
}
