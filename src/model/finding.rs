//! Something wrong or doubtful in a governed repository: data, never an exception.

use super::code::{Code, Severity};
use super::fault::Fault;
use super::id::ResourceId;
use super::mend::{Edit, Mend};
use super::origin::Origin;

/// A mistake of the user's: what, where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Finding {
    pub code: Code,
    pub origin: Origin,
    /// The resource that a rule's finding is about: what a waiver names.
    pub about: Option<ResourceId>,
    /// One sentence without a full stop.
    pub message: String,
    /// What to write beside the marked place; empty for nothing.
    pub label: String,
    /// How to mend it, in one line.
    pub help: Option<String>,
    /// Another place that belongs to the matter, and what to say of it.
    pub related: Option<(Origin, String)>,
    /// How it is mended without a decision, where it can be.
    pub mend: Option<Mend>,
    /// The mend as it is made, once it is known to help.
    pub edit: Option<Edit>,
}

impl Finding {
    /// Makes a finding of a code at a place.
    pub fn new(code: Code, origin: Origin, message: impl Into<String>) -> Self {
        let (message, label) = (message.into(), String::new());
        Finding { code, origin, about: None, message, label, help: None, related: None, mend: None, edit: None }
    }

    /// Makes a finding of a fault at a place.
    pub fn of(fault: Fault, origin: Origin) -> Self {
        Finding { help: fault.help, mend: fault.mend, ..Finding::new(fault.code, origin, fault.message) }
    }

    /// Says which resource it is about.
    pub fn about(mut self, id: &ResourceId) -> Self {
        self.about = Some(id.clone());
        self
    }

    /// Adds how to mend it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds how it is mended without a decision, where it can be.
    pub fn mend(mut self, mend: Option<Mend>) -> Self {
        self.mend = mend;
        self
    }

    /// Adds the words beside the marked place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds a second place.
    pub fn related(mut self, origin: Origin, label: impl Into<String>) -> Self {
        self.related = Some((origin, label.into()));
        self
    }

    /// Says how bad it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Says whether it refuses the change.
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }
}
