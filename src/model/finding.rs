//! Something wrong or doubtful in a governed repository: data, never an exception.

use std::sync::Arc;

use super::code::{Code, Severity};
use super::credential;
use super::fault::Fault;
use super::id::ResourceId;
use super::mend::{Edit, Mend};
use super::name::Name;
use super::origin::Origin;

/// The policy that made a finding, and what it calls the matter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Control {
    /// What is shown as the code: the rule's own, or the policy's name. Words of the same letters as a name.
    pub code: Name,
    pub policy: Name,
    pub rules: Rules,
    /// Whether it would be an error, were it not about what landed before and stands.
    pub is_tolerated: bool,
}

/// Under which rules a policy's finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rules {
    /// Those that stood before the change and those that it brings, or the only ones there are.
    Both,
    /// Those that stood before, and not those that the change brings.
    Before,
    /// Those that the change brings, and not those that stood before.
    New,
}

impl Rules {
    /// Names the rules as reports do.
    pub const fn as_str(self) -> &'static str {
        match self {
            Rules::Both => "both",
            Rules::Before => "before",
            Rules::New => "new",
        }
    }
}

/// A mistake of the user's: what, where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Finding {
    pub code: Code,
    pub origin: Origin,
    /// The policy that says so, where one does.
    pub control: Option<Arc<Control>>,
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
        let (message, label) = (brief(message.into()), String::new());
        Finding {
            code,
            origin,
            control: None,
            about: None,
            message,
            label,
            help: None,
            related: None,
            mend: None,
            edit: None,
        }
    }

    /// Makes a finding of a fault at a place.
    pub fn of(fault: Fault, origin: Origin) -> Self {
        Finding { help: fault.help.map(brief), mend: fault.mend, ..Finding::new(fault.code, origin, fault.message) }
    }

    /// Takes what would be an error for a warning: it is about what landed before and stands.
    pub fn tolerate(self) -> Self {
        let control =
            self.control.as_ref().map(|control| Arc::new(Control { is_tolerated: true, ..Control::clone(control) }));
        if self.is_error() { Finding { code: Code::PolicyWarned, control, ..self } } else { self }
    }

    /// Says whether it would be an error, were it not about what landed before; of a rule without an answer nobody knows more.
    pub fn is_tolerated(&self) -> bool {
        self.code == Code::PolicyWarned && self.control.as_ref().is_none_or(|control| control.is_tolerated)
    }

    /// Says which resource it is about.
    pub fn about(mut self, id: &ResourceId) -> Self {
        self.about = Some(id.clone());
        self
    }

    /// Adds how to mend it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(brief(help.into()));
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

    /// Takes what looks like a credential out of the names of its files and of what it says.
    pub fn hide(&mut self) {
        let related = self.related.iter_mut().map(|(origin, _)| &mut origin.path);
        for path in std::iter::once(&mut self.origin.path).chain(related) {
            *path = credential::hidden(path);
        }
        credential::hide(&mut self.message);
        self.help.iter_mut().for_each(credential::hide);
    }

    /// Says which policy it is from.
    pub fn control(mut self, control: Control) -> Self {
        self.control = Some(Arc::new(control));
        self
    }

    /// Returns what is shown as its code: what a policy calls it, or the code itself.
    pub fn shown_code(&self) -> &str {
        self.control.as_ref().map_or(self.code.as_str(), |control| control.code.as_str())
    }

    /// Lists what a waiver may call it: its code, or what a policy calls it and the policy; nothing where none may.
    pub fn controls(&self) -> impl Iterator<Item = &str> {
        let is_waivable = self.control.is_some() || Code::WAIVABLE.contains(&self.code);
        let policy = self.control.as_ref().map(|control| control.policy.as_str());
        let code = is_waivable.then(|| self.shown_code());
        code.into_iter().chain(policy.filter(|policy| *policy != self.shown_code()))
    }

    /// Says whether only the rules that the change brings make it.
    pub fn is_of_new_rules(&self) -> bool {
        self.control.as_ref().is_some_and(|control| control.rules == Rules::New)
    }

    /// Says whether it counts what a policy found beyond what is told: about nothing, so that no waiver covers it.
    pub fn is_remainder(&self) -> bool {
        self.control.is_some() && self.about.is_none()
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

/// Takes the middle out of what is said where it is long: what it quotes may have been made to be.
///
/// The longest list of words that a help offers is shorter.
pub fn brief(text: String) -> String {
    const LONGEST: usize = 400;
    const KEPT: usize = 100;
    let length = text.chars().count();
    if length <= LONGEST {
        return text;
    }
    let (head, tail): (String, String) =
        (text.chars().take(KEPT).collect(), text.chars().skip(length - KEPT).collect());
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_something_long_stays_short() {
        let origin = Origin::file("a.yaml");
        let word = "é".repeat(4 << 20);
        let fault = Fault::new(Code::BadName, format!("`{word}` is not a name")).help(format!("quote it: \"{word}\""));
        let finding = Finding::of(fault, origin.clone());
        assert_eq!(finding.message, format!("`{}…{} is not a name", "é".repeat(99), "é".repeat(85) + "`"));
        assert!(finding.help.is_some_and(|help| help.starts_with("quote it: \"éé") && help.ends_with("éé\"")));
        let short = format!("`{}` is not a name", "é".repeat(300));
        assert_eq!(Finding::new(Code::BadName, origin, short.clone()).message, short);
    }
}
