//! What is wrong with a policy itself, and where in its text.

use regorus::unstable::Span as Place;

use crate::model::code::Code;
use crate::model::name::Name;
use crate::model::origin::Span;

/// A mistake in the text of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub policy: Name,
    pub code: Code,
    pub message: String,
    pub help: Option<String>,
    /// Where, in the text; `None` for all of it.
    pub span: Option<Span>,
}

impl Mistake {
    /// Makes a mistake about a place of the syntax tree.
    pub fn at(policy: &Name, code: Code, place: &Place, message: &str) -> Self {
        let width = place.text().lines().next().map_or(1, |line| line.chars().count().max(1));
        let column = column(place.source.contents(), place.line, place.col);
        let span = span(place.line, column, u32::try_from(width).unwrap_or(1));
        Mistake { policy: policy.clone(), code, message: message.to_owned(), help: None, span: Some(span) }
    }

    /// Makes a mistake about a policy as a whole.
    pub fn whole(policy: &Name, code: Code, message: impl Into<String>) -> Self {
        Mistake { policy: policy.clone(), code, message: message.into(), help: None, span: None }
    }

    /// Makes a mistake of what the parser or the compiler tells: a picture of the place, and the message in its last line.
    pub fn told(policy: &Name, code: Code, text: &str, told: &str) -> Self {
        let (_, span) = place(told).unwrap_or_default();
        let at = |span: Span| self::span(span.line, column(text, span.line, span.column), 1);
        let span = span.map(at);
        let message = last(told);
        let message = if message.is_empty() { "this is no module in Rego".to_owned() } else { message };
        Mistake { span, ..Mistake::whole(policy, code, message) }
    }

    /// Says how to mend it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Returns the message of what the library tells: the last that it calls an error, or else its last line.
pub fn last(told: &str) -> String {
    let lines = || told.lines().rev().map(str::trim).filter(|line| !line.is_empty());
    let last = lines().find_map(|line| line.strip_prefix("error: ")).or_else(|| lines().next());
    let last = last.unwrap_or(told).trim_end_matches(" below.");
    // What the library says to itself is nothing to who wrote a policy, and may hold what it was about.
    let inner = ["internal error", "invalid schedule", "out of bounds", "likely a bug", "index overflow"];
    if inner.iter().any(|word| last.contains(word)) { "its evaluation broke off".to_owned() } else { last.to_owned() }
}

/// Reads the file and the place out of a picture that begins `--> file:line:column`.
pub fn place(told: &str) -> Option<(String, Option<Span>)> {
    let line = told.lines().find_map(|line| line.trim().strip_prefix("--> "))?;
    let (rest, column) = line.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some((file.to_owned(), Some(span(line.parse().ok()?, column.parse().ok()?, 1))))
}

/// Turns a column in which a tab counts four into one in which it counts one, as everywhere else.
pub fn column(text: &str, line: u32, column: u32) -> u32 {
    let line = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let mut at = 1;
    let before = line.chars().take_while(|c| {
        let is_before = at < column;
        at += if *c == '\t' { 4 } else { 1 };
        is_before
    });
    u32::try_from(before.count()).unwrap_or_default().saturating_add(1)
}

/// Makes the span of a stretch of one line.
pub fn span(line: u32, column: u32, width: u32) -> Span {
    Span { line, column, end_line: line, end_column: column.saturating_add(width) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_is_one_column() {
        let columns = [1, 5, 9, 10].map(|at| column("a\n\t\tbc\n", 2, at));
        assert_eq!(columns, [1, 2, 3, 4]);
    }
}
