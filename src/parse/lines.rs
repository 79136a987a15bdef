//! The shape in which nearly all manifests are written, read line by line.
//!
//! These are block mappings and lists whose keys and scalars each stand on one line, and block scalars. To read them here
//! saves a quarter of the time of a cold run, and decides nothing: a file with anything that is not surely of that shape is
//! read by the library, and what is read here is what the library reads, to the place. A law says so.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::inline::{Part, deeper, indent, mapping, sequence};
use super::node::{Content, Entry, Node};

/// The lines of a text, one of them at a time.
struct Lines<'t> {
    /// The line that is read, from where it says something; `None` at the end.
    line: Option<Part<'t>>,
    number: u32,
    below: &'t str,
}

/// Reads every document of a text; `None` where it is not surely of the shape.
pub fn read(text: &str) -> Option<Vec<Node<'_>>> {
    // What a last line without an end belongs to is a matter of its own.
    text.ends_with('\n').then_some(())?;
    let mut lines = Lines { line: None, number: 0, below: text };
    lines.advance()?;
    if lines.line.is_some_and(is_marker) {
        lines.advance()?;
    }
    let mut roots = Vec::new();
    loop {
        lines.line.filter(|line| line.column == 0)?;
        roots.push(lines.mapping(0, 0)?);
        if lines.line.is_none() {
            return Some(roots);
        }
        lines.line.filter(|line| is_marker(*line))?;
        lines.advance()?;
    }
}

impl<'t> Lines<'t> {
    /// Looks at the next line of the text, whatever it holds.
    fn next(&self) -> Option<&'t str> {
        let length = memchr(b'\n', self.below.as_bytes()).unwrap_or(self.below.len());
        self.below.get(..length).filter(|_| !self.below.is_empty())
    }

    /// Takes it.
    fn take(&mut self) -> Option<&'t str> {
        let line = self.next()?;
        self.below = self.below.get(line.len() + 1..).unwrap_or_default();
        self.number = self.number.checked_add(1)?;
        Some(line)
    }

    /// Goes to the next line that says something.
    fn advance(&mut self) -> Option<()> {
        self.line = None;
        while let Some(line) = self.take() {
            let line = Part { number: self.number, column: 0, rest: line }.skip();
            // A comment ends with the line, unless another sign ends it; the first byte of a mark is a sign as well.
            let is_comment = line.rest.starts_with('#') && memchr2(b'\r', 0xef, line.rest.as_bytes()).is_none();
            if !is_comment && !line.rest.is_empty() {
                self.line = Some(line);
                return is_printable(line.rest).then_some(());
            }
        }
        Some(())
    }

    /// Makes sure that nothing goes on below: what stands deeper would belong to what ends here.
    fn ends(&self, indent: usize) -> Option<()> {
        self.line.is_none_or(|line| line.column <= indent).then_some(())
    }

    /// Reads the mapping that begins at the line.
    fn mapping(&mut self, indent: usize, depth: usize) -> Option<Node<'t>> {
        let mut entries = Vec::new();
        while let Some(line) = self.line.filter(|line| line.column == indent && !is_marker(*line)) {
            let (key, key_span, behind) = line.key()?;
            let value = self.value(behind.skip(), indent, depth)?;
            entries.push(Entry { key, key_span, value });
        }
        self.ends(indent)?;
        mapping(entries)
    }

    /// Reads the list that begins at the line.
    fn sequence(&mut self, indent: usize, depth: usize) -> Option<Node<'t>> {
        let mut items = Vec::new();
        while let Some(line) = self.line.filter(|line| line.column == indent && is_item(*line)) {
            let item = line.behind(1).skip();
            items.push(if item.key().is_some() {
                self.line = Some(item);
                self.mapping(item.column, deeper(depth)?)?
            } else {
                let is_here = !item.rest.is_empty() && !item.rest.starts_with('#');
                is_here.then_some(())?;
                self.value(item, indent, depth)?
            });
        }
        self.ends(indent)?;
        sequence(items)
    }

    /// Reads the value that stands at a part of the line or below it, and goes to the line that follows.
    fn value(&mut self, at: Part<'t>, indent: usize, depth: usize) -> Option<Node<'t>> {
        match at.rest.as_bytes().first() {
            None | Some(b'#') => self.below(indent, deeper(depth)?),
            Some(b'|' | b'>') => self.block(at.rest, indent),
            Some(_) => {
                let (node, behind) = at.inline(depth, false)?;
                behind.is_end().then_some(())?;
                self.advance()?;
                Some(node)
            }
        }
    }

    /// Reads the collection that stands below a key.
    fn below(&mut self, above: usize, depth: usize) -> Option<Node<'t>> {
        self.advance()?;
        let line = self.line.filter(|line| line.column >= above)?;
        if is_item(line) {
            self.sequence(line.column, depth)
        } else {
            (line.column > above).then_some(())?;
            self.mapping(line.column, depth)
        }
    }

    /// Reads a block scalar (YAML 1.2.2, section 8.1), and goes to the line that follows.
    fn block(&mut self, header: &str, above: usize) -> Option<Node<'t>> {
        let (glue, end) = match header.trim_end_matches(' ') {
            "|" => ("\n", "\n"),
            "|-" => ("\n", ""),
            ">" => (" ", "\n"),
            ">-" => (" ", ""),
            _ => return None,
        };
        let column = indent(self.next()?);
        let mut lines = Vec::new();
        while let Some(line) = self.next().filter(|line| indent(line) >= column.min(line.len())) {
            self.take()?;
            lines.push(line.get(column..).unwrap_or_default());
        }
        let first = Part { number: self.number - u32::try_from(lines.len() - 1).ok()?, column, rest: lines.first()? };
        lines.truncate(lines.iter().rposition(|line| !line.is_empty())? + 1);
        let is_sure = |line: &&str| is_printable(line) && (glue == "\n" && is_literal(line) || is_folded(line));
        let is_apart = self.next().is_none_or(|line| indent(line) <= above);
        (column > above && is_apart && !first.rest.is_empty() && lines.iter().all(is_sure)).then_some(())?;
        self.advance()?;
        let text = Cow::Owned(lines.join(glue) + end);
        Some(Node { span: first.span(first.rest.len()), content: Content::Scalar { text, plain: false } })
    }
}

