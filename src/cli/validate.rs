//! `charter validate`: checks manifests and says what is wrong with them, all of it.

use super::args::{ClockArgs, Format, OutputArgs, RepoArgs};
use super::{Context, Exit, Failure, outcome};
use crate::reconcile;
use crate::report::{check, github, gitlab, json, junit, markdown, sarif};
use crate::source::At;

mod summary;

const FORMATS: &[Format] =
    &[Format::Text, Format::Json, Format::Sarif, Format::Junit, Format::Github, Format::Gitlab, Format::Markdown];

const FORMATS_HELP: &str = "The format, text, json, sarif, junit, github, gitlab or markdown, with =FILE to write it \
to a file; may be given several times";

/// Checks the manifests of the working tree, or of a revision: every finding, with its place and how to mend it.
#[derive(Debug, clap::Args)]
#[command(mut_arg("output", |arg| arg.help(FORMATS_HELP)), after_help = "\
Examples:
  charter validate                       the working tree, with uncommitted files
  charter validate examples/acme         one directory of a repository
  charter validate --rev main            a branch, tag or commit
  charter validate -o json               for a script
  charter validate -o github             for an Action: annotations, and the step's summary
  charter validate -o text -o sarif=charter.sarif -o junit=charter.xml

Exit codes: 0 valid (warnings do not count, unless denied), 1 not valid")]
pub struct Args {
    /// The directory to check [default: the current directory]
    dir: Option<String>,
    /// A branch, tag or commit to check instead of the working tree
    #[arg(long)]
    rev: Option<String>,
    /// Takes warnings for errors
    #[arg(long)]
    deny_warnings: bool,
    #[command(flatten)]
    repo: RepoArgs,
    #[command(flatten)]
    clock: ClockArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(FORMATS)?;
    let summary = if output.has(Format::Github) { summary::open()? } else { None };
    let source = args.repo.open(args.dir.as_deref(), context)?;
    let at = args.rev.clone().map_or(At::WorkingTree, |rev| At::Revision(Some(rev)));
    let checking = format!("checking {}", source.describe());
    let checked = context.during(checking, || reconcile::check(source.as_ref(), &at, args.clock.now()))?;
    outcome::timings(&checked.spent, context);
    let mut report = checked.report;
    report.denies_warnings = args.deny_warnings;
    if let Some(summary) = summary {
        summary.append(&report, context)?;
    }
    output.emit(&[
        (Format::Text, &|| check::text(&report, context.elapsed_ms(), context.color)),
        (Format::Json, &|| json::pretty(&json::report(&report))),
        (Format::Sarif, &|| json::pretty(&sarif::log(&report))),
        (Format::Junit, &|| junit::xml(&report)),
        (Format::Github, &|| github::commands(&report)),
        (Format::Gitlab, &|| json::pretty(&gitlab::issues(&report))),
        (Format::Markdown, &|| markdown::report(&report, markdown::COMMENT)),
    ])?;
    Ok(if report.is_valid() { Exit::Done } else { Exit::No })
}
