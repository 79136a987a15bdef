//! Mends to edits: what to write where, without touching a byte of what is not mended.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::node::{Content, Node, token};
use super::{is_json, text, yaml};
use crate::model::finding::Finding;
use crate::model::mend::{Edit, Mend};
use crate::model::origin::{Origin, Part, Span};
use crate::model::snapshot::{Snapshot, SourceFile};

/// A file that is to be mended.
struct Sheet<'s> {
    text: &'s str,
    documents: Vec<yaml::Document<'s>>,
    is_json: bool,
}

/// Works out the edits of the findings that have a mend, reading each file that has one once more.
pub fn edits(snapshot: &Snapshot, findings: &mut [Finding]) {
    let mut sheets: BTreeMap<Arc<str>, Option<Sheet<'_>>> = BTreeMap::new();
    for finding in findings {
        let Some(mend) = &finding.mend else { continue };
        let path = &finding.origin.path;
        let sheet = sheets.entry(path.clone()).or_insert_with(|| snapshot.files.get(path).and_then(Sheet::of));
        finding.edit = sheet.as_ref().and_then(|sheet| sheet.edit(&finding.origin, mend));
    }
}

/// Writes edits of one file into it; of two that overlap the first.
pub fn apply(file: &SourceFile, edits: &[&Edit]) -> Option<SourceFile> {
    let text = text(file).ok()?;
    let place = |edit: &&Edit| Some((range(text, edit.span)?, edit.text.clone()));
    let mut places: Vec<(Range<usize>, String)> = edits.iter().map(place).collect::<Option<_>>()?;
    places.sort_by_key(|(range, _)| range.start);
    let mut written = String::with_capacity(text.len());
    let mut at = 0;
    for (range, replacement) in places {
        if range.start >= at {
            written.push_str(text.get(at..range.start)?);
            written.push_str(&replacement);
            at = range.end;
        }
    }
    written.push_str(text.get(at..)?);
    let mark = file.bytes.get(..file.bytes.len().checked_sub(text.len())?)?;
    Some(SourceFile { path: file.path.clone(), bytes: [mark, written.as_bytes()].concat().into() })
}

/// Finds the bytes of a span; none where a line or a column is missing.
fn range(text: &str, span: Span) -> Option<Range<usize>> {
    let start = offset(text, span.line, span.column)?;
    let end = offset(text, span.end_line, span.end_column)?;
    (start <= end).then_some(start..end)
}

fn offset(text: &str, line: u32, column: u32) -> Option<usize> {
    let mut lines = text.split_inclusive('\n').chain([""]);
    let before: usize = lines.by_ref().take(line.checked_sub(1)? as usize).map(str::len).sum();
    let line = lines.next().unwrap_or_default();
    let column = column.checked_sub(1)? as usize;
    let inside = line.char_indices().map(|(index, _)| index).chain([line.len()]).nth(column)?;
    Some(before + inside)
}

/// Reads a text that is one scalar, and says whether it is plain.
fn scalar(text: &str) -> Option<(Cow<'_, str>, bool)> {
    match yaml::read(text, false).as_mut_slice() {
        [yaml::Document { root: Some(Node { content: Content::Scalar { text, plain }, .. }), problems }]
            if problems.is_empty() =>
        {
            Some((std::mem::take(text), *plain))
        }
        _ => None,
    }
}

impl<'s> Sheet<'s> {
    fn of(file: &'s SourceFile) -> Option<Self> {
        let (text, is_json) = (text(file).ok()?, is_json(file));
        Some(Sheet { text, documents: yaml::read(text, is_json), is_json })
    }

    fn edit(&self, origin: &Origin, mend: &Mend) -> Option<Edit> {
        let root = self.documents.get(origin.document as usize)?.root.as_ref()?;
        match mend {
            Mend::Word { written, meant } => self.word(root, origin, written, meant),
            Mend::TakeOut { written } => self.take_out(root, origin, written),
        }
    }

