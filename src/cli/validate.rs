//! `charter validate`: checks manifests and says what is wrong with them, all of it.

use super::args::{ClockArgs, Format, OutputArgs, RepoArgs};
use super::{Context, Exit, Failure, outcome};
use crate::model::report::Report;
use crate::reconcile::{self, Question, Spent};
use crate::report::{check, github, gitlab, json, junit, markdown, sarif};
use crate::source::{self, At, Source};

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
  charter validate --since main          what the branch introduced or touched since it left main
  charter validate -n main               by the policies of one package alone
  charter validate --fix                 mend what needs no decision
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
    /// Sets aside what stood already where this branch, tag or commit was left (the merge base, as `git diff REV...`), in files that are as they were, and judges by the rules of then too
    #[arg(long, value_name = "REV", visible_alias = "base")]
    since: Option<String>,
    /// With --since: older findings count as well
    #[arg(long, requires = "since")]
    all: bool,
    /// Asks the policies of this package alone; may be given several times. What lands is judged by all
    #[arg(short, long, value_name = "PACKAGE")]
    namespace: Vec<String>,
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
    let output = args.output.open(FORMATS)?;
    let summary = if output.has(Format::Github) { summary::open()? } else { None };
    source::trust_objects();
    let source = args.repo.open(args.dir.as_deref(), context)?;
    let checking = format!("checking {}", source.describe());
    let (report, spent) = context.during(checking, || validated(args, source.as_ref()))?;
    let report = Report { denies_warnings: args.deny_warnings, ..report.shown() };
    outcome::timings(&spent, context);
    outcome::passed(&report, context);
    if args.since.is_none() && !report.waived.is_empty() {
        context.note(&format!(
            "note: {} by a waiver as it is written here, and no change waives its own: --since REV judges by those before",
            passing(report.waived.len())
        ));
    }
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

fn passing(count: usize) -> String {
    if count == 1 { "1 finding passes".to_owned() } else { format!("{count} findings pass") }
}

/// Refuses a package without rules: nothing would be found, and that would look like success.
fn known(args: &Args, source: &dyn Source, at: &At) -> Result<(), Failure> {
    let known = if args.namespace.is_empty() { None } else { reconcile::packages(source, at)? };
    let is_unknown = |package: &&String| known.as_ref().is_some_and(|known| !known.contains(*package));
    let Some(package) = args.namespace.iter().find(is_unknown) else { return Ok(()) };
    let all: Vec<String> = known.iter().flatten().map(|name| format!("`{name}`")).collect();
    let all = if all.is_empty() { "there is none".to_owned() } else { format!("there are {}", all.join(", ")) };
    Err(Failure::Usage(format!("no policy has rules in package `{package}`: {all}")))
}

fn validated(args: &Args, source: &dyn Source) -> Result<(Report, Spent), Failure> {
    let at = args.rev.clone().map_or(At::WorkingTree, |rev| At::Revision(Some(rev)));
    known(args, source, &at)?;
    let question = Question { at, since: args.since.clone(), all: args.all, packages: args.namespace.clone() };
    let now = args.clock.now();
    if !args.fix {
        return Ok(reconcile::validate(source, &question, now)?);
    }
    let work_tree = source.work_tree().ok_or_else(|| {
        Failure::Usage("--fix writes to files, and there is no working tree here: run it in a clone".to_owned())
    })?;
    Ok(reconcile::fix(source, work_tree, &question, now)?)
}
