//! A text as the library takes it: what it refuses though YAML or JSON has it is written otherwise, and places are told back.

use std::borrow::Cow;

use super::blocks::{Blocks, Quirk};
use super::json;
use super::yaml::Problem;
use crate::model::code::Code;
use crate::model::origin::Span;

/// A text that means what another does, and where what is in it stands in the other.
#[derive(Debug)]
pub struct Adapted<'t> {
    pub text: Cow<'t, str>,
    /// In the order of the places.
    shifts: Vec<Shift>,
    /// The lines that are written otherwise, in order.
    changed: Vec<u32>,
}

/// From a column of the adapted text on, how many more characters its line has in the other; less than none, how many fewer.
#[derive(Debug, Clone, Copy)]
struct Shift {
    line: u32,
    column: u32,
    by: i32,
}

impl<'t> Adapted<'t> {
    /// Leaves a text as it is.
    pub fn not(text: &'t str) -> Self {
        Adapted { text: Cow::Borrowed(text), shifts: Vec::new(), changed: Vec::new() }
    }

    /// Writes pairs of escaped surrogates otherwise in JSON, and in YAML what blocks have and the library does not.
    pub fn of(text: &'t str, is_json: bool) -> Self {
        if is_json { of_json(text) } else { of_blocks(text) }
    }

    /// Says whether nothing is written otherwise.
    pub fn is_same(&self) -> bool {
        matches!(self.text, Cow::Borrowed(_))
    }

    /// Says whether a scalar goes on over a line that is written otherwise, so that it may mean something else.
    pub fn is_in(&self, scalar: Span) -> bool {
        let from = self.changed.partition_point(|line| *line <= scalar.line);
        // What ends before the first column ends with the line before.
        self.changed.get(from).is_some_and(|line| (*line, 1) < (scalar.end_line, scalar.end_column))
    }

    /// Finds the place in the other text.
    pub fn place(&self, span: Span) -> Span {
        if self.shifts.is_empty() {
            return span;
        }
        let column = |line: u32, column: u32| {
            let end = self.shifts.partition_point(|shift| (shift.line, shift.column) <= (line, column));
            let shift = end.checked_sub(1).and_then(|last| self.shifts.get(last)).filter(|shift| shift.line == line);
            column.saturating_add_signed(shift.map_or(0, |shift| shift.by))
        };
        Span { column: column(span.line, span.column), end_column: column(span.end_line, span.end_column), ..span }
    }
}

/// Writes each pair of surrogates as one escape, which is two characters shorter.
fn of_json(text: &str) -> Adapted<'_> {
    let mut adapted = Adapted::not(text);
    if !json::may_have_pairs(text) {
        return adapted;
    }
    let mut written = String::new();
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let before = adapted.shifts.len();
        let (mut by, mut column) = (0, 1);
        for (part, is_pair) in json::joined(line) {
            written.push_str(&part);
            column += number_of(part.chars().count());
            if is_pair {
                by += 2;
                adapted.shifts.push(Shift { line: number, column, by });
            }
        }
        if adapted.shifts.len() > before {
            adapted.changed.push(number);
        }
    }
    if !adapted.changed.is_empty() {
        adapted.text = Cow::Owned(written);
    }
    adapted
}

/// Writes brackets further to the right, and blanks for tabs, where the library asks for it.
fn of_blocks(text: &str) -> Adapted<'_> {
    let mut adapted = Adapted::not(text);
    let (mut written, mut copied) = (String::new(), 0);
    for (number, start, quirk) in quirks(text) {
        let (from, to) = match quirk {
            Quirk::Closing(at) => {
                adapted.shifts.push(Shift { line: number, column: number_of(at + 2), by: -1 });
                (at, at)
            }
            Quirk::Tab(from, to) => (from, to),
            Quirk::Indentation(_) => continue,
        };
        written.push_str(text.get(copied..start + from).unwrap_or_default());
        written.push_str(&" ".repeat((to - from).max(1)));
        copied = start + to;
        adapted.changed.push(number);
    }
    if !adapted.changed.is_empty() {
        written.push_str(text.get(copied..).unwrap_or_default());
        adapted.text = Cow::Owned(written);
    }
    adapted
}

