//! The summary of a step of a GitHub Action: a file to which every program of the step appends Markdown.

use std::fs::{File, OpenOptions};
use std::io::Write;

use super::super::args::unwritten;
use super::super::{Context, Failure};
use crate::model::report::Report;
use crate::report::markdown;

/// The variable that names the file.
const VARIABLE: &str = "GITHUB_STEP_SUMMARY";

/// What a summary may hold in all, in bytes: GitHub leaves out a longer one whole.
const LIMIT: usize = 1 << 20;

/// The summary of the step that runs the program.
#[derive(Debug)]
pub struct Summary {
    path: String,
    file: File,
}

/// Opens the summary, if there is one.
pub fn open() -> Result<Option<Summary>, Failure> {
    let Some(path) = std::env::var(VARIABLE).ok().filter(|path| !path.is_empty()) else { return Ok(None) };
    let opened = OpenOptions::new().create(true).append(true).open(&path);
    let file = opened.map_err(|error| unwritten(&path, &error))?;
    Ok(Some(Summary { path, file }))
}

impl Summary {
    /// Appends a report, as much of it as the summary still holds.
    pub fn append(mut self, report: &Report, context: &Context) -> Result<(), Failure> {
        let fail = |error| unwritten(&self.path, &error);
        let used = self.file.metadata().map_err(fail)?.len();
        let room = LIMIT.saturating_sub(usize::try_from(used).unwrap_or(LIMIT));
        // Whoever wrote before may not have ended the line.
        let text = format!("\n{}", markdown::report(report, room.saturating_sub(1)));
        if text.len() > room || text.len() == 1 {
            context.note(&format!("note: {VARIABLE} has no room for the report"));
            return Ok(());
        }
        self.file.write_all(text.as_bytes()).map_err(fail)
    }
}
