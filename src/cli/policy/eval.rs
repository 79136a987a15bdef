//! `charter policy eval`: asks a question about the organisation of a repository.

use crate::cli::args::{ClockArgs, RepoArgs};
use crate::cli::{Context, Exit, Failure, print};
use crate::model::id::ResourceId;
use crate::reconcile;
use crate::report::json;
use crate::source::At;

/// Evaluates a query in Rego, with the policies of a repository and its organisation as `data.charter`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter policy eval 'count(data.charter.resources.Team[\"\"])'
  charter policy eval data.budgets.deny --input Budget/frontend/monthly
  charter policy eval data.charter.budgets --rev main

Exit codes: 0 evaluated, 1 the query or a policy is wrong, or the input is not declared")]
pub struct Args {
    /// The query
    query: String,
    /// The resource to ask about, as Kind/name or Kind/team/name
    #[arg(long, value_name = "RESOURCE")]
    input: Option<ResourceId>,
    /// A branch, tag or commit instead of the working tree
    #[arg(long)]
    rev: Option<String>,
    #[command(flatten)]
    repo: RepoArgs,
    #[command(flatten)]
    clock: ClockArgs,
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let source = args.repo.open(None, context)?;
    let at = args.rev.clone().map_or(At::WorkingTree, |rev| At::Revision(Some(rev)));
    let answer = reconcile::evaluate(source.as_ref(), &at, args.clock.now(), &args.query, args.input.as_ref())?;
    print::data(&json::without_credentials(&answer.map_err(Failure::No)?))?;
    Ok(Exit::Done)
}
