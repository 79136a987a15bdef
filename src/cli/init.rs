//! `charter init`: writes a small governed repository that validates.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use super::command::quoted;
use super::print;
use super::{Context, Exit, Failure};
use crate::model::name::is_name;

/// What is written, by path.
const FILES: &[(&str, &str)] = &[
    ("organization.yaml", include_str!("../../policies/init/organization.yaml")),
    ("roles.yaml", include_str!("../../policies/init/roles.yaml")),
    ("teams/product.yaml", include_str!("../../policies/init/product.yaml")),
];

/// Writes a small governed repository: an organisation, its roles and a team, with comments. It validates as it is.
///
/// Makes the directory a git repository where it is in none.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter init acme                      in a new directory
  charter init .                         here; existing files are never touched")]
pub struct Args {
    /// The directory; made where it does not exist
    #[arg(default_value = ".", value_parser = clap::builder::NonEmptyStringValueParser::new())]
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
    let name = name_of(directory);
    for (path, text) in FILES {
        let path = directory.join(path);
        write(&path, &text.replace("name: example", &format!("name: {name}")))
            .map_err(|error| Failure::File { path: path.display().to_string(), cause: error.to_string() })?;
        written.push_str(&format!("wrote {}\n", path.display()));
    }
    if crate::source::create_repository(directory)? {
        written.push_str(&format!("made {} a git repository on branch main\n", directory.display()));
    }
    let enter = if args.dir == "." { String::new() } else { format!("cd {} && ", quoted(&args.dir)) };
    print::data(&format!(
        "{written}\nnext: {enter}charter validate && git add . && git commit -m governance && charter apply\n"
    ))?;
    Ok(Exit::Done)
}

/// Names the organisation after the directory, where that is a name.
fn name_of(directory: &Path) -> String {
    let whole = std::path::absolute(directory).ok();
    let last = whole.as_ref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy().to_lowercase());
    last.filter(|name| is_name(name)).unwrap_or_else(|| "example".to_owned())
}

/// Writes a new file and its directories; one that appeared in between is left as it is.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
