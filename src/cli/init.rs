//! `charter init`: writes a small governed repository that validates.

use std::path::Path;

use super::command::quoted;
use super::{Context, Exit, Failure, files, print, schema};
use crate::model::name::is_name;

/// The manifests that are written, by path. Each names the schema, so that an editor knows what may stand in it.
const MANIFESTS: &[(&str, &str)] = &[
    ("organization.yaml", include_str!("../../policies/init/organization.yaml")),
    ("roles.yaml", include_str!("../../policies/init/roles.yaml")),
    ("teams/product.yaml", include_str!("../../policies/init/product.yaml")),
];

/// The schema that they name.
const SCHEMA: &str = "schemas/manifest.schema.json";

/// Writes a small governed repository: an organisation, its roles and a team, with comments. It validates as it is.
///
/// Beside them stands their schema, which completes and explains manifests in an editor with a YAML language server.
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
    let files = files_of(&name_of(directory));
    if let Some(path) = files.iter().map(|(path, _)| directory.join(path)).find(|path| path.symlink_metadata().is_ok())
    {
        return Err(files::failure(&path, &"exists already, and nothing was written: choose another directory"));
    }
    let mut written = String::new();
    for (path, text) in files {
        let path = directory.join(path);
        files::write_new(&path, text)?;
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

/// Returns what is written, for an organisation of a name.
fn files_of(name: &str) -> Vec<(&'static str, String)> {
    let named = |text: &str| text.replace("name: example", &format!("name: {name}"));
    let manifests = MANIFESTS.iter().map(|(path, text)| (*path, named(text)));
    manifests.chain([(SCHEMA, schema::combined())]).collect()
}

/// Names the organisation after the directory, where that is a name.
fn name_of(directory: &Path) -> String {
    let whole = std::path::absolute(directory).ok();
    let last = whole.as_ref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy().to_lowercase());
    last.filter(|name| is_name(name)).unwrap_or_else(|| "example".to_owned())
}
