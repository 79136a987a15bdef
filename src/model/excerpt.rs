//! The lines of files that a report shows, without what must not be shown.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Lines by file and number (from 1), credentials taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excerpts(BTreeMap<Arc<str>, BTreeMap<u32, String>>);

impl Excerpts {
    /// Adds a line.
    pub fn add(&mut self, path: &Arc<str>, line: u32, text: String) {
        self.0.entry(path.clone()).or_default().insert(line, text);
    }

    /// Returns the lines of a file from one number to another, both included; none if any is missing.
    pub fn lines(&self, path: &str, from: u32, to: u32) -> Option<Vec<&str>> {
        let lines = self.0.get(path)?;
        (from..=to).map(|line| lines.get(&line).map(String::as_str)).collect()
    }
}
