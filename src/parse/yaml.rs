//! Bytes to documents: YAML 1.2 (and so JSON), strictly. What two readers may read differently is refused.

use std::borrow::Cow;
use std::str::Chars;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Mark, StrInput};

use super::adapt::Adapted;
use super::broken;
use super::document::MOST;
use super::lines;
use super::node::{Content, Entry, Node, twice};
use crate::model::code::Code;
use crate::model::credential;
use crate::model::origin::Span;

/// The deepest nesting of a document; the deepest manifest needs eight.
pub const DEEPEST: usize = 64;

/// A document, or why it cannot be read.
#[derive(Debug)]
pub struct Document<'t> {
    pub root: Option<Node<'t>>,
    pub problems: Vec<Problem>,
}

impl Document<'_> {
    /// Makes it hold its own text.
    fn owned(self) -> Document<'static> {
        Document { root: self.root.map(Node::owned), problems: self.problems }
    }
}

/// Why a text cannot be read: a finding without its file.
#[derive(Debug, Clone)]
pub struct Problem {
    pub code: Code,
    pub span: Span,
    pub message: String,
    pub help: &'static str,
    /// Another place that belongs to the matter.
    pub related: Option<(Span, &'static str)>,
}

/// The first problems of a document, and how many more there are.
#[derive(Debug, Default)]
pub struct Problems {
    first: Vec<Problem>,
    /// The first one that is left out, and how many are.
    more: Option<(Code, Span, usize)>,
}

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        if self.first.len() < MOST {
            self.first.push(problem);
        } else {
            let (code, span, count) = self.more.unwrap_or((problem.code, problem.span, 0));
            self.more = Some((code, span, count + 1));
        }
    }

    /// Takes them, and one that says how many more there are.
    pub fn take(&mut self) -> Vec<Problem> {
        let more = self.more.take().map(|(code, span, count)| Problem {
            code,
            span,
            message: format!("and {count} more like the ones before it"),
            help: "mend the first ones, then look again",
            related: None,
        });
        std::mem::take(&mut self.first).into_iter().chain(more).collect()
    }
}

fn span(mark: Mark) -> Span {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Span {
        line: number(mark.start.line()),
        column: number(mark.start.col()).saturating_add(1),
        end_line: number(mark.end.line()),
        end_column: number(mark.end.col()).saturating_add(1),
    }
}

/// Where scalars end that the parser does not say: it counts the comment after a quoted one, and all lines of a block.
struct Ends<'t> {
    rest: Chars<'t>,
    /// How many characters stand before the rest.
    index: usize,
}

impl<'t> Ends<'t> {
    fn of(text: &'t str) -> Self {
        Ends { rest: text.chars(), index: 0 }
    }

    /// Returns the span of an event. The text is walked once, and only to scalars that are longer than what they say.
    fn span(&mut self, event: &Event<'_>, mark: Mark) -> Span {
        let (whole, start) = (span(mark), mark.start.index());
        let Event::Scalar(text, style, ..) = event else { return whole };
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let is_whole = matches!(style, ScalarStyle::Plain) || !is_block && mark.len() == text.chars().count() + 2;
        if is_whole || start < self.index {
            return whole;
        }
        if let Some(last) = (start - self.index).checked_sub(1) {
            self.rest.nth(last);
        }
        self.index = start;
        if is_block { first_line(self.rest.clone(), whole) } else { closed(self.rest.clone(), whole) }
    }
}

/// Ends the span of a block scalar with the first line of its text.
fn first_line(text: Chars<'_>, whole: Span) -> Span {
    let length = text.take_while(|c| !matches!(c, '\r' | '\n')).count().max(1);
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    Span { end_line: whole.line, end_column: whole.column.saturating_add(length), ..whole }
}

/// Ends a span at the quote that closes what begins with one.
fn closed(mut text: Chars<'_>, whole: Span) -> Span {
    let quote = text.next();
    let (mut line, mut column) = (whole.line, whole.column.saturating_add(1));
    while let Some(c) = text.next() {
        let is_escape = match c {
            '\\' => quote == Some('"'),
            '\'' => quote == Some('\'') && text.clone().next() == Some('\''),
            _ => false,
        };
        column = column.saturating_add(1);
        if Some(c) == quote && !is_escape {
            return Span { end_line: line, end_column: column, ..whole };
        }
        column = column.saturating_add(u32::from(is_escape));
        if c == '\n' || is_escape && text.next() == Some('\n') {
            (line, column) = (line.saturating_add(1), 1);
        }
    }
    whole
}

/// A collection that is not closed yet.
enum Open<'t> {
    Sequence { start: Span, items: Vec<Node<'t>> },
    Mapping { start: Span, entries: Vec<Entry<'t>>, key: Option<(Cow<'t, str>, Span)> },
}