/// Says whether a line stands between two documents.
fn is_marker(line: Part<'_>) -> bool {
    line.column == 0 && line.rest == "---"
}

/// Says whether a line begins an item of a list.
fn is_item(line: Part<'_>) -> bool {
    line.rest.starts_with("- ")
}

/// Says whether a line of a literal block scalar stands for itself: one of nothing but spaces may or may not.
fn is_literal(line: &str) -> bool {
    line.is_empty() || indent(line) < line.len()
}

/// Says whether a line of a folded block scalar joins the one before it with a space.
fn is_folded(line: &str) -> bool {
    !line.is_empty() && line.trim_matches(' ') == line
}

/// Says whether a text is of the printable characters of ASCII, of which each has one byte.
fn is_printable(text: &str) -> bool {
    text.bytes().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;
    use proptest::sample::select;
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::parse::yaml::parsed;

    /// What stands on a line, after its indentation.
    const WRITTEN: &[&str] = &[
        "a:",
        "b: 1",
        "c: x y",
        "d: 'q'",
        "e: \"q\" # c",
        "f: [a, b]",
        "g: {a: b}",
        "- x",
        "- a: b",
        "- [a]",
        "# c",
        "a: |",
        "b: >-",
        "c: |-",
        "d: >",
        "- |",
        "- >-",
        "word",
        "two words",
        "",
        "  ",
        "---",
        "a: []",
        "b: {}",
        "x/y.z: user:ana",
        "- user:ana",
        "k: [x:y, \"z\", 'w']",
        "k: {a: [1, {b: c}], d: 'e'}",
        "a:  x",
        "a: x   ",
        "a: # c",
        "-   a: b",
        "a: b#c",
        "a: b # c",
        "a: -1",
        "a: .5",
        "a: ~",
        "x # y",
    ];

    /// What may be read otherwise than it looks, or not at all.
    const DOUBTFUL: &[&str] = &[
        "-",
        "- ",
        "- - a",
        "- # c",
        "...",
        "--- a",
        "--- # c",
        "---a",
        "%YAML 1.2",
        "? a",
        ": b",
        "a : b",
        "a:b",
        "a: b: c",
        "a: b:",
        "&a x",
        "a: *a",
        "a: !t x",
        "<<: *a",
        "é: ü",
        "a: é # ü",
        "# é\u{feff}\u{85}\u{2028}",
        "\ta: b",
        "a:\tb",
        "a: b\t# c",
        "a: b\r",
        "# c\rb: d",
        "a: - b",
        "a: 'it''s'",
        "a: \"\\n\"",
        "a: \"x",
        "a: 'x",
        "a: - ",
        "a: ...",
        "a: ---",
        "a: [b#c]",
        "a: [b #c]",
        "a: [x: y]",
        "a: [ ]",
        "a: [a,]",
        "a: [,]",
        "a: {a}",
        "a: {a: }",
        "a: {a:b}",
        "a: {\"a\":1}",
        "a: [a]b",
        "a: \"x\"y",
        "a: \"x\"#y",
        "a: \"x\": y",
        "\"a\": b",
        "a: [",
        "a: {",
        "]",
        "}",
        "a: | # c",
        "a: |2",
        "a: |+",
        "a: >+",
        "a: |-x",
        "a: @x",
        "a: `x`",
        "a: %x",
        "a: x%",
        "a: x, y",
        "a: x]",
        "a: ?x",
        "a: ? x",
        "a: :x",
        "a: x:y:",
        "a: [x]#c",
        "a: [x] #c",
        "a: [[a], [b]] c",
        "a: [-]",
        "a: [-, b]",
        "a: [- b]",
        "a: {a: b, a: c}",
        "a: [?x]",
        "a: {x: y:z}",
        "a: {x: y:}",
        "a: \u{7f}",
        "a: \u{1}",
        "a: --b",
        "a: <<",
        "null: b",
    ];

    /// Lines that mostly stand where they belong: below what opens something deeper, else beside or above.
    fn lines(written: impl Strategy<Value = &'static str>) -> impl Strategy<Value = String> {
        let end = prop_oneof![9 => Just("\n"), 1 => Just(""), 1 => Just("\n\n")];
        (prop::collection::vec((0..12_usize, written), 1..9), end).prop_map(|(lines, end)| {
            let (mut indent, mut is_open, mut text) = (0_usize, false, Vec::new());
            for (turn, line) in lines {
                indent = match turn {
                    0 => 0,
                    1 => indent.saturating_sub(2),
                    2 => indent + 1,
                    3 => 4,
                    _ if is_open => indent + 2,
                    _ => indent,
                };
                is_open = line.ends_with([':', '|', '>', '-']) && line.len() > 1;
                text.push(" ".repeat(indent) + line);
            }
            text.join("\n") + end
        })
    }

    /// Fails where a text is read here otherwise than by the library; says whether it was read here.
    fn agrees(text: &str) -> Result<bool, TestCaseError> {
        let Some(roots) = read(text) else { return Ok(false) };
        let documents = parsed(text, false);
        prop_assert!(documents.iter().all(|document| document.problems.is_empty()), "{text}\n{documents:#?}");
        let library: Vec<Node<'_>> = documents.into_iter().filter_map(|document| document.root).collect();
        prop_assert_eq!(roots, library, "{}", text);
        Ok(true)
    }

    /// A text, and where in it something is put in the place of a character or before it.
    fn mistyped() -> impl Strategy<Value = (String, prop::sample::Index, &'static str, bool)> {
        let put = select(vec!["", " ", "\n", ":", "-", "#", "'", "\"", "[", "}", ",", "\t", "é", "|", ": ", " #"]);
        let written = prop_oneof![20 => select(WRITTEN), 1 => select(DOUBTFUL)];
        (lines(written), any::<prop::sample::Index>(), put, any::<bool>())
    }

    #[test]
    fn what_is_read_here_is_what_the_library_reads() {
        let cases = 80 * ProptestConfig::default().cases;
        let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
        let read = Cell::new(0_u32);
        let outcome = TestRunner::new(config).run(&mistyped(), |(text, at, put, instead)| {
            let is_read = agrees(&text)?;
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let (before, after) = text.split_at(*at.get(&places));
            let after: String = after.chars().skip(usize::from(instead)).collect();
            let is_mistyped_read = agrees(&format!("{before}{put}{after}"))?;
            read.set(read.get() + u32::from(is_read) + u32::from(is_mistyped_read));
            Ok(())
        });
        outcome.unwrap();
        assert!(read.get() > cases / 20, "only {} of {cases} texts were read here: the law says little", read.get());
    }

    #[test]
    fn what_people_write_is_read_here() {
        let text = "# of the team\napiVersion: charter/v1\nkind: Team\nmetadata:\n  name: web # short\n  labels: {owner: web, \
            tier: '1'}\n  annotations:\n    acme.example/description: >-\n      Two lines,\n      one text.\n\nspec:\n  leads: \
            [\"user:ana\", user:bob]\n  members:\n  - user:ana\n  - {subject: \"user:x\", until: 2035-06-30}\n  - subject: \
            user:y\n    until: 2035-06-30\n  contacts: []\n---\na: |\n  x\n\n   y\n";
        assert!(agrees(text).unwrap(), "{text}");
    }
}
