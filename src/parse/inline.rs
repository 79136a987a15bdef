//! What stands on one line of YAML: plain and quoted scalars, flow collections. What is not surely so is not read here.

use std::borrow::Cow;

use memchr::memchr;

use super::node::{Content, Entry, Node, twice};
use crate::model::origin::Span;

/// The deepest nesting that is read without the library.
const DEEPEST: usize = 16;

/// The longest key; the library takes no longer one than 1,024.
const LONGEST_KEY: usize = 256;

/// A part of a line that is still to be read.
#[derive(Debug, Clone, Copy)]
pub struct Part<'t> {
    /// The line, from 1.
    pub number: u32,
    /// How many characters stand before the part.
    pub column: usize,
    pub rest: &'t str,
}

/// A node, and what stands behind it.
type Found<'t> = Option<(Node<'t>, Part<'t>)>;

impl<'t> Part<'t> {
    /// Returns what stands behind some characters.
    pub fn behind(self, length: usize) -> Part<'t> {
        Part { column: self.column + length, rest: self.rest.get(length..).unwrap_or_default(), ..self }
    }

    /// Returns what stands behind the spaces.
    pub fn skip(self) -> Part<'t> {
        self.behind(indent(self.rest))
    }

    /// Returns the place of the first characters.
    pub fn span(self, length: usize) -> Span {
        let column = |before: usize| u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1);
        let (line, end_column) = (self.number, column(self.column + length));
        Span { line, column: column(self.column), end_line: line, end_column }
    }

    /// Says whether nothing is left but a comment, which stands apart.
    pub fn is_end(self) -> bool {
        let rest = self.skip().rest;
        rest.is_empty() || rest.starts_with('#') && rest.len() < self.rest.len()
    }

    /// Reads a plain key, and what stands behind its colon: nothing, or what stands apart.
    pub fn key(self) -> Option<(Cow<'t, str>, Span, Part<'t>)> {
        let is_of_key = |byte: u8| byte.is_ascii_alphanumeric() || b"_./@-".contains(&byte);
        let length = self.rest.bytes().position(|byte| !is_of_key(byte))?;
        let behind = self.behind(length + 1);
        let is_key = self.rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            && self.rest.get(length..)?.starts_with(':')
            && (behind.rest.is_empty() || behind.rest.starts_with(' '));
        (is_key && length <= LONGEST_KEY).then_some(())?;
        Some((Cow::Borrowed(self.rest.get(..length)?), self.span(length), behind))
    }

    /// Reads the scalar or the flow collection that stands here, `flow` inside a collection.
    pub fn inline(self, depth: usize, flow: bool) -> Found<'t> {
        match self.rest.as_bytes() {
            [b'"', ..] => self.quoted(b'"', b'\\'),
            [b'\'', ..] => self.quoted(b'\'', b'\''),
            [b'[', ..] => self.list(deeper(depth)?),
            [b'{', ..] => self.map(deeper(depth)?),
            [first, ..] if first.is_ascii_alphanumeric() || b"_/.+~$(".contains(first) => self.plain(flow),
            [b'-', next, ..] if next.is_ascii_alphanumeric() => self.plain(flow),
            _ => None,
        }
    }

    fn plain(self, flow: bool) -> Found<'t> {
        let text = self.rest.get(..plain_length(self.rest, flow)?)?.trim_end_matches(' ');
        Some(self.scalar(text, text.len(), true))
    }

    /// Reads a scalar in quotes in which nothing is escaped.
    fn quoted(self, quote: u8, escape: u8) -> Found<'t> {
        let rest = self.rest.get(1..)?;
        let text = rest.get(..memchr(quote, rest.as_bytes())?)?;
        let is_escaped =
            memchr(escape, text.as_bytes()).is_some() || rest.as_bytes().get(text.len() + 1) == Some(&escape);
        (!is_escaped).then(|| self.scalar(text, text.len() + 2, false))
    }

    fn scalar(self, text: &'t str, length: usize, plain: bool) -> (Node<'t>, Part<'t>) {
        let content = Content::Scalar { text: Cow::Borrowed(text), plain };
        (Node { span: self.span(length), content }, self.behind(length))
    }

    fn list(self, depth: usize) -> Found<'t> {
        let mut items = Vec::new();
        let mut at = self.behind(1);
        if at.rest.starts_with(']') {
            return Some((Node { span: self.span(1), content: Content::Sequence(items) }, at.behind(1)));
        }
        loop {
            let (item, behind) = at.skip().inline(depth, true)?;
            items.push(item);
            let next = behind.skip();
            at = next.behind(1);
            match next.rest.as_bytes().first()? {
                b',' => {}
                b']' => return Some((sequence(items)?, at)),
                _ => return None,
            }
        }
    }

    fn map(self, depth: usize) -> Found<'t> {
        let mut entries = Vec::new();
        let mut at = self.behind(1);
        if at.rest.starts_with('}') {
            return Some((Node { span: self.span(1), content: Content::Mapping(entries) }, at.behind(1)));
        }
        loop {
            let (key, key_span, behind) = at.skip().key()?;
            let (value, behind) = behind.skip().inline(depth, true)?;
            entries.push(Entry { key, key_span, value });
            let next = behind.skip();
            at = next.behind(1);
            match next.rest.as_bytes().first()? {
                b',' => {}
                b'}' => return Some((mapping(entries)?, at)),
                _ => return None,
            }
        }
    }
}

/// Counts the characters of a plain scalar and the spaces behind it; `None` where a colon makes it a key.
fn plain_length(rest: &str, flow: bool) -> Option<usize> {
    let ends_key = |next: Option<&u8>| next.is_none_or(|next| *next == b' ' || flow && b",[]{}".contains(next));
    let (bytes, mut before) = (rest.as_bytes(), b' ');
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b':' if ends_key(bytes.get(at + 1)) => return None,
            b'#' if before == b' ' => return Some(at),
            b',' | b']' | b'}' if flow => return Some(at),
            b'[' | b'{' if flow => return None,
            _ => before = *byte,
        }
    }
    Some(rest.len())
}

/// Counts the spaces that a text begins with.
pub fn indent(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b' ').count()
}

/// Goes one level down, as far as there are any.
pub fn deeper(depth: usize) -> Option<usize> {
    (depth < DEEPEST).then_some(depth + 1)
}

/// Makes a node of entries, none of whose keys stands twice.
pub fn mapping(entries: Vec<Entry<'_>>) -> Option<Node<'_>> {
    let span = entries.first()?.key_span;
    twice(&entries).is_empty().then_some(Node { span, content: Content::Mapping(entries) })
}

/// Makes a node of items.
pub fn sequence(items: Vec<Node<'_>>) -> Option<Node<'_>> {
    let span = items.first()?.span;
    Some(Node { span, content: Content::Sequence(items) })
}
