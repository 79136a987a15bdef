//! A YAML document as a tree that knows where each of its nodes stands.

use std::borrow::Cow;
use std::collections::{HashMap, hash_map};

use crate::model::origin::{Part, Span};

/// A node and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'t> {
    pub span: Span,
    pub content: Content<'t>,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content<'t> {
    /// A scalar with its raw text; `plain` where it was written without quotes.
    Scalar {
        text: Cow<'t, str>,
        plain: bool,
    },
    Sequence(Vec<Node<'t>>),
    Mapping(Vec<Entry<'t>>),
}

/// A key of a mapping and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'t> {
    pub key: Cow<'t, str>,
    pub key_span: Span,
    pub value: Node<'t>,
}

/// What a plain scalar means in the core schema of YAML 1.2.2, section 10.3.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plain {
    Null,
    Bool(bool),
    Integer(i64),
    /// A float, or an integer beyond 64 bits.
    Float(f64),
    Text,
}

impl<'t> Node<'t> {
    /// Returns the value under a key, if the node is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node<'t>> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Returns the entry of a key, if the node is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry<'t>> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// Returns the entries; none where the node is no mapping.
    pub fn entries(&self) -> &[Entry<'t>] {
        if let Content::Mapping(entries) = &self.content { entries } else { &[] }
    }

    /// Returns the items; none where the node is no sequence.
    pub fn items(&self) -> &[Node<'t>] {
        if let Content::Sequence(items) = &self.content { items } else { &[] }
    }

    /// Returns the raw text of a scalar.
    pub fn text(&self) -> Option<&str> {
        if let Content::Scalar { text, .. } = &self.content { Some(text) } else { None }
    }

    /// Makes it hold its own text; what the library read does already.
    pub fn owned(self) -> Node<'static> {
        let text = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let content = match self.content {
            Content::Scalar { text: written, plain } => Content::Scalar { text: text(written), plain },
            Content::Sequence(items) => Content::Sequence(items.into_iter().map(Node::owned).collect()),
            Content::Mapping(entries) => {
                let entry =
                    |one: Entry<'_>| Entry { key: text(one.key), key_span: one.key_span, value: one.value.owned() };
                Content::Mapping(entries.into_iter().map(entry).collect())
            }
        };
        Node { span: self.span, content }
    }

    /// Finds the place of the node at a JSON pointer (RFC 6901), or of the key above it.
    pub fn locate(&self, pointer: &str, part: Part) -> Option<Span> {
        let (node, entry) = self.at(pointer)?;
        Some(entry.filter(|_| part == Part::Key).map_or(node.span, |entry| entry.key_span))
    }

    /// Finds the node at a JSON pointer (RFC 6901), and the entry whose value it is, where it is that of one.
    pub fn at(&self, pointer: &str) -> Option<(&Node<'t>, Option<&Entry<'t>>)> {
        let mut found = (self, None);
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            found = match found.0.entry(&token) {
                Some(entry) => (&entry.value, Some(entry)),
                None => (found.0.items().get(token.parse::<usize>().ok()?)?, None),
            };
        }
        Some(found)
    }
}

/// Lists the entries whose key an earlier one has, each with the first of them.
pub fn twice<'e, 't>(entries: &'e [Entry<'t>]) -> Vec<(&'e Entry<'t>, &'e Entry<'t>)> {
    /// Up to so many keys are compared with one another sooner than they are hashed.
    const FEW: usize = 16;
    if entries.len() <= FEW {
        let first = |entry: &Entry<'_>| entries.iter().find(|other| other.key == entry.key);
        let pairs = entries.iter().filter_map(|entry| Some((entry, first(entry)?)));
        return pairs.filter(|(entry, first)| !std::ptr::eq(*entry, *first)).collect();
    }
    let mut met: HashMap<&str, &Entry<'_>> = HashMap::with_capacity(entries.len());
    let met = entries.iter().filter_map(|entry| match met.entry(&entry.key) {
        hash_map::Entry::Occupied(first) => Some((entry, *first.get())),
        hash_map::Entry::Vacant(free) => {
            free.insert(entry);
            None
        }
    });
    met.collect()
}