struct Builder<'t, 'p> {
    parser: Parser<'t, StrInput<'t>>,
    ends: Ends<'t>,
    places: &'p Adapted<'p>,
    /// Whether no scalar goes on over what is adapted.
    is_sure: bool,
    open: Vec<Open<'t>>,
    problems: Problems,
}

/// Reads every document of a text, JSON or YAML. After an error of syntax there are no more.
pub fn read(text: &str, is_json: bool) -> Vec<Document<'_>> {
    let text = clipped(text);
    let document = |root| Document { root: Some(root), problems: Vec::new() };
    lines::read(text).map_or_else(|| parsed(text, is_json), |roots| roots.into_iter().map(document).collect())
}

/// Takes the last line off if it is of nothing but spaces: a block scalar would get the end of one line more.
fn clipped(text: &str) -> &str {
    Some(text.trim_end_matches(' ')).filter(|rest| rest.ends_with('\n')).unwrap_or(text)
}

/// Has the library read every document of a text, adapted where that surely means the same.
pub(super) fn parsed(text: &str, is_json: bool) -> Vec<Document<'_>> {
    let adapted = Adapted::of(text, is_json);
    if !adapted.is_same()
        && let Some(documents) = documents(&adapted.text, &adapted)
    {
        return documents.into_iter().map(Document::owned).collect();
    }
    documents(text, &Adapted::not(text)).unwrap_or_default()
}

/// Reads a text in the places of another; `None` where it may not mean the same.
pub(super) fn documents<'t>(text: &'t str, places: &Adapted<'_>) -> Option<Vec<Document<'t>>> {
    let (parser, ends) = (Parser::new_from_str(text).keep_tags(true), Ends::of(text));
    let problems = Problems::default();
    let mut builder = Builder { parser, ends, places, is_sure: true, open: Vec::new(), problems };
    let mut documents = Vec::new();
    while let Some(document) = builder.document() {
        let is_last = document.root.is_none();
        documents.push(document);
        if is_last {
            break;
        }
    }
    builder.is_sure.then_some(documents)
}

impl<'t> Builder<'t, '_> {
    /// Reads the next document, `None` at the end of the text.
    fn document(&mut self) -> Option<Document<'t>> {
        loop {
            let (event, mark) = match self.parser.next_event()? {
                Ok(event) => event,
                Err(error) => return Some(self.broken(&error)),
            };
            self.is_sure &= !matches!(event, Event::Scalar(..)) || !self.places.is_in(span(mark));
            let at = self.places.place(self.ends.span(&event, mark));
            match self.take(event, at) {
                Step::More => {}
                Step::Document(root) => {
                    return Some(Document { root: Some(root), problems: self.problems.take() });
                }
                Step::Stop => return Some(Document { root: None, problems: self.problems.take() }),
            }
        }
    }

    fn broken(&mut self, error: &ScanError) -> Document<'t> {
        let at = span(Mark::new(*error.marker(), *error.marker()));
        let at = Span { end_column: at.column.saturating_add(1), ..at };
        if error.info().contains("recursion limit") {
            // The scanner looks ahead in a flow collection, and gives up before the builder sees how deep it is.
            self.too_deep(self.places.place(at));
        } else {
            let told = broken::told(&self.places.text, error.info(), at);
            self.problems.push(Problem { span: self.places.place(told.span), ..told });
        }
        Document { root: None, problems: self.problems.take() }
    }

    fn too_deep(&mut self, at: Span) {
        let message = format!("this is nested more than {DEEPEST} deep");
        self.problem(Code::TooDeep, at, message, "a manifest is never this deep: take levels out");
    }

    fn problem(&mut self, code: Code, span: Span, message: impl Into<String>, help: &'static str) {
        self.problems.push(Problem { code, span, message: message.into(), help, related: None });
    }

    fn take(&mut self, event: Event<'t>, at: Span) -> Step<'t> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), at);
                if style == ScalarStyle::Plain && text.starts_with(['|', '>']) {
                    // The parser takes what is no block scalar in a flow collection for a word.
                    let message = "a block scalar stands in a flow collection, where YAML has none";
                    self.problem(Code::Syntax, at, message, "put the text in quotes");
                }
                let content = Content::Scalar { text, plain: style == ScalarStyle::Plain };
                self.add(Node { span: at, content })
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), at);
                self.push(Open::Sequence { start: at, items: Vec::new() }, at)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), at);
                self.push(Open::Mapping { start: at, entries: Vec::new(), key: None }, at)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(_) => {
                self.problem(
                    Code::UnsupportedYaml,
                    at,
                    "an alias stands for something written elsewhere",
                    "write the value out: what is reviewed must be what is read",
                );
                self.add(Node { span: at, content: Content::Scalar { text: Cow::Borrowed(""), plain: true } })
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Step::More
            }
        }
    }

    fn refuse_extras(&mut self, anchor: usize, tagged: bool, at: Span) {
        if anchor != 0 {
            self.problem(
                Code::UnsupportedYaml,
                at,
                "an anchor makes a value that is used elsewhere",
                "take the anchor out and write the value out where it is used",
            );
        }
        if tagged {
            self.problem(
                Code::UnsupportedYaml,
                at,
                "a tag changes what a value is read as",
                "take the tag out; quote the value where a string is meant",
            );
        }
    }

    fn push(&mut self, open: Open<'t>, at: Span) -> Step<'t> {
        if self.open.len() >= DEEPEST {
            self.too_deep(at);
            self.open.clear();
            return Step::Stop;
        }
        self.open.push(open);
        Step::More
    }

    fn close(&mut self) -> Step<'t> {
        match self.open.pop() {
            Some(Open::Sequence { start, items }) => {
                let span = items.first().map_or(start, |item| item.span);
                self.add(Node { span, content: Content::Sequence(items) })
            }
            Some(Open::Mapping { start, entries, .. }) => {
                let span = entries.first().map_or(start, |entry| entry.key_span);
                self.refuse_twice(&entries);
                self.add(Node { span, content: Content::Mapping(entries) })
            }
            None => Step::More,
        }
    }

    /// Puts a finished node where it belongs: into the collection that is open, as a key or as a value.
    fn add(&mut self, node: Node<'t>) -> Step<'t> {
        match self.open.last_mut() {
            None => return Step::Document(node),
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { entries, key, .. }) => match key.take() {
                Some((key, key_span)) => entries.push(Entry { key, key_span, value: node }),
                None => self.key(node),
            },
        }
        Step::More
    }

    /// Reports the keys that stand twice. They stay in the tree, so that a credential under them is found.
    fn refuse_twice(&mut self, entries: &[Entry<'_>]) {
        for (entry, first) in twice(entries) {
            self.problems.push(Problem {
                code: Code::DuplicateKey,
                span: entry.key_span,
                message: format!("the key `{}` stands here twice", credential::scrub(&entry.key)),
                help: "keep one: readers differ in which of the two they take",
                related: Some((first.key_span, "first here")),
            });
        }
    }

    fn key(&mut self, node: Node<'t>) {
        let (text, is_plain) = match node.content {
            Content::Scalar { text, plain } => (text, plain),
            Content::Sequence(_) | Content::Mapping(_) => {
                self.problem(
                    Code::UnsupportedYaml,
                    node.span,
                    "a list or a mapping is used as a key",
                    "a key is a plain word",
                );
                (Cow::Borrowed(""), false)
            }
        };
        if is_plain && text == "<<" {
            self.problem(
                Code::UnsupportedYaml,
                node.span,
                "a merge key brings in what is written elsewhere",
                "write the values out: what is reviewed must be what is read",
            );
        }
        if let Some(Open::Mapping { key, .. }) = self.open.last_mut() {
            *key = Some((text, node.span));
        }
    }
}

