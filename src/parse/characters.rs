//! Characters that stand in no manifest: what nobody sees, and readers differ about.

use super::yaml::{Problem, Problems};
use crate::model::code::Code;
use crate::model::origin::Span;

const MARK: char = '\u{feff}';

/// Finds the characters of a text that are not printable by YAML 1.2.2, section 5.1, hidden ones, and marks inside it.
///
/// Section 5.1 lets quoted scalars hold more of them for the sake of JSON. Many readers do not, and no reviewer sees
/// them, so that they are refused there as well: an escape says the same.
pub fn refused(text: &str) -> Vec<Problem> {
    let mut problems = Problems::default();
    // Without a way out in the middle the bytes are compared many at a time.
    let is_suspect = |bytes: &[u8]| bytes.iter().fold(false, |found, byte| found | may_begin_refused(*byte));
    if text.as_bytes().chunks(256).any(is_suspect) {
        let (mut line, mut column) = (1, 1);
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            if is_refused(c) {
                problems.push(problem(c, line, column));
            }
            let is_break = c == '\n' || c == '\r' && rest.peek() != Some(&'\n');
            (line, column) = if is_break { (line + 1, 1) } else { (line, column + 1) };
        }
    }
    problems.take()
}

/// Says whether a byte of UTF-8 begins a character that may be refused: most files have none, and are not looked at twice.
fn may_begin_refused(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r') || matches!(byte, 0x7f | 0xc2 | 0xe2 | 0xef | 0xf3)
}

fn is_refused(c: char) -> bool {
    let is_control = c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}');
    is_control || matches!(c, MARK | '\u{fffe}' | '\u{ffff}') || is_hidden(c)
}

/// Says whether a character changes what a reviewer sees, or is one that only programs see: marks that turn the direction
/// of a text (CVE-2021-42574) and tags, with which a text speaks to a model behind the back of its reader.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}

fn problem(c: char, line: u32, column: u32) -> Problem {
    let (message, help) = if c == MARK {
        ("a byte order mark stands here, where no file begins".to_owned(), "take it out")
    } else {
        let why = if is_hidden(c) { "which no reviewer sees" } else { "which YAML does not have" };
        let message = format!("the character U+{:04X} stands here, {why}", u32::from(c));
        (message, "take it out; where it is meant, write it as an escape in double quotes, such as \"\\u001b\"")
    };
    let span = Span { line, column, end_line: line, end_column: column.saturating_add(1) };
    Problem { code: Code::Syntax, span, message, help, related: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_that_of_the_character() {
        let text = "é: \u{7f}\r\nb\rc\u{85}\t\n\u{feff}d: \"\u{9b}\u{ffff}\" # \u{1b}\n\u{fffd}\u{10ffff}\u{a0}";
        let places: Vec<(u32, u32)> = refused(text).iter().map(|one| (one.span.line, one.span.column)).collect();
        assert_eq!(places, [(1, 4), (4, 1), (4, 6), (4, 7), (4, 12)]);
        assert!(refused("a: \"\\u001b\" # ‹é›\u{e000}\u{2014}\u{200d}\u{f0000}").is_empty());
        assert_eq!(refused("a: b\u{202e} # \u{2069}\u{e0041}").len(), 3);
    }
}