    /// Writes another word for one, in its quotes; in quotes where it had none and needs them.
    fn word(&self, root: &Node<'_>, origin: &Origin, written: &str, meant: &str) -> Option<Edit> {
        let (node, entry) = root.at(&origin.pointer)?;
        let is_key = origin.part == Part::Key;
        let span = if is_key { entry?.key_span } else { node.text().map(|_| node.span)? };
        let slice = self.slice(span, written)?;
        let place = match origin.pointer.rsplit_once('/') {
            Some((above, _)) if is_key => format!("{above}/{}", token(meant)),
            _ => origin.pointer.clone(),
        };
        let place = Origin::value(&origin.path, origin.document, place);
        Some(Edit { span, text: spelled(slice, meant, self.is_json || meant == written), place })
    }

    /// Takes an element out of a list, with its line or its comma; where a comment would go with it, nothing is done.
    fn take_out(&self, root: &Node<'_>, origin: &Origin, written: &str) -> Option<Edit> {
        let (list, index) = origin.pointer.rsplit_once('/')?;
        let (items, index) = (root.at(list)?.0.items(), index.parse::<usize>().ok()?);
        let (before, node) = (items.get(index.checked_sub(1)?)?, items.get(index)?);
        self.slice(node.text().map(|_| node.span)?, written)?;
        let span = self.line_of(node.span).or_else(|| self.with_comma(before, node.span))?;
        Some(Edit { span, text: String::new(), place: Origin::value(&origin.path, origin.document, list) })
    }

    /// Returns the whole line of an element that stands on one alone.
    fn line_of(&self, span: Span) -> Option<Span> {
        let whole = Span { column: 1, end_line: span.line + 1, end_column: 1, ..span };
        let (line, inner) = (range(self.text, whole)?, range(self.text, span)?);
        let is_alone = self.text.get(line.start..inner.start)?.trim() == "-"
            && self.text.get(inner.end..line.end)?.trim().is_empty();
        (is_alone && line.end > inner.end).then_some(whole)
    }

    /// Returns an element of a flow list with the comma before it.
    fn with_comma(&self, before: &Node<'_>, span: Span) -> Option<Span> {
        self.slice(before.span, before.text()?)?;
        let whole = Span { line: before.span.end_line, column: before.span.end_column, ..span };
        let (gap, inner) = (range(self.text, whole)?, range(self.text, span)?);
        (self.text.get(gap.start..inner.start)?.trim() == ",").then_some(whole)
    }

    /// Returns the text of a scalar, if it is what was read.
    fn slice(&self, span: Span, written: &str) -> Option<&'s str> {
        let slice = self.text.get(range(self.text, span)?)?;
        (scalar(slice)?.0 == written).then_some(slice)
    }
}

