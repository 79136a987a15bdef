//! `charter init`: writes a small governed repository that validates.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use super::print;
use super::{Context, Exit, Failure};

/// What is written, by path.
const FILES: &[(&str, &str)] = &[
    ("organization.yaml", include_str!("../../policies/init/organization.yaml")),
    ("roles.yaml", include_str!("../../policies/init/roles.yaml")),
    ("teams/product.yaml", include_str!("../../policies/init/product.yaml")),
];

/// Writes a small governed repository: an organisation, two roles and a team, with comments. It validates as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter init acme                      in a new directory
  charter init .                         here; existing files are never touched")]
pub struct Args {
    /// The directory; made where it does not exist
    #[arg(default_value = ".")]
    dir: String,
}

/// Runs the verb.
pub fn run(args: &Args, _context: &Context) -> Result<Exit, Failure> {
    let directory = Path::new(&args.dir);
    if let Some((path, _)) = FILES.iter().find(|(path, _)| directory.join(path).symlink_metadata().is_ok()) {
        let path = directory.join(path).display().to_string();
        return Err(Failure::File {
            path,
            cause: "exists already, and nothing was written: choose another directory".to_owned(),
        });
    }
    let mut written = String::new();
    for (path, text) in FILES {
        let path = directory.join(path);
        write(&path, text)
            .map_err(|error| Failure::File { path: path.display().to_string(), cause: error.to_string() })?;
        written.push_str(&format!("wrote {}\n", path.display()));
    }
    crate::source::create_repository(directory)?;
    let enter = if args.dir == "." { String::new() } else { format!("cd {} && ", args.dir) };
    print::data(&format!(
        "{written}\nnext: {enter}charter validate && git add . && git commit -m governance && charter apply\n"
    ))?;
    Ok(Exit::Done)
}

/// Writes a new file and its directories; one that appeared in between is left as it is.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