/// Escapes a key for a JSON pointer.
pub fn token(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Reads a plain scalar.
pub fn plain(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Plain::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Plain::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Plain::Float(f64::NAN),
        _ => number(text),
    }
}

fn number(text: &str) -> Plain {
    let prefixed = [("0o", 8), ("0x", 16)].map(|(prefix, radix)| (text.strip_prefix(prefix), radix));
    if let [(Some(digits), radix), _] | [_, (Some(digits), radix)] = prefixed {
        return based(digits, radix);
    }
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
    if !numeric {
        return Plain::Text;
    }
    match text.parse::<i64>() {
        Ok(integer) => Plain::Integer(integer),
        Err(_) => text.parse::<f64>().map_or(Plain::Text, Plain::Float),
    }
}

/// Reads the digits after a prefix, among which no sign may stand.
fn based(digits: &str, radix: u32) -> Plain {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Plain::Text;
    }
    let digit = |c: char| c.to_digit(radix).map_or(0.0, f64::from);
    let beyond = |_| Plain::Float(digits.chars().fold(0.0, |sum, c| sum * f64::from(radix) + digit(c)));
    i64::from_str_radix(digits, radix).map_or_else(beyond, Plain::Integer)
}

/// Says what somebody else's reader may take a plain text for: YAML 1.1 reads `no`, `010`, `1_000`, `1:30` and dates.
pub fn mistaken_for(text: &str) -> Option<&'static str> {
    match plain(text) {
        Plain::Null => return Some("nothing"),
        Plain::Bool(_) => return Some("a boolean"),
        Plain::Integer(_) | Plain::Float(_) => return Some("a number"),
        Plain::Text => {}
    }
    if ["yes", "no", "on", "off", "y", "n"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Some("a boolean");
    }
    let starts_with_digit = text.starts_with(|c: char| c.is_ascii_digit());
    if starts_with_digit && text.chars().all(|c| c.is_ascii_digit() || "_:.".contains(c)) {
        return Some("a number");
    }
    let is_date = starts_with_digit
        && text.len() <= 10
        && text.split('-').count() == 3
        && text.chars().all(|c| c.is_ascii_digit() || c == '-');
    is_date.then_some("a date")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        for (text, meaning) in [
            ("~", Plain::Null),
            ("True", Plain::Bool(true)),
            ("no", Plain::Text),
            ("010", Plain::Integer(10)),
            ("0o17", Plain::Integer(15)),
            ("0x1F", Plain::Integer(31)),
            ("0x-1", Plain::Text),
            ("0o+7", Plain::Text),
            ("0x", Plain::Text),
            ("-0x1", Plain::Text),
            ("0x10000000000000000", Plain::Float(18_446_744_073_709_551_616.0)),
            ("+.INF", Plain::Float(f64::INFINITY)),
            ("-3", Plain::Integer(-3)),
            ("1e3", Plain::Float(1000.0)),
            ("1_000", Plain::Text),
            ("2026-11-22", Plain::Text),
            ("e", Plain::Text),
            (".", Plain::Text),
            ("-", Plain::Text),
            ("1.5.2", Plain::Text),
            ("99999999999999999999", Plain::Float(1e20)),
        ] {
            assert_eq!(plain(text), meaning, "{text}");
        }
    }

    #[test]
    fn what_others_may_read_otherwise_is_known() {
        for (text, what) in [
            ("NO", "a boolean"),
            ("2026-11-22", "a date"),
            ("1_000", "a number"),
            ("1:30", "a number"),
            ("007", "a number"),
            ("null", "nothing"),
        ] {
            assert_eq!(mistaken_for(text), Some(what), "{text}");
        }
        for text in ["frontend", "team-1", "3d-models", "2026-team", "v1.2"] {
            assert_eq!(mistaken_for(text), None, "{text}");
        }
    }
}
