//! The part of a very long line that is shown: a file on one line is not printed whole for each of its findings.

use crate::model::origin::Span;

/// Lines up to this long, in bytes, are shown whole.
const LONG: usize = 4000;

/// How many characters are shown before what is marked, and in all.
const BEFORE: u32 = 40;
const WIDTH: u32 = 110;

/// Which columns of a line are shown.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// The first one, from 1.
    first: u32,
    pub is_cut: bool,
}

impl Window {
    /// Chooses the window of a line around the first column that is marked in it, if any is.
    pub fn of(line: &str, marked: Option<u32>) -> Self {
        if line.len() <= LONG {
            return Window { first: 1, is_cut: false };
        }
        Window { first: marked.unwrap_or(1).saturating_sub(BEFORE).max(1), is_cut: true }
    }

    /// Cuts the window out of its line, with `…` in the place of what is left out.
    pub fn cut(&self, line: &str) -> String {
        if !self.is_cut {
            return line.to_owned();
        }
        let mut rest = line.chars().skip(self.first as usize - 1);
        let shown: String = rest.by_ref().take(WIDTH as usize).collect();
        let (before, after) = (if self.first > 1 { "…" } else { "" }, if rest.next().is_some() { "…" } else { "" });
        format!("{before}{shown}{after}")
    }

    /// Moves a span of the line to where it stands in the window.
    pub fn shift(&self, span: &Span) -> Span {
        let ellipsis = u32::from(self.first > 1);
        let column = |column: u32| (column.saturating_sub(self.first - 1) + ellipsis).clamp(1, WIDTH + 1);
        if !self.is_cut {
            return *span;
        }
        let end_column = if span.end_line > span.line { u32::MAX } else { span.end_column };
        Span { column: column(span.column), end_column: column(end_column), end_line: span.line, ..*span }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_around_what_is_marked() {
        let line = format!("{}mark{}", "é".repeat(5000), "b".repeat(5000));
        let window = Window::of(&line, Some(5001));
        let shown = window.cut(&line);
        assert_eq!(shown.chars().count(), WIDTH as usize + 2);
        let span = window.shift(&Span { line: 1, column: 5001, end_line: 1, end_column: 5005 });
        let marked: String =
            shown.chars().skip(span.column as usize - 1).take((span.end_column - span.column) as usize).collect();
        assert_eq!(marked, "mark");
        assert_eq!(Window::of("short", Some(3)).cut("short"), "short");
    }
}