enum Step<'t> {
    More,
    Document(Node<'t>),
    Stop,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_key_is_refused_and_a_quoted_one_is_a_key_like_others() {
        let refused = |text: &str| read(text, false).iter().any(|document| !document.problems.is_empty());
        assert!(refused("a: {<<: {b: c}}\n") && refused("<<: {b: c}\n"));
        assert!(!refused("{\"<<\": {\"b\": \"c\"}}\n") && !refused("'<<': {b: c}\n") && !refused("a: <<\n"));
    }

    #[test]
    fn a_quoted_scalar_ends_with_its_quote() {
        for (text, end) in [
            ("a: \"ł\"   # b", (1, 7)),
            ("a: 'it''s' # b", (1, 11)),
            ("a: \"b\\\"c\\n\"  # d", (1, 12)),
            ("x: 'y''' # z\na: \"b\n  c\" # d", (3, 5)),
            ("a: \"b\"", (1, 7)),
        ] {
            let document = read(text, false).into_iter().next().unwrap();
            let span = document.root.unwrap().get("a").unwrap().span;
            assert_eq!((span.end_line, span.end_column), end, "{text}");
        }
    }

    #[test]
    fn a_last_line_of_spaces_adds_nothing_to_a_block_scalar() {
        for text in ["a: |\n  text\n  ", "a: |\n  text\n    ", "a: |\n  text\n", "\"a\": |\n  text\n  "] {
            let document = read(text, false).into_iter().next().unwrap();
            assert_eq!(document.root.unwrap().get("a").unwrap().text(), Some("text\n"), "{text:?}");
        }
    }

    #[test]
    fn a_thousand_repeated_keys_are_a_hundred_problems_and_one() {
        let text = "a: b\n".repeat(1000);
        let problems = &read(&text, false)[0].problems;
        assert_eq!(problems.len(), MOST + 1);
        assert_eq!(problems[MOST].message, "and 899 more like the ones before it");
        let text = "AKIAABCDEFGHIJKLMNOP: b\n".repeat(2);
        assert!(!read(&text, false)[0].problems[0].message.contains("AKIA"));
    }
}
