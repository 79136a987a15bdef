//! The lines of files that a report shows, without what must not be shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::credential;

/// Lines by file and number (from 1), credentials taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excerpts(BTreeMap<Arc<str>, BTreeMap<u32, Line>>);

/// A line: what is shown of it, and what its columns are in a tool that counts in UTF-16.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    shown: String,
    /// The columns, from 1, of the characters that are two units of UTF-16; of the line as it is in the file.
    wide: Vec<u32>,
}

impl Excerpts {
    /// Adds a line: as it is in the file, and as it is shown.
    pub fn add(&mut self, path: &Arc<str>, number: u32, written: &str, shown: String) {
        let wide = (1..).zip(written.chars()).filter(|(_, c)| c.len_utf16() > 1).map(|(column, _)| column).collect();
        self.0.entry(path.clone()).or_default().insert(number, Line { shown, wide });
    }

    /// Takes what looks like a credential out of the names of the files.
    pub fn hide(&mut self) {
        let lines = std::mem::take(&mut self.0).into_iter();
        self.0 = lines.map(|(path, lines)| (credential::hidden(&path), lines)).collect();
    }

    /// Returns the lines of a file from one number to another, both included; none if any is missing.
    pub fn lines(&self, path: &str, from: u32, to: u32) -> Option<Vec<&str>> {
        let lines = self.0.get(path)?;
        (from..=to).map(|line| lines.get(&line).map(|line| line.shown.as_str())).collect()
    }

    /// Turns a column that counts characters into one that counts units of UTF-16; none if the line is missing.
    pub fn utf16_column(&self, path: &str, line: u32, column: u32) -> Option<u32> {
        let wide = &self.0.get(path)?.get(&line)?.wide;
        let before = wide.iter().take_while(|wide| **wide < column).count();
        column.checked_add(u32::try_from(before).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_those_of_the_file_though_a_credential_is_taken_out() {
        let mut excerpts = Excerpts::default();
        let path = Arc::from("a.yaml");
        excerpts.add(&path, 7, "é: 🦀🦀, b", "é: ‹redacted›, b".to_owned());
        let columns = [1, 4, 5, 6, 8].map(|column| excerpts.utf16_column("a.yaml", 7, column));
        assert_eq!(columns, [Some(1), Some(4), Some(6), Some(8), Some(10)]);
        assert_eq!(excerpts.utf16_column("a.yaml", 8, 1), None);
    }
}
