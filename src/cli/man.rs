//! `charter man`: the manual pages.

use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::{Cli, Context, Exit, Failure, files, print};
use crate::report::counted;

/// Writes the manual pages, one for the program and one for each verb.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter man ~/.local/share/man/man1    then `man charter-plan`")]
pub struct Args {
    /// The directory; made where it does not exist
    dir: String,
}

/// Runs the verb.
pub fn run(args: &Args, _context: &Context) -> Result<Exit, Failure> {
    let directory = Path::new(&args.dir);
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let pages = std::iter::once(&program).chain(program.get_subcommands());
    let written = pages.map(|command| page(command, directory)).collect::<Result<Vec<()>, Failure>>()?;
    print::data(&format!("wrote {} to {}\n", counted(written.len(), "page"), args.dir))?;
    Ok(Exit::Done)
}

fn page(command: &Command, directory: &Path) -> Result<(), Failure> {
    let page = Man::new(command.clone());
    let path = directory.join(page.get_filename());
    let mut text = Vec::new();
    page.render(&mut text).map_err(|error| files::failure(&path, &error))?;
    files::write(&path, text)
}
