//! `charter can`: whether a subject may do something.

use std::io::{ErrorKind, Read};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::args::{Format, OutputArgs, Outputs, PLAIN};
use super::ground::{GroundArgs, refused};
use super::{Context, Exit, Failure};
use crate::access::Unknown;
use crate::model::name::Name;
use crate::model::question::{Question, acting};
use crate::model::subject::Subject;
use crate::reconcile::Ground;
use crate::report::access::{self, Reason, Shown};
use crate::report::json;

/// Answers whether a subject may do something: `yes` or `no`.
///
/// Without --team the question is about the organisation's own resources. What was asked of a repository is what its
/// manifests say; with --store it is what is live.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter can user:ana read:agents --team frontend     yes or no
  charter can user:ana read:agents/reviewer --explain  why, with the file and line of each link
  charter can user:ana --list                          all that she may do
  charter can user:ana all:config --at 2027-01-01      then
  charter can -f requests.jsonl -o json                AuthZEN: a request a line, a response a line

Exit codes: 0 yes (and whatever is answered with --list and -f), 1 no; any other: no answer")]
pub struct Args {
    /// The user, agent or service, such as user:ana
    #[arg(required_unless_present = "file")]
    subject: Option<String>,
    /// What it would do, such as read:agents or read:agents/reviewer
    #[arg(value_name = "ACTION:RESOURCE[/NAME]", required_unless_present_any = ["file", "list"])]
    wanted: Option<String>,
    /// Says why: the way to the permission, or what comes nearest to one
    #[arg(long)]
    explain: bool,
    /// Lists all that the subject may do: everywhere, and on each team or the one of --team
    #[arg(long, conflicts_with_all = ["wanted", "explain"])]
    list: bool,
    /// Answers the AuthZEN access evaluation requests of a file, one a line; - for stdin
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["subject", "wanted", "explain", "list", "team"])]
    file: Option<String>,
    #[command(flatten)]
    ground: GroundArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(PLAIN)?;
    let now = args.ground.clock.now();
    if let Some(file) = &args.file {
        let questions = requests(file)?;
        let ground = args.ground.open(context)?;
        return answer_all(&ground, file, &questions, now, &output);
    }
    let subject = args.subject.as_deref().unwrap_or_default();
    let subject: Subject = subject.parse().map_err(refused)?;
    match &args.wanted {
        Some(wanted) => {
            let question = Question::new(subject, args.ground.wanted(wanted)?).map_err(usage)?;
            answer(&args.ground.open(context)?, &question, now, args.explain, &output)
        }
        None => {
            let (subject, team) = (acting(subject).map_err(usage)?, args.ground.team()?);
            list(&args.ground.open(context)?, &subject, team.as_ref(), now, &output)
        }
    }
}

fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::Usage(error.to_string())
}

/// What is asked in a line of a file.
struct Asked {
    line: usize,
    question: Question,
}

/// Reads requests, all of them or none.
fn requests(file: &str) -> Result<Vec<Asked>, Failure> {
    let mut text = String::new();
    let read = match file {
        "-" => std::io::stdin().read_to_string(&mut text).map(drop),
        file => std::fs::read_to_string(file).map(|read| text = read),
    };
    read.map_err(|error| unread(file, &error))?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let asked = |(line, text): (usize, &str)| match Question::authzen(text) {
        Ok(question) => Ok(Asked { line, question }),
        Err(error) => Err(unanswered(file, line, error)),
    };
    lines.map(asked).collect()
}

/// Reports that requests cannot be read: there are none, or what is there is no text.
fn unread(file: &str, error: &std::io::Error) -> Failure {
    if error.kind() == ErrorKind::NotFound {
        return Failure::File { path: file.to_owned(), cause: error.to_string() };
    }
    Failure::Data(format!("{file}: {error}"))
}

fn unanswered(file: &str, line: usize, error: impl std::fmt::Display) -> Failure {
    Failure::Data(format!("{file}:{line}: {error}"))
}

fn answer_all(ground: &Ground, file: &str, asked: &[Asked], now: Timestamp, output: &Outputs) -> Result<Exit, Failure> {
    let decide = |Asked { line, question }: &Asked| {
        ground.access.decide(question, now).map_err(|error| unanswered(file, *line, error))
    };
    let decisions = asked.iter().map(decide).collect::<Result<Vec<bool>, Failure>>()?;
    let line = |write: fn(bool) -> String| decisions.iter().map(|one| format!("{}\n", write(*one))).collect::<String>();
    output.emit(&[
        (Format::Text, &|| line(|decision| word(decision).to_owned())),
        (Format::Json, &|| line(|decision| json!({ "decision": decision }).to_string())),
    ])?;
    Ok(Exit::Done)
}

fn word(decision: bool) -> &'static str {
    if decision { "yes" } else { "no" }
}

fn answer(
    ground: &Ground,
    question: &Question,
    now: Timestamp,
    explain: bool,
    output: &Outputs,
) -> Result<Exit, Failure> {
    let decision = ground.access.decide(question, now).map_err(usage)?;
    let reason = if explain { Some(reason(ground, question, now).map_err(usage)?) } else { None };
    let text = || reason.as_ref().map_or(format!("{}\n", word(decision)), |why| access::explanation(question, why));
    output.emit(&[
        (Format::Text, &text),
        (Format::Json, &|| json::pretty(&access::response(question, decision, reason.as_ref()))),
    ])?;
    Ok(if decision { Exit::Done } else { Exit::No })
}

fn reason(ground: &Ground, question: &Question, now: Timestamp) -> Result<Reason, Unknown> {
    if let Some(chain) = ground.access.explain(question, now)? {
        let places = ground.places(&chain.links);
        return Ok(Reason::Granted(Shown { chain, places }));
    }
    let miss = ground.access.nearest_miss(question, now)?;
    Ok(Reason::Refused(miss.map(|miss| {
        let places = ground.places(&miss.chain.links);
        access::missed(miss, places)
    })))
}

fn list(
    ground: &Ground,
    subject: &Subject,
    team: Option<&Name>,
    now: Timestamp,
    output: &Outputs,
) -> Result<Exit, Failure> {
    let grants = ground.access.grants_at(subject, team, now).map_err(usage)?;
    let value = || -> Value { json!({ "version": json::VERSION, "grants": grants }) };
    let text = || if grants.is_empty() { format!("{subject} may do nothing\n") } else { access::grants(&grants) };
    output.emit(&[(Format::Text, &text), (Format::Json, &|| json::pretty(&value()))])?;
    Ok(Exit::Done)
}