/// Spells a word as another was spelled.
fn spelled(slice: &str, meant: &str, quoted: bool) -> String {
    let is_plain = || scalar(meant).is_some_and(|(text, plain)| plain && text == meant);
    if slice.starts_with('\'') {
        return format!("'{}'", meant.replace('\'', "''"));
    }
    let needs_quotes = quoted || slice.starts_with('"') || meant.contains([',', '[', ']', '{', '}']) || !is_plain();
    if needs_quotes { serde_json::Value::from(meant).to_string() } else { meant.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.into(), bytes: text.as_bytes().into() }
    }

    /// Mends one node of a text and returns the text after it.
    fn mended(path: &str, text: &str, pointer: &str, part: Part, mend: &Mend) -> Option<String> {
        let file = file(path, text);
        let origin = Origin { part, ..Origin::value(&file.path, 0, pointer) };
        let edit = Sheet::of(&file)?.edit(&origin, mend)?;
        Some(String::from_utf8(apply(&file, &[&edit])?.bytes.to_vec()).unwrap())
    }

    fn word(written: &str, meant: &str) -> Mend {
        Mend::Word { written: written.into(), meant: meant.into() }
    }

    #[test]
    fn a_word_is_written_as_the_one_before_it_was() {
        for (path, text, pointer, expected) in [
            ("a.yaml", "# é\r\na: old  # old\r\n", "/a", "# é\r\na: new  # old\r\n"),
            ("a.yaml", "a: [x, 'old', y]\n", "/a/1", "a: [x, 'new', y]\n"),
            ("a.yaml", "é: {b: \"old\",c: old}\n", "/é/b", "é: {b: \"new\",c: old}\n"),
            ("a.yaml", "é: {b: \"old\",c: old}\n", "/é/c", "é: {b: \"old\",c: new}\n"),
            ("a.yaml", "a:\n- x\n-   old", "/a/1", "a:\n- x\n-   new"),
            ("a.yaml", "\u{feff}a: old\n", "/a", "\u{feff}a: new\n"),
            ("a.yaml", "a: |\n  old\nb: c\n", "/a", "a: |\n  new\nb: c\n"),
            ("a.json", "{\"a\": [\"old\"]}", "/a/0", "{\"a\": [\"new\"]}"),
            (
                "a.json",
                "{\"b\": \"\\ud83d\\ude00\", \"a\": \"old\"}",
                "/a",
                "{\"b\": \"\\ud83d\\ude00\", \"a\": \"new\"}",
            ),
        ] {
            let found = mended(path, text, pointer, Part::Value, &word("old", "new"));
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
        let key = |path, text| mended(path, text, "/old", Part::Key, &word("old", "new"));
        assert_eq!(key("a.json", "{\"old\" :1}").as_deref(), Some("{\"new\" :1}"));
        assert_eq!(key("a.yaml", "old:\n  old: 1\n").as_deref(), Some("new:\n  old: 1\n"));
    }

    #[test]
    fn a_word_gets_the_quotes_that_it_needs() {
        let quoted = |path, text, written| mended(path, text, "/a", Part::Value, &Mend::quote(written));
        assert_eq!(quoted("a.yaml", "a: 0123 # n\n", "0123").as_deref(), Some("a: \"0123\" # n\n"));
        assert_eq!(quoted("a.json", "{\"a\": true}", "true").as_deref(), Some("{\"a\": \"true\"}"));
        let found = mended("a.yaml", "a: old\n", "/a", Part::Value, &word("old", "a: b"));
        assert_eq!(found.as_deref(), Some("a: \"a: b\"\n"));
    }

    #[test]
    fn what_is_not_written_as_it_was_read_stands() {
        for text in ["a: |\n  older\n", "a: >-\n  old er\n", "a: other\n", "b: old\n", "a: [old]\n", "a: &x old\n"] {
            assert_eq!(mended("a.yaml", text, "/a", Part::Value, &word("old", "new")), None, "{text}");
        }
    }

    #[test]
    fn an_element_goes_with_its_line_or_its_comma_and_never_with_a_comment() {
        let taken = |text: &str| {
            let mend = Mend::TakeOut { written: "x".into() };
            mended("a.yaml", text, "/a/1", Part::Value, &mend)
        };
        for (text, expected) in [
            ("a:\r\n  - x\r\n  - x\r\n  - y # z\r\n", "a:\r\n  - x\r\n  - y # z\r\n"),
            ("a:\n  - x # one\n  - \"x\"\n# two\n", "a:\n  - x # one\n# two\n"),
            ("a: [x, x, y]\n", "a: [x, y]\n"),
            ("a: ['x' ,\n    x]\n", "a: ['x']\n"),
        ] {
            assert_eq!(taken(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["a:\n- x\n- x # why\n", "a: [x, # why\n  x]\n", "a: [{b: c}, x]\n", "a:\n- x\n-\n  x\n"] {
            assert_eq!(taken(text), None, "{text}");
        }
    }

    #[test]
    fn of_two_edits_that_overlap_the_first_is_made() {
        let file = file("a.yaml", "a: old\n");
        let edit = |from: u32, to: u32| Edit {
            span: Span { line: 1, column: from, end_line: 1, end_column: to },
            text: "new".into(),
            place: Origin::file("a.yaml"),
        };
        let written = apply(&file, &[&edit(5, 7), &edit(4, 6)]).unwrap();
        assert_eq!(&*written.bytes, b"a: newd\n");
    }
}
