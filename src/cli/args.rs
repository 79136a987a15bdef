//! Arguments that several verbs share.

use std::convert::Infallible;
use std::fs::File;
use std::io::Write;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{NonEmptyStringValueParser, TypedValueParser};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;

use super::Context;
use super::failure::Failure;
use super::print;
use super::state::cache;
use crate::model::credential;
use crate::source::{self, Options, Source, SourceError};

/// Which repository is governed, and which part of it.
#[derive(Debug, Clone, Args)]
pub struct RepoArgs {
    /// The repository or directory, or the URL of a remote one; the current directory by default.
    // Its value is not shown by --help: it may hold a password.
    #[arg(long, env = "CHARTER_REPO", value_name = "PATH|URL", hide_env_values = true)]
    pub repo: Option<String>,
    /// The governed directory inside the repository; all of it by default.
    #[arg(long, env = "CHARTER_PATH", value_name = "PREFIX")]
    pub path: Option<String>,
    /// The branch that counts in place of HEAD.
    #[arg(long, env = "CHARTER_BRANCH")]
    pub branch: Option<String>,
    /// How long one call of git to a remote repository may take, in seconds.
    #[arg(long, env = "CHARTER_GIT_TIMEOUT", value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub git_timeout: u64,
}

impl RepoArgs {
    /// Opens the source; a positional directory comes before all else.
    pub fn open(&self, positional: Option<&str>, context: &Context) -> Result<Box<dyn Source>, Failure> {
        let (repo, options) = self.place(positional, context);
        let implied = repo == "." && options.path.is_empty();
        let source = source::open(repo, &options)?;
        if implied && !source.governed_path().is_empty() {
            context.note(&format!("note: only `{}` of the repository is governed here", source.governed_path()));
        }
        Ok(source)
    }

    /// Names the first flag that says where the source is; what the environment says is no flag.
    pub fn flag(&self) -> Option<&'static str> {
        let flags = [
            ("--repo", "CHARTER_REPO", &self.repo),
            ("--path", "CHARTER_PATH", &self.path),
            ("--branch", "CHARTER_BRANCH", &self.branch),
        ];
        let is_flag = |variable: &str, said: &Option<String>| said.is_some() && std::env::var(variable).ok() != *said;
        flags.into_iter().find(|(_, variable, said)| is_flag(variable, said)).map(|(flag, ..)| flag)
    }

    /// Opens the source; where no repository is there any more, what stands in for it, and why.
    pub fn open_or_stand_in(&self, context: &Context) -> Result<(Box<dyn Source>, Option<SourceError>), Failure> {
        match self.open(None, context) {
            Ok(source) => Ok((source, None)),
            Err(Failure::Source(trouble @ (SourceError::NotFound { .. } | SourceError::NotARepository { .. }))) => {
                let (repo, options) = self.place(None, context);
                Ok((source::stand_in(repo, &options)?, Some(trouble)))
            }
            Err(failure) => Err(failure),
        }
    }

    fn place<'a>(&'a self, positional: Option<&'a str>, context: &'a Context) -> (&'a str, Options) {
        let config = &context.config;
        let repo = positional.or(said(&self.repo)).or(config.repo.as_deref()).unwrap_or(".");
        let path = said(&self.path).or(config.path.as_deref()).unwrap_or_default().to_owned();
        let branch = said(&self.branch).or(config.branch.as_deref()).map(str::to_owned);
        let timeout = Some(Duration::from_secs(self.git_timeout));
        (repo, Options { path, branch, cache: cache(), timeout, host: context.host() })
    }
}

/// Returns what was said; an empty variable of the environment says nothing.
pub fn said(argument: &Option<String>) -> Option<&str> {
    argument.as_deref().filter(|text| !text.is_empty())
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
    /// The moment for which to decide, such as 2026-12-31T18:00:00Z, or a day, which means its start in UTC; now by default.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub at: Option<Timestamp>,
}

/// The day within which the last moment is that a timestamp holds.
const LAST_DAY: Date = Date::constant(9999, 12, 30);

/// Reads a moment, or the day at whose start in UTC it is.
fn moment(text: &str) -> Result<Timestamp, String> {
    let is_day = text.len() == "2026-12-31".len();
    let read = if is_day { format!("{text}T00:00:00Z").parse() } else { text.parse() };
    read.map_err(|_| match Pieces::parse(text) {
        Ok(said) if said.date() >= LAST_DAY => {
            format!("it is beyond the last moment that can be said, {:.0}", Timestamp::MAX)
        }
        Ok(_) | Err(_) => "write a moment such as 2026-12-31T18:00:00Z, or a day such as 2026-12-31".to_owned(),
    })
}

/// Reads why something is done: no credential of it is stored or printed.
pub fn reason() -> impl TypedValueParser<Value = String> {
    NonEmptyStringValueParser::new().map(|text| credential::scrub(&text))
}

