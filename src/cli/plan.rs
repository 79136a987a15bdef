//! `charter plan`: shows what would change, and changes nothing.

use super::args::{ClockArgs, Format, OutputArgs, Outputs, RepoArgs, StoreArgs};
use super::command::Command;
use super::{Context, Exit, Failure, outcome};
use crate::model::report::Report;
use crate::plan::Options;
use crate::reconcile::{self, Checked};
use crate::report::{json, markdown, plan};
use crate::source::At;

const FORMATS: &str =
    "The format, text, json or markdown, with =FILE to write it to a file; may be given several times";

/// Shows what the working tree, or a revision, would change in the live state. Changes nothing.
#[derive(Debug, clap::Args)]
#[command(mut_arg("output", |arg| arg.help(FORMATS)), after_help = "\
Examples:
  charter plan                           what the working tree would change
  charter plan --rev HEAD --exit-code    exit 2 where there is something to do
  charter plan -o text -o json=plan.json read it and keep it
  charter plan -o markdown               for the comment of a pull request

Exit codes: 0 planned, 1 not valid, 2 changes (with --exit-code)")]
pub struct Args {
    /// The directory to plan [default: the current directory]
    dir: Option<String>,
    /// A branch, tag or commit to plan instead of the working tree
    #[arg(long)]
    rev: Option<String>,
    /// Ends with 2 where there are changes
    #[arg(long)]
    exit_code: bool,
    /// Plans to take over live resources that are desired but were not made by Charter
    #[arg(long)]
    adopt: bool,
    /// Plans to delete live resources that are declared nowhere
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    repo: RepoArgs,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    clock: ClockArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Says what an apply has to be told; `None` where it must be committed first.
fn command<'a>(args: &'a Args, report: &Report) -> Option<Command<'a>> {
    let is_committed = report.uncommitted == 0 && report.revision.is_some();
    let (dir, rev) = (args.dir.as_ref(), args.rev.as_ref());
    let command = Command { dir, rev, adopt: args.adopt, prune: args.prune, ..Command::of(&args.repo, &args.store) };
    is_committed.then_some(command)
}

fn invalid(checked: &Checked, output: &Outputs, context: &Context) -> Result<Exit, Failure> {
    outcome::timings(&checked.spent, context);
    outcome::invalid(&checked.report, output, context)
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(&[Format::Text, Format::Json, Format::Markdown])?;
    let source = args.repo.open(args.dir.as_deref(), context)?;
    let at = args.rev.clone().map_or(At::WorkingTree, |rev| At::Revision(Some(rev)));
    let now = args.clock.now();
    let checking = format!("checking {}", source.describe());
    let checked = context.during(checking, || reconcile::check(source.as_ref(), &at, now))?;
    let checked = checked.unless_landed(|name| args.store.place(source.as_ref(), name, context), false, now);
    let Some(admitted) = &checked.admitted else { return invalid(&checked, &output, context) };
    let store = args.store.place(source.as_ref(), admitted.name(), context)?;
    let checked = checked.abide(&store, now)?;
    let Some(admitted) = &checked.admitted else { return invalid(&checked, &output, context) };
    outcome::timings(&checked.spent, context);
    outcome::passed(&checked.report, context);
    // As `apply`, which ends fights: a person asks.
    let options = Options { adopt: args.adopt, prune: args.prune, stubborn: true, ..Options::default() };
    let planning = format!("planning for {}", store.url());
    let planned = context.during(planning, || reconcile::plan(source.as_ref(), admitted, store, &options, now))?;
    outcome::notes(&planned, context);
    let destination = outcome::destination(&planned, &checked.report, command(args, &checked.report).as_ref());
    let uncommitted = checked.report.uncommitted;
    output.emit(&[
        (Format::Text, &|| plan::text(&planned.plan, &destination, uncommitted, now)),
        (Format::Json, &|| json::without_credentials(&json::plan(&planned.plan, &destination, uncommitted))),
        (Format::Markdown, &|| markdown::plan(&planned.plan, &destination, uncommitted, now)),
    ])?;
    let changes = !planned.plan.is_in_sync();
    Ok(if args.exit_code && changes { Exit::Changes } else { Exit::Done })
}
