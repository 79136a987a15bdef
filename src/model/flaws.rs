//! Flaws: why a desired state must not be taken for the whole of what is declared.

use std::collections::BTreeSet;

use super::id::ResourceId;
use super::kind::Kind;

/// What is known to be missing or wrong in a desired state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flaws {
    /// What is declared, but could not be read or not wholly.
    pub unread: BTreeSet<ResourceId>,
    /// The kinds of manifests of which nobody can say what they declare.
    pub nameless: BTreeSet<Kind>,
    /// Whether something could not be read that may declare anything.
    pub unknown: bool,
    /// Whether an error stands against it: then it cannot be admitted.
    pub errors: bool,
}

impl Flaws {
    /// Says whether all that is declared was read: of no kind is absent not known.
    pub fn is_whole(&self) -> bool {
        !self.unknown && self.nameless.is_empty() && self.unread.is_empty()
    }

    /// Says whether all that is declared was read, and without an error.
    pub fn hides_nothing(&self) -> bool {
        !self.errors && self.is_whole()
    }

    /// Says whether a resource of a kind may be declared that is not there, or not wholly: absent is then not known.
    pub fn may_hide(&self, kind: Kind) -> bool {
        self.unknown || self.nameless.contains(&kind) || self.unread.iter().any(|id| id.kind == kind)
    }
}