impl ClockArgs {
    /// Returns the moment.
    pub fn now(&self) -> Timestamp {
        self.at.unwrap_or_else(Timestamp::now)
    }
}

/// The word for a format, and the file that it goes to; stdout without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub word: String,
    pub file: Option<String>,
}

/// How something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
    Yaml,
    Sarif,
    Junit,
    Github,
    Gitlab,
    Markdown,
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.to_possible_value().map_or(Ok(()), |word| f.write_str(word.get_name()))
    }
}

/// Lists formats in words.
fn listed(formats: &[Format]) -> String {
    formats.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl FromStr for Output {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let (word, file) = text.split_once('=').map_or((text, None), |(word, file)| (word, Some(file.to_owned())));
        Ok(Output { word: word.to_owned(), file })
    }
}

impl Output {
    /// Finds the format among those that a verb writes.
    fn format(&self, formats: &[Format]) -> Result<Format, Failure> {
        let found = Format::from_str(&self.word, false).ok().filter(|format| formats.contains(format));
        found.ok_or_else(|| {
            let (word, all) = (&self.word, listed(formats));
            Failure::Usage(format!("-o {word}: the formats here are {all}, each with =FILE to write it to a file"))
        })
    }
}

/// How the result is written.
#[derive(Debug, Clone, Args)]
pub struct OutputArgs {
    /// The format, text or json, with =FILE to write it to a file; may be given several times.
    // Verbs that write more formats say so with `mut_arg`.
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]")]
    pub output: Vec<Output>,
}

/// What writes a result in one format.
pub type Renderer<'a> = &'a dyn Fn() -> String;

/// The formats that every verb writes.
pub const PLAIN: &[Format] = &[Format::Text, Format::Json];

/// Where results go: opened before any work is done, so that what cannot be written is known before a change.
///
/// A file is emptied then: where the verb comes to nothing, it does not go on saying what was so before.
#[derive(Debug)]
pub struct Outputs {
    files: Vec<(Format, String, File)>,
    /// The formats for stdout, in the order in which they were asked for.
    printed: Vec<Format>,
}

impl OutputArgs {
    /// Opens what was asked for, text on stdout without anything.
    pub fn open(&self, formats: &[Format]) -> Result<Outputs, Failure> {
        let mut outputs = Outputs { files: Vec::new(), printed: self.printed(formats)? };
        for output in &self.output {
            let format = output.format(formats)?;
            match &output.file {
                Some(path) if outputs.files.iter().any(|(_, other, _)| other == path) => {
                    return Err(Failure::Usage(format!("two formats cannot go to one file: {path}")));
                }
                Some(path) => {
                    let opened = File::create(path);
                    outputs.files.push((format, path.clone(), opened.map_err(|error| unwritten(path, &error))?));
                }
                None => {}
            }
        }
        Ok(outputs)
    }

    /// Lists the formats for stdout, where lines of two may stand, but only one document.
    fn printed(&self, formats: &[Format]) -> Result<Vec<Format>, Failure> {
        let printed = self.output.iter().filter(|output| output.file.is_none());
        let mut printed: Vec<Format> = printed.map(|output| output.format(formats)).collect::<Result<_, _>>()?;
        let is_document = |format: &Format| !matches!(format, Format::Text | Format::Github);
        if printed.len() > 1 && printed.iter().any(is_document) {
            return Err(Failure::Usage(format!(
                "-o {}: only one of them can go to stdout; write the others to files, such as -o {}=FILE",
                printed.iter().map(ToString::to_string).collect::<Vec<_>>().join(" -o "),
                printed.iter().find(|format| is_document(format)).unwrap_or(&Format::Json),
            )));
        }
        if self.output.is_empty() {
            printed.push(Format::Text);
        }
        Ok(printed)
    }
}

/// Reports that a file cannot be written.
pub fn unwritten(path: &str, error: &std::io::Error) -> Failure {
    Failure::File { path: path.to_owned(), cause: error.to_string() }
}

impl Outputs {
    /// Says whether a format was asked for.
    pub fn has(&self, format: Format) -> bool {
        self.printed.contains(&format) || self.files.iter().any(|(asked, ..)| *asked == format)
    }

    /// Writes a result in every format that was asked for, files first: whoever reads stdout may be gone.
    ///
    /// `renderers` has one for each format with which the outputs were opened.
    pub fn emit(&self, renderers: &[(Format, Renderer<'_>)]) -> Result<(), Failure> {
        let render = |asked: Format| {
            let renderer = renderers.iter().find(|(format, _)| *format == asked);
            renderer.map(|(_, render)| render()).unwrap_or_default()
        };
        for (format, path, mut file) in self.files.iter().map(|(format, path, file)| (format, path, file)) {
            let written = file.write_all(render(*format).as_bytes());
            written.map_err(|error| unwritten(path, &error))?;
        }
        for format in &self.printed {
            print::data(&render(*format))?;
        }
        Ok(())
    }
}
