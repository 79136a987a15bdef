//! `charter policy`: policies are tested, checked and tried before they judge anybody.

use clap::Subcommand;

use super::{Context, Exit, Failure};

mod check;
mod eval;
mod files;
mod test;

/// Tests, checks and tries policies.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Test(test::Args),
    Check(check::Args),
    Eval(eval::Args),
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::Test(args) => test::run(args, context),
        Verb::Check(args) => check::run(args, context),
        Verb::Eval(args) => eval::run(args, context),
    }
}