/// Lists what is odd in a text, each with the number of its line and the byte at which that begins.
fn quirks(text: &str) -> Vec<(u32, usize, Quirk)> {
    let (mut blocks, mut odd, mut all, mut start) = (Blocks::default(), Vec::new(), Vec::new(), 0);
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let bare = line.trim_end_matches(['\r', '\n']);
        if bare.contains('\r') {
            // The library counts it as the end of a line.
            return Vec::new();
        }
        blocks.line(bare, &mut odd);
        all.extend(odd.drain(..).map(|quirk| (number, start, quirk)));
        start += line.len();
    }
    all
}

/// Finds the first tab that indents a key or an item, which the library counts as a blank.
pub fn refused(text: &str) -> Option<Problem> {
    text.contains('\t').then_some(())?;
    quirks(text).into_iter().find_map(|(line, _, quirk)| match quirk {
        Quirk::Indentation(at) => Some(indentation(line, at)),
        Quirk::Closing(_) | Quirk::Tab(..) => None,
    })
}

fn indentation(line: u32, at: usize) -> Problem {
    let column = number_of(at + 1);
    Problem {
        code: Code::Syntax,
        span: Span { line, column, end_line: line, end_column: column.saturating_add(1) },
        message: "this is not YAML: a tab stands in the indentation".to_owned(),
        help: "indent with spaces: readers differ in how far a tab goes",
        related: None,
    }
}

