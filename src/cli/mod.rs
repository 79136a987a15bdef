//! The command line: a file a verb, each `Args` and `run`.

use std::cell::OnceCell;
use std::process::ExitCode;
use std::time::Instant;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand, ValueEnum};

use crate::config::Config;
use crate::report::escape;
use crate::source::{Halt, Host};
use exit::Exit;
use failure::Failure;
use progress::Progress;

mod apply;
mod args;
mod can;
mod command;
mod completions;
mod demo;
mod drift;
mod exit;
mod explain;
mod failure;
mod files;
mod get;
mod ground;
mod history;
mod init;
mod man;
mod outcome;
mod plan;
mod policy;
mod print;
mod progress;
mod resume;
mod run;
mod schema;
mod state;
mod status;
mod suspend;
mod validate;
mod wait;
mod who;

/// Governance as code: who may do what, how teams and their agents are set up, and what each may spend.
#[derive(Debug, Parser)]
#[command(name = "charter", version, propagate_version = true, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    /// When to use colour.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, env = "CHARTER_COLOR")]
    color: Color,
    /// Prints no messages beside the data.
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Says how long each stage took.
    #[arg(short, long, global = true)]
    verbose: bool,
}

const EXAMPLES: &str = "\
Examples:
  charter demo                          ten seconds that show what all this is about
  charter init acme                     write a small governed repository
  charter validate                      check the working tree
  charter plan                          show what the working tree would change
  charter apply                         make the live state as the last commit says
  charter can user:ana read:agents      who may do what
  charter explain unknown-role          what a finding means and how to mend it

Exit codes: 0 done, 1 invalid or held, 64 usage, 65 not a store, 69 no repository, 75 busy or stale, 78 configuration";

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Demo(demo::Args),
    Init(init::Args),
    Validate(validate::Args),
    Plan(plan::Args),
    Apply(apply::Args),
    Policy(policy::Args),
    Run(run::Args),
    Status(status::Args),
    History(history::Args),
    Drift(drift::Args),
    Wait(wait::Args),
    Suspend(suspend::Args),
    Resume(resume::Args),
    Get(get::Args),
    Can(can::Args),
    Who(who::Args),
    Schema(schema::Args),
    Explain(explain::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// What every verb is given beside its own arguments.
#[derive(Debug)]
struct Context {
    config: Config,
    color: bool,
    quiet: bool,
    verbose: bool,
    started: Instant,
    /// What sources have of the program; one that ends in its own way sets it before it opens any.
    host: OnceCell<Host>,
}

impl Context {
    /// Returns the milliseconds since the program began.
    fn elapsed_ms(&self) -> u128 {
        self.started.elapsed().as_millis()
    }

    /// Returns what a source has of the program: where no signal can be listened for, each does what it always does.
    fn host(&self) -> Host {
        let warn: fn(&str) = |text| print::message(&format!("warning: {text}"));
        let made = || Host { halt: Halt::listen().unwrap_or_default(), warn: Some(warn).filter(|_| !self.quiet) };
        self.host.get_or_init(made).clone()
    }

    /// Does some work, and says on a terminal what it is if it takes long.
    fn during<T>(&self, what: String, work: impl FnOnce() -> T) -> T {
        let _until_done = (!self.quiet).then(|| Progress::begin(what));
        work()
    }

    /// Says something on stderr that is not the data that was asked for.
    fn note(&self, text: &str) {
        if !self.quiet {
            print::message(text);
        }
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let started = Instant::now();
    let exit = match Cli::try_parse() {
        Ok(cli) => dispatch(cli, started),
        Err(error) => usage(&error),
    };
    exit.into()
}

fn usage(error: &clap::Error) -> Exit {
    let text = error.render().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return end(print::data(&text).map(|()| Exit::Done).map_err(Failure::from));
    }
    // It repeats what was typed, or what the environment holds.
    print::message(&text.trim_end().lines().map(escape::line).collect::<Vec<_>>().join("\n"));
    Exit::Usage
}

fn dispatch(cli: Cli, started: Instant) -> Exit {
    let color = match cli.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => print::is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    let directory = std::env::current_dir().unwrap_or_default();
    let done = Config::read(&directory).map_err(Failure::from).and_then(|config| {
        let context = Context { config, color, quiet: cli.quiet, verbose: cli.verbose, started, host: OnceCell::new() };
        run(cli.verb, &context)
    });
    end(done)
}

/// Says why it failed, if it did, and how to end.
fn end(done: Result<Exit, Failure>) -> Exit {
    done.unwrap_or_else(|failure| {
        if let Some(message) = failure.message() {
            print::message(&format!("error: {message}"));
        }
        failure.exit()
    })
}

fn run(verb: Verb, context: &Context) -> Result<Exit, Failure> {
    match verb {
        Verb::Demo(args) => demo::run(&args, context),
        Verb::Init(args) => init::run(&args, context),
        Verb::Validate(args) => validate::run(&args, context),
        Verb::Plan(args) => plan::run(&args, context),
        Verb::Apply(args) => apply::run(&args, context),
        Verb::Policy(args) => policy::run(&args, context),
        Verb::Run(args) => run::run(&args, context),
        Verb::Status(args) => status::run(&args, context),
        Verb::History(args) => history::run(&args, context),
        Verb::Drift(args) => drift::run(&args, context),
        Verb::Wait(args) => wait::run(&args, context),
        Verb::Suspend(args) => suspend::run(&args, context),
        Verb::Resume(args) => resume::run(&args, context),
        Verb::Get(args) => get::run(&args, context),
        Verb::Can(args) => can::run(&args, context),
        Verb::Who(args) => who::run(&args, context),
        Verb::Schema(args) => schema::run(&args, context),
        Verb::Explain(args) => explain::run(&args, context),
        Verb::Completions(args) => completions::run(&args, context),
        Verb::Man(args) => man::run(&args, context),
    }
}
