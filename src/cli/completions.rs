//! `charter completions`: completions for a shell.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::print;
use super::{Cli, Context, Exit, Failure};

/// Prints the completions of a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter completions bash > ~/.local/share/bash-completion/completions/charter
  charter completions zsh > \"${fpath[1]}/_charter\"")]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// Runs the verb.
pub fn run(args: &Args, _context: &Context) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "charter", &mut script);
    print::data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
