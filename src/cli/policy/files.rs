//! The files of policies below a directory.

use std::path::{Path, PathBuf};

use crate::cli::{Failure, files};
use crate::model::name::Name;
use crate::policy::rego::Mistake;

/// The most directories that nest.
const DEEPEST: usize = 32;

/// A file of policies, under a name that tells it from the others.
#[derive(Debug)]
pub struct File {
    pub name: Name,
    pub path: String,
    pub text: String,
}

/// Reads all files of policies below a directory, sorted by path.
///
/// # Errors
/// Where the directory or a file cannot be read.
pub fn read(directory: &str) -> Result<Vec<File>, Failure> {
    let mut paths = Vec::new();
    list(Path::new(directory), &mut paths, 0)?;
    paths.sort();
    let read = |(number, path): (usize, PathBuf)| {
        let text = std::fs::read_to_string(&path).map_err(|error| files::failure(&path, &error))?;
        let name = format!("file-{number}").parse().map_err(|_| files::failure(&path, &"it has no name"))?;
        // As in a repository, a byte order mark is no part of the text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
        Ok(File { name, path: path.display().to_string(), text })
    };
    paths.into_iter().enumerate().map(read).collect()
}

fn list(directory: &Path, found: &mut Vec<PathBuf>, depth: usize) -> Result<(), Failure> {
    let failure = |error: std::io::Error| files::failure(directory, &error);
    for entry in std::fs::read_dir(directory).map_err(failure)? {
        let entry = entry.map_err(failure)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(failure)?);
        if kind.is_dir() && depth < DEEPEST {
            list(&path, found, depth + 1)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "rego") {
            found.push(path);
        }
    }
    Ok(())
}

/// Writes a mistake with its place, in one line.
pub fn line(files: &[File], mistake: &Mistake) -> String {
    let path = path(files, &mistake.policy);
    let place = mistake.span.map_or_else(String::new, |span| format!(":{}:{}", span.line, span.column));
    let severity = mistake.code.severity();
    let help = mistake.help.as_ref().map_or_else(String::new, |help| format!("\n  help: {help}"));
    crate::report::escape::line(&format!("{path}{place} {}[{}]: {}", severity.as_str(), mistake.code, mistake.message))
        + &crate::report::escape::line(&help).replacen("\u{fffd}", "\n", 1)
        + "\n"
}

/// Returns the path of a file by its name.
pub fn path<'a>(files: &'a [File], name: &Name) -> &'a str {
    files.iter().find(|file| file.name == *name).map_or("", |file| file.path.as_str())
}
