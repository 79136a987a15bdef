//! The operator's file: `charter.toml`, which is not governed.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The file's name, in the working directory.
pub const FILE: &str = "charter.toml";

/// What the operator set. Flags and `CHARTER_*` come first, defaults last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub repo: Option<String>,
    pub path: Option<String>,
    pub branch: Option<String>,
    pub store: Option<String>,
    /// The directory of the file, if there is one.
    #[serde(skip)]
    pub directory: Option<PathBuf>,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {cause}", path.display())]
pub struct ConfigError {
    path: PathBuf,
    cause: String,
}

impl Config {
    /// Reads the file of a directory; without one nothing is set.
    ///
    /// # Errors
    /// Where the file cannot be read, is not TOML, or sets what does not exist.
    pub fn read(directory: &Path) -> Result<Config, ConfigError> {
        let path = directory.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Config::default()),
            Err(error) => return Err(ConfigError { path, cause: error.to_string() }),
        };
        let read: Result<Config, _> = toml::from_str(&text);
        let config = read.map_err(|error| ConfigError { path, cause: cause(&text, &error) })?;
        Ok(Config { directory: Some(directory.to_owned()), ..config })
    }
}

/// Says what is wrong and in which line, without the line itself: an address in it may hold a password.
fn cause(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    format!("line {line}: {}", error.message().split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_is_reported_without_what_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "path = \"a\"\nrepo = \"https://ana:hunter2@acme.example\n").unwrap();
        let error = Config::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("line 2") && !error.contains("hunter2"), "{error}");
    }
}
