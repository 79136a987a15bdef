//! Where something stands in a governed repository.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A stretch of text: lines and columns count from 1, columns in characters; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// Which part of a node an origin names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// The key under which the node stands.
    Key,
    /// The node itself.
    Value,
}

/// A place in a file: by span, or by document and JSON pointer (RFC 6901) until somebody asks for the span.
///
/// Stages after `parse` know pointers only; `parse::locate` turns them into spans, for the places that are reported
/// and no others, so that a clean repository never pays for its coordinates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The file's path inside the source, with `/` between its parts.
    pub path: Arc<str>,
    /// The document's index inside the file, from 0.
    pub document: u32,
    /// The node inside the document; empty for the document itself.
    pub pointer: String,
    pub part: Part,
    /// The resolved place; `None` until located, and for a finding about a file as a whole.
    pub span: Option<Span>,
}

impl std::fmt::Display for Origin {
    /// Writes `path:line:column`, as much of it as is known.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.span {
            Some(span) => write!(f, "{}:{}:{}", self.path, span.line, span.column),
            None => f.write_str(&self.path),
        }
    }
}

impl Origin {
    /// Names a file as a whole.
    pub fn file(path: impl Into<Arc<str>>) -> Self {
        Origin { path: path.into(), document: 0, pointer: String::new(), part: Part::Value, span: None }
    }

    /// Names the value at `pointer` of one document.
    pub fn value(path: &Arc<str>, document: u32, pointer: impl Into<String>) -> Self {
        Origin { path: path.clone(), document, pointer: pointer.into(), part: Part::Value, span: None }
    }

    /// Names the key at `pointer` of one document.
    pub fn key(path: &Arc<str>, document: u32, pointer: impl Into<String>) -> Self {
        Origin { part: Part::Key, ..Origin::value(path, document, pointer) }
    }

    /// Names a place whose coordinates are known already.
    pub fn at(path: &Arc<str>, document: u32, span: Span) -> Self {
        Origin { span: Some(span), ..Origin::value(path, document, "") }
    }

    /// Returns the file for a tool that asks for one: a finding about no file in particular is about the root, `.`.
    pub fn file_or_root(&self) -> &str {
        if self.path.is_empty() { "." } else { &self.path }
    }

    /// Names another node of the same document.
    pub fn child(&self, pointer: &str) -> Self {
        Origin { pointer: format!("{}{pointer}", self.pointer), span: None, ..self.clone() }
    }
}
