//! `charter apply`: makes the live state as a revision says, in one transaction.

use jiff::Timestamp;

use super::args::{ClockArgs, OutputArgs, PLAIN, RepoArgs, StoreArgs, reason};
use super::command::Command;
use super::{Context, Exit, Failure, outcome};
use crate::model::name::Name;
use crate::plan::Options;
use crate::reconcile::{self, Intent, OWN_RULES};
use crate::store::Landing;

/// Makes the live state as the last commit, or a revision, says: all of it in one transaction, or nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter apply                          the last commit; puts back what is a fight too
  charter apply --plan 7f3a9c04b1d2      only if the plan is still the one that was looked at
  charter apply --allow too-many-deletes --reason \"team closed, GOV-7\"
  charter apply --rules own --reason \"the rule forbids its own repair, GOV-8\"

Exit codes: 0 applied or in sync, 1 not valid or held, 75 busy or stale")]
pub struct Args {
    /// The branch, tag or commit to apply [default: HEAD]
    #[arg(long)]
    rev: Option<String>,
    /// Applies only the plan with this effect hash (its beginning is enough)
    #[arg(long, value_name = "HASH")]
    plan: Option<String>,
    /// Takes over live resources that are desired but were not made by Charter
    #[arg(long)]
    adopt: bool,
    /// Deletes live resources that are declared nowhere
    #[arg(long)]
    prune: bool,
    /// Lifts a guard for this one apply
    #[arg(long, value_name = "GUARD", requires = "reason", value_parser = ["too-many-deletes", "rewind"])]
    allow: Vec<String>,
    /// Judges by the revision's own rules alone, where those that stand block their own repair
    #[arg(long, value_name = "RULES", requires = "reason", value_parser = ["own"])]
    rules: Option<String>,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT", value_parser = reason())]
    reason: Option<String>,
    /// Takes over a store of another organisation, path or history
    #[arg(long)]
    adopt_store: bool,
    #[command(flatten)]
    repo: RepoArgs,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    clock: ClockArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(PLAIN)?;
    if let Some(hash) = args.plan.as_ref().filter(|hash| hash.len() < 8 || !hash.bytes().all(|b| b.is_ascii_hexdigit()))
    {
        return Err(Failure::Usage(format!(
            "`{hash}` is no plan: write at least 8 hexadecimal digits of what `charter plan` prints"
        )));
    }
    let source = args.repo.open(None, context)?;
    let now = args.clock.now();
    let landing = Landing {
        actor: actor(),
        at: Timestamp::now(),
        reason: args.reason.clone(),
        allowed: args.allow.iter().cloned().chain(args.rules.iter().map(|_| OWN_RULES.to_owned())).collect(),
        adopt_store: args.adopt_store,
    };
    let options = Options { adopt: args.adopt, prune: args.prune, stubborn: true, ..Options::default() };
    let intent = Intent {
        revision: args.rev.clone(),
        options,
        now,
        landing,
        expected: args.plan.clone().map(|hash| hash.to_ascii_lowercase()),
    };
    let place = |organization: &Name| args.store.place(source.as_ref(), organization, context);
    let applying = format!("applying {}", source.describe());
    let round = context.during(applying, || reconcile::round(source.as_ref(), &place, &intent))?;
    let command = Command {
        rev: args.rev.as_ref(),
        adopt: args.adopt,
        prune: args.prune,
        adopt_store: args.adopt_store,
        reason: args.reason.as_ref(),
        ..Command::of(&args.repo, &args.store)
    };
    outcome::round(&round, &command, &output, now, context)
}

/// Names who runs the program.
pub fn actor() -> String {
    let named = ["CHARTER_ACTOR", "USER", "LOGNAME"]
        .iter()
        .find_map(|variable| std::env::var(variable).ok().filter(|name| !name.is_empty()));
    named.unwrap_or_else(|| format!("uid:{}", rustix::process::getuid().as_raw()))
}