fn number_of(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::parse::node::Node;
    use crate::parse::yaml::{documents, parsed};

    /// What opens, holds and closes flow collections, quotes and block scalars.
    const WRITTEN: &[&str] = &[
        "a: [",
        "b: {",
        "- [",
        "]",
        "}",
        "],",
        "'x',",
        "\"y\"",
        "\"z\": [",
        "'a': b,",
        "c:\td",
        "c: d",
        "e: |",
        "f: >-",
        "- |",
        "\"x",
        "y\"",
        "it's",
        "'",
        "# ]",
        "- a: [",
        "{\"a\": [\"b\"",
        "---",
        "",
        "k: \"v\"",
        "w [",
        "g:",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_the_library_reads_as_it_is_it_reads_adapted(lines in prop::collection::vec((0..4_usize, select(WRITTEN)), 1..9)) {
            let text: String = lines.into_iter().map(|(indent, line)| "  ".repeat(indent) + line + "\n").collect();
            let as_is = documents(&text, &Adapted::not(&text)).unwrap();
            if as_is.iter().all(|document| document.problems.is_empty()) {
                let roots = |documents: Vec<crate::parse::yaml::Document<'_>>| {
                    documents.into_iter().map(|document| document.root.map(Node::owned)).collect::<Vec<_>>()
                };
                prop_assert_eq!(roots(parsed(&text, false)), roots(as_is), "{}", text);
            }
        }
    }

    /// Reads one document without a problem.
    fn root(text: &str, is_json: bool) -> Node<'_> {
        let mut documents = parsed(text, is_json);
        assert_eq!(documents.len(), 1, "{text}");
        let document = documents.remove(0);
        assert!(document.problems.is_empty(), "{text}\n{:?}", document.problems);
        document.root.unwrap()
    }

    fn place(node: &Node<'_>, pointer: &str) -> (u32, u32) {
        let span = node.at(pointer).unwrap().0.span;
        (span.line, span.column)
    }

    #[test]
    fn a_bracket_may_stand_below_the_key_whose_value_it_closes() {
        for text in [
            "s:\n  m: [\n    \"a\",\n    'b',\n  ]\n",
            "s:\n  m: [ # c\n    'it''s', # ]\n\n    \"b\"\n  ] # d\n  n: |\n    ]\n",
            "s:\n  m: {\n    \"a\": [\"b\"]\n  }\n",
            "s:\n  m: {\n    \"a\":\n      [\"b\", x 'y, \"]\"],\n    'c' : \"d\\\" ]\",\n  }\n",
            "- m: [\n    [\"é\"],\n  ]\n  n: o\n",
            "m: [\n  \"ab\"\n]\n",
            "---\n\"m\": [\n  \"a\n  ]\"\n]\nn: \"x\n\n  ] y\"\n",
            "a: |\n  m: [\n    \"a\"\n  ]\nm: [\n  'x'\n]\nb: >-\n  }\n  ]\n",
        ] {
            assert!(!Adapted::of(text, false).is_same(), "{text}");
            root(text, false);
        }
    }

    #[test]
    fn what_stands_behind_a_bracket_keeps_its_place() {
        let text = "s:\n  m: [\n    [\"a\",\n  ], \"b\"]\n  c:\td\n";
        let found = root(text, false);
        assert_eq!((place(&found, "/s/m/1"), place(&found, "/s/c")), ((4, 6), (5, 6)));
    }

    #[test]
    fn a_block_scalar_holds_what_is_written_in_it() {
        let text = "m: [\n  'x'\n]\na: [\n  'x'\n]\nt: |\n  m: [\n  'x'\n  ]\n  c:\td\nu: \"m: [\n  ]\"\n";
        let found = root(text, false);
        assert_eq!(found.get("t").unwrap().text(), Some("m: [\n'x'\n]\nc:\td\n"));
        assert_eq!(found.get("u").unwrap().text(), Some("m: [ ]"));
    }

    #[test]
    fn a_tab_may_stand_between_a_key_and_its_value() {
        let found = root("a:\tb\nc: |\n  d:\te\nf: {g: h} # i\n", false);
        assert_eq!((found.get("a").unwrap().text(), place(&found, "/a")), (Some("b"), (1, 4)));
        assert_eq!(found.get("c").unwrap().text(), Some("d:\te\n"));
    }

    #[test]
    fn a_tab_indents_nothing() {
        let place = |text| refused(text).map(|problem| (problem.span.line, problem.span.column));
        assert_eq!(place("s:\n \tm: [\"a\"]\n"), Some((2, 2)));
        assert_eq!(place("s:\n   \ta: 1\n    b: 2\n"), Some((2, 4)));
        assert_eq!(place("s:\n  \t- a\n"), Some((2, 3)));
        for text in [
            "s:\t\"a\"\n",
            "s: [\n\ta,\n \t\"b\": c ]\n",
            "s: |\n  a\n  \tb: c\n",
            "s: \"a\n \tb: c\"\n",
            "s: a\n  \tb\n",
            "s: a # b\n \t# c: d\n \t\nt: {\n\tu: v}\n",
            "- \t|\n   a\n   \tb: c\n",
        ] {
            assert_eq!(place(text), None, "{text}");
        }
    }

    #[test]
    fn columns_behind_a_pair_of_surrogates_are_those_of_the_file() {
        let text = r#"{"a": ["\ud83d\ude00", "b", "é\ud83d\ude00\ud83d\ude00", "c"], "\ud83d\ude00": 1}"#;
        let found = root(text, true);
        let columns = |pointer: &str| {
            let span = found.at(pointer).unwrap().0.span;
            text.chars()
                .skip(span.column as usize - 1)
                .take((span.end_column - span.column) as usize)
                .collect::<String>()
        };
        let shown = ["/a/0", "/a/1", "/a/2", "/a/3"].map(columns);
        assert_eq!(shown, [r#""\ud83d\ude00""#, "\"b\"", r#""é\ud83d\ude00\ud83d\ude00""#, "\"c\""]);
        assert_eq!(found.get("a").unwrap().items()[0].text(), Some("😀"));
        assert!(found.entry("😀").is_some_and(|entry| entry.key_span.end_column == entry.key_span.column + 14));
    }
}
