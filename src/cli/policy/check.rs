//! `charter policy check`: loads policies and says what is wrong with them.

use super::files;
use crate::cli::{Context, Exit, Failure, print};
use crate::policy::rego::Loaded;
use crate::report::counted;

/// Loads all policies of a directory, and says where one cannot be.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter policy check                   those in policies/
  charter policy check rules             those in another directory

Exit codes: 0 all load, 1 one does not")]
pub struct Args {
    /// The directory of the policies
    #[arg(default_value = "policies")]
    dir: String,
}

/// Runs the verb.
pub fn run(args: &Args, _context: &Context) -> Result<Exit, Failure> {
    let mut files = files::read(&args.dir)?;
    files.retain(|file| !file.path.ends_with("_test.rego"));
    if files.is_empty() {
        return Err(Failure::No(format!("there is no policy in {}", args.dir)));
    }
    let loaded = Loaded::of(files.iter().map(|file| (&file.name, file.text.as_str())));
    if !loaded.mistakes.is_empty() {
        print::data(&loaded.mistakes.iter().map(|mistake| files::line(&files, mistake)).collect::<String>())?;
        return Ok(Exit::No);
    }
    let (files, rules) = (counted(files.len(), "file"), counted(loaded.entries().len(), "judged rule"));
    print::data(&format!("ok: {files}, {rules}\n"))?;
    Ok(Exit::Done)
}
