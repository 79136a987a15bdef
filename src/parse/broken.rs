//! Why a text is no YAML, in words of ours where the library's place or words mislead.

use super::yaml::Problem;
use crate::model::code::Code;
use crate::model::origin::Span;

/// A line that says something, from where it does.
#[derive(Debug, Clone, Copy)]
struct Said<'t> {
    number: u32,
    /// How many characters stand before it: spaces, and the dashes of lists.
    column: usize,
    text: &'t str,
}

/// Tells what the library has against a text, and where.
pub fn told(text: &str, against: &str, at: Span) -> Problem {
    let problem = |span, message, help| Problem { code: Code::Syntax, span, message, help, related: None };
    if let Some(line) = without_colon(text, against, at) {
        let key = line.text.split([' ', '\t']).next().unwrap_or(line.text);
        let message = format!("this is not YAML: a `:` is missing after `{key}`");
        return problem(line.span(key), message, "write a `:` and a space between a key and its value");
    }
    if against == "invalid trailing content after double-quoted scalar" {
        let message = "this is not YAML: something stands behind the quote that ends a text".to_owned();
        return problem(at, message, "a quote inside a text is written '' in single quotes and \\\" in double quotes");
    }
    let message = format!("this is not YAML: {against}");
    problem(at, message, "check the indentation, the quotes and the brackets before this place")
}

/// Finds the line whose key has no colon, where the library lost the thread at a later one.
fn without_colon<'t>(text: &'t str, against: &str, at: Span) -> Option<Said<'t>> {
    let before = at.line.saturating_sub(1) as usize;
    let said = |(number, line): (u32, &'t str)| Said::of(number, line);
    match against {
        "simple key expect ':'" | "simple key expected" => {
            (1..).zip(text.lines()).take(before).filter_map(said).last().filter(|line| !line.has_colon())
        }
        "mapping values are not allowed in this context" => {
            let here = text.lines().nth(before).and_then(|line| Said::of(at.line, line))?;
            // The text of which a value was made goes on for some lines; the first of them began it.
            let mut first = None;
            for line in (1..).zip(text.lines()).take(before).filter_map(said) {
                let is_of_it = line.column == here.column && !line.has_colon() && !line.is_quoted();
                first = if is_of_it { first.or(Some(line)) } else { None };
            }
            first
        }
        _ => None,
    }
}

impl<'t> Said<'t> {
    /// Reads a line; `None` for an empty one and a comment.
    fn of(number: u32, line: &'t str) -> Option<Self> {
        let text = line.trim_start_matches(' ');
        let mut bare = text;
        while let Some(item) = bare.strip_prefix("- ") {
            bare = item.trim_start_matches(' ');
        }
        let is_said = !text.trim().is_empty() && !text.starts_with('#');
        is_said.then_some(Said { number, column: line.len() - bare.len(), text: bare.trim_end() })
    }

    fn has_colon(self) -> bool {
        self.text.contains(": ") || self.text.contains(":\t") || self.text.ends_with(':')
    }

    fn is_quoted(self) -> bool {
        self.text.starts_with(['"', '\'', '[', '{', '|', '>'])
    }

    fn span(self, key: &str) -> Span {
        let column = |before: usize| u32::try_from(before + 1).unwrap_or(u32::MAX);
        let (line, end_column) = (self.number, column(self.column + key.chars().count()));
        Span { line, column: column(self.column), end_line: line, end_column }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::origin::Span;
    use crate::parse::yaml::read;

    fn place(text: &str) -> (u32, u32, bool) {
        let problem = read(text, false).into_iter().flat_map(|document| document.problems).next().unwrap();
        let Span { line, column, .. } = problem.span;
        (line, column, problem.message.contains("a `:` is missing after `"))
    }

    #[test]
    fn a_key_without_a_colon_is_told_where_it_stands() {
        for (text, line, column) in [
            ("a: b\nspec:\n  members: []\n  parent", 4, 3),
            ("a: b\nspec:\n  members: []\n  parent\n\n# c\n", 4, 3),
            ("a: b\nspec:\n  parent web\n  members: []\n", 3, 3),
            ("a: b\nkind Team\nmetadata: c\n", 2, 1),
            ("a:\n  - b c\n    d: e\n", 2, 5),
            ("a:\n- b: c\n  d\n  e: f\n", 3, 3),
        ] {
            assert_eq!(place(text), (line, column, true), "{text}");
        }
    }

    #[test]
    fn what_is_something_else_keeps_its_place() {
        for (text, line) in [("a: b: c\n", 1), ("a: b\n  c: d\n", 2), ("a: 'it's'\n", 1), ("a: \"b\n", 1)] {
            let (found, _, is_colon) = place(text);
            assert_eq!((found, is_colon), (line, false), "{text}");
        }
    }
}
