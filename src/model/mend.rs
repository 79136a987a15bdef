//! Mends: how a mistake is put right where nothing is left to decide.

use super::origin::{Origin, Span};

/// What to write at the place of a finding, told by what is written there: where a file says something else it stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Mend {
    /// Another word in the place of a scalar or a key; the same word is put in quotes.
    Word { written: String, meant: String },
    /// An element of a list is taken out, because another says the same.
    TakeOut { written: String },
}

impl Mend {
    /// Makes the mend of a word, where it is known what was meant.
    pub fn word(written: &str, meant: Option<String>) -> Option<Mend> {
        meant.map(|meant| Mend::Word { written: written.to_owned(), meant })
    }

    /// Puts a word in quotes.
    pub fn quote(written: &str) -> Mend {
        Mend::Word { written: written.to_owned(), meant: written.to_owned() }
    }
}

/// A mend as it is made: a stretch of the file of a finding, and what to write there instead.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edit {
    pub span: Span,
    pub text: String,
    /// What it changes: the node as it is named afterwards, or the list that an element is taken out of.
    pub place: Origin,
}
