//! `charter who`: everybody who may do something.

use serde_json::{Value, json};

use super::args::{Format, OutputArgs, PLAIN};
use super::ground::GroundArgs;
use super::{Context, Exit, Failure};
use crate::model::question::Question;
use crate::report::access::{self, Shown};
use crate::report::{counted, json};

/// Lists everybody who may do something, each with one way to the permission.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter who manage:team_budget --team frontend       everybody who may, and why
  charter who all:config                               of the organisation's own
  charter who read:agents/reviewer -o json             with the file and line of each link
  charter who all:users --store sqlite:charter.db      of what is live

Exit codes: 0 answered, whoever it is; any other: no answer")]
pub struct Args {
    /// What they would do, such as read:agents or read:agents/reviewer
    #[arg(value_name = "ACTION:RESOURCE[/NAME]")]
    wanted: String,
    #[command(flatten)]
    ground: GroundArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(PLAIN)?;
    let (wanted, now) = (args.ground.wanted(&args.wanted)?, args.ground.clock.now());
    let ground = args.ground.open(context)?;
    let unknown = |error: crate::access::Unknown| Failure::Usage(error.to_string());
    let who = ground.access.who(&wanted, now).map_err(unknown)?;
    let explained = |question: Question| {
        let chain = ground.access.explain(&question, now).map_err(unknown)?;
        Ok(chain.map(|chain| {
            let places = ground.places(&chain.links);
            (question, Shown { chain, places })
        }))
    };
    let found: Vec<(Question, Shown)> =
        who.into_iter().map(explained).filter_map(Result::transpose).collect::<Result<_, Failure>>()?;
    let text = || match found.len() {
        0 => format!("nobody may {wanted}\n"),
        count => format!("{}{} may {wanted}\n", access::subjects(&found), counted(count, "subject")),
    };
    let value = || json!({ "version": json::VERSION, "subjects": found.iter().map(subject).collect::<Vec<_>>() });
    output.emit(&[(Format::Text, &text), (Format::Json, &|| json::pretty(&value()))])?;
    Ok(Exit::Done)
}

fn subject((question, shown): &(Question, Shown)) -> Value {
    let path = access::path(question.subject.as_str(), shown);
    json!({ "subject": question.subject, "expiresAt": shown.chain.expires_at, "path": path })
}
