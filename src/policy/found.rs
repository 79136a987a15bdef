//! What policies say to findings: each with its code and its place.

use std::collections::HashSet;

use super::library;
use super::rego::{Answer, Entry, Failure, Mistake, Said};
use crate::model::code::{Code, Severity};
use crate::model::desired::Desired;
use crate::model::finding::{Control, Finding, Rules};
use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::manifest::Manifest;
use crate::model::name::Name;
use crate::model::origin::{Origin, Part, Span};

/// Where findings are to be placed: among what is declared.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub desired: &'a Desired,
}

impl Place<'_> {
    /// Makes a finding of a mistake in a policy itself.
    pub fn mistake(&self, mistake: &Mistake) -> Finding {
        let Mistake { policy, code, message, help, span } = mistake;
        let (origin, line) = self.policy(policy, *span);
        let message = format!("policy `{policy}`: {message}{line}");
        let finding = Finding::new(*code, origin, message).about(&id(policy));
        help.iter().fold(finding, |finding, help| finding.help(help))
    }

    /// Makes findings of what a rule answered, about a resource or about none in particular.
    pub fn answer(&self, entry: &Entry, input: Option<&Manifest>, answer: Answer) -> Vec<Finding> {
        let (said, left_out) = match answer {
            Ok(answer) => answer,
            Err(failure) => return vec![self.failure(entry, input, &failure)],
        };
        let mut findings: Vec<Finding> = said.into_iter().map(|said| self.said(entry, input, said)).collect();
        if left_out > 0 {
            let message = format!("policy `{}`: the rule `{}` finds {left_out} more", entry.policy, entry.rule);
            let origin = self.policy(&entry.policy, Some(entry.span)).0;
            // About nothing, so that nothing waives what nobody has seen.
            findings.push(Finding::new(entry_code(entry), origin, message).control(control(entry, None)));
        }
        findings
    }

    fn said(&self, entry: &Entry, input: Option<&Manifest>, said: Said) -> Finding {
        let named = said.resource.as_ref().and_then(|resource| resource.parse::<ResourceId>().ok());
        let named = named.and_then(|id| self.desired.resources.get(&id)).map(|manifest| &**manifest);
        let (about, origin) = match named.or(input) {
            Some(manifest) => (manifest.id.clone(), manifest.site.input(said.path.as_deref().unwrap_or_default())),
            None => (id(&entry.policy), self.policy(&entry.policy, Some(entry.span)).0),
        };
        let finding = Finding::new(entry_code(entry), origin, said.message);
        let finding = finding.about(&about).control(control(entry, said.code));
        said.help.into_iter().fold(finding, Finding::help)
    }

    /// Makes a finding of a rule that came to nothing.
    pub fn failure(&self, entry: &Entry, input: Option<&Manifest>, failure: &Failure) -> Finding {
        let Entry { policy, rule, .. } = entry;
        let of = input.map_or_else(String::new, |manifest| format!(" of `{}`", manifest.id));
        let (code, message, place, help) = match failure {
            Failure::Limit(limit) => {
                let message = format!("policy `{policy}`: the rule `{rule}` takes more than {limit}{of}");
                (Code::PolicyTimeout, message, None, "let it look at less, or take it out")
            }
            Failure::Error { message, place } => {
                let message = format!("policy `{policy}`: the rule `{rule}` yields no answer{of}: {message}");
                (Code::PolicyError, message, place.clone(), "mend the rule: what it would have found is not known")
            }
        };
        let own = place.filter(|(file, ..)| file == policy.as_str());
        let span =
            own.map_or(entry.span, |(_, line, column)| Span { line, column, end_line: line, end_column: column + 1 });
        let (origin, line) = self.policy(policy, Some(span));
        Finding::new(code, origin, format!("{message}{line}")).about(&id(policy)).help(help)
    }

    /// Finds the place where a policy of the library is switched on.
    fn switched(&self, policy: &Name) -> Origin {
        let organization = self.desired.organization().and_then(|(id, _)| self.desired.resources.get(id));
        let name = policy.as_str();
        match organization.filter(|_| library::find(name).is_some()) {
            Some(manifest) => Origin { part: Part::Key, ..manifest.site.spec(&format!("/policies/{name}")) },
            None => Origin::file(""),
        }
    }

    /// Finds a place in the text of a policy; in words as well, where that is a text inside of a manifest.
    fn policy(&self, policy: &Name, span: Option<Span>) -> (Origin, String) {
        let Some(manifest) = self.desired.resources.get(&id(policy)) else {
            return (self.switched(policy), String::new());
        };
        let origin = &manifest.site.origin;
        if origin.path.ends_with(".rego") {
            return (Origin { span, ..origin.clone() }, String::new());
        }
        let line = span.map_or_else(String::new, |span| format!(" (line {} of its text)", span.line));
        (manifest.site.spec("/rego"), line)
    }
}

fn id(policy: &Name) -> ResourceId {
    ResourceId { kind: Kind::Policy, team: None, name: policy.clone() }
}

fn entry_code(entry: &Entry) -> Code {
    if entry.severity == Severity::Error { Code::PolicyDenied } else { Code::PolicyWarned }
}

fn control(entry: &Entry, code: Option<Name>) -> Control {
    let policy = entry.policy.clone();
    Control { code: code.unwrap_or_else(|| policy.clone()), policy, rules: Rules::Both, is_tolerated: false }
}

/// Keeps one failure of each rule: it says the same of every resource.
pub fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut failed = HashSet::new();
    let kept = findings.into_iter();
    kept.filter(|one| one.control.is_some() || failed.insert((one.code, one.origin.clone()))).collect()
}
