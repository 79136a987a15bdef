//! Arguments that several verbs share.

use std::str::FromStr;

use clap::Args;
use jiff::Timestamp;

use super::failure::Failure;
use super::print;
use super::{Context, Exit};
use crate::source::{self, Options, Source};

/// Which repository is governed, and which part of it.
#[derive(Debug, Clone, Args)]
pub struct RepoArgs {
    /// The repository or directory; the current directory by default.
    #[arg(long, env = "CHARTER_REPO", value_name = "PATH")]
    pub repo: Option<String>,
    /// The governed directory inside the repository; all of it by default.
    #[arg(long, env = "CHARTER_PATH", value_name = "PREFIX")]
    pub path: Option<String>,
    /// The branch that counts in place of HEAD.
    #[arg(long, env = "CHARTER_BRANCH")]
    pub branch: Option<String>,
}

impl RepoArgs {
    /// Opens the source; a positional directory comes before all else.
    pub fn open(&self, positional: Option<&str>, context: &Context) -> Result<Box<dyn Source>, Failure> {
        let config = &context.config;
        let repo = positional.or(self.repo.as_deref()).or(config.repo.as_deref()).unwrap_or(".");
        let path = self.path.clone().or_else(|| config.path.clone()).unwrap_or_default();
        let branch = self.branch.clone().or_else(|| config.branch.clone());
        Ok(source::open(repo, &Options { path, branch })?)
    }
}

/// Where the live state is.
#[derive(Debug, Clone, Args)]
pub struct StoreArgs {
    /// The store, such as sqlite:charter.db; by default charter.db beside charter.toml, else one of the user's.
    #[arg(long, env = "CHARTER_STORE", value_name = "URL")]
    pub store: Option<String>,
}

/// At what moment the clock stands.
#[derive(Debug, Clone, Args)]
pub struct ClockArgs {
    /// The moment for which to decide, such as 2026-12-31T18:00:00Z; now by default.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Timestamp>,
}

impl ClockArgs {
    /// Returns the moment.
    pub fn now(&self) -> Timestamp {
        self.at.unwrap_or_else(Timestamp::now)
    }
}

/// A format, and the file that it goes to; stdout without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub format: Format,
    pub file: Option<String>,
}

/// How something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    Yaml,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, file) = text.split_once('=').map_or((text, None), |(word, file)| (word, Some(file.to_owned())));
        let format = match word {
            "text" => Format::Text,
            "json" => Format::Json,
            "yaml" => Format::Yaml,
            _ => {
                return Err(format!(
                    "there is no format `{word}`: write text, json or yaml, with =FILE to write it to a file"
                ));
            }
        };
        Ok(Output { format, file })
    }
}

/// How the result is written.
#[derive(Debug, Clone, Args)]
pub struct OutputArgs {
    /// The format, text or json, with =FILE to write it to a file; may be given several times.
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]")]
    pub output: Vec<Output>,
}

impl OutputArgs {
    /// Writes a result in every format that was asked for; `render` returns `None` for a format that it does not have.
    pub fn emit(&self, render: impl Fn(Format) -> Option<String>) -> Result<(), Failure> {
        let default = [Output { format: Format::Text, file: None }];
        let outputs = if self.output.is_empty() { &default[..] } else { &self.output };
        for output in outputs {
            let text = render(output.format)
                .ok_or_else(|| Failure::Usage("this verb does not write that format: see --help".to_owned()))?;
            match &output.file {
                Some(file) => std::fs::write(file, text)
                    .map_err(|error| Failure::File { path: file.clone(), cause: error.to_string() })?,
                None => print::data(&text).map_err(|exit: Exit| Failure::from(exit))?,
            }
        }
        Ok(())
    }
}
