//! What a check found: the value that every format of a report is a function of.

use std::collections::{BTreeMap, HashSet};

use super::code::{Code, Severity};
use super::credential;
use super::excerpt::Excerpts;
use super::finding::{Control, Finding};
use super::manifest::Read;
use super::name::Name;
use super::origin::Origin;
use super::snapshot::Revision;
use super::waived::Waived;
use super::work::Work;

/// The most findings of one policy that are told; what is beyond is counted.
const MOST: usize = 1_000;

/// The result of checking one snapshot.
#[derive(Debug, Clone)]
pub struct Report {
    /// Located and sorted by place.
    pub findings: Vec<Finding>,
    /// Those that stood before the change that was asked about; they count where they are among the findings too.
    pub older: Vec<Finding>,
    /// What waivers let pass.
    pub waived: Vec<Waived>,
    /// What was mended just now.
    pub fixed: Vec<Finding>,
    pub excerpts: Excerpts,
    pub read: Read,
    /// How many resources are declared.
    pub resources: usize,
    /// Whether some of what is declared could not be read, so that rules were not asked about all of it.
    pub is_partial: bool,
    /// The commit that was checked, or that lies below the working tree; `None` for a plain directory.
    pub revision: Option<Revision>,
    /// How many files differ from the commit.
    pub uncommitted: usize,
    /// What it took.
    pub work: Work,
    /// Whether warnings refuse the change too.
    pub denies_warnings: bool,
}

impl Report {
    /// Keeps the first findings of each policy and counts its others, once it is known which of them stand and are new.
    pub fn bounded(mut self) -> Report {
        let mut counts: BTreeMap<Name, usize> = BTreeMap::new();
        let mut more: BTreeMap<(Code, Control), usize> = BTreeMap::new();
        self.findings.retain(|finding| {
            let Some(control) = finding.control.as_deref().filter(|_| !finding.is_remainder()) else { return true };
            let count = counts.entry(control.policy.clone()).or_default();
            *count += 1;
            if *count > MOST {
                let control = Control { code: control.policy.clone(), ..control.clone() };
                *more.entry((finding.code, control)).or_default() += 1;
            }
            *count <= MOST
        });
        self.findings.extend(more.into_iter().map(|((code, control), more)| {
            let message = format!("and {more} more of policy `{}`", control.policy);
            let finding = Finding::new(code, Origin::file(""), message).control(control);
            finding.help("mend what is shown, or have it waived: the next are shown then")
        }));
        self
    }

    /// Counts the findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity() == severity).count()
    }

    /// Counts what only the rules find that the change brings.
    pub fn of_new_rules(&self) -> usize {
        self.findings.iter().filter(|finding| finding.is_of_new_rules()).count()
    }

    /// Lists the older findings that do not count.
    pub fn set_aside(&self) -> Vec<&Finding> {
        let counted: HashSet<&Finding> = self.findings.iter().collect();
        self.older.iter().filter(|finding| !counted.contains(finding)).collect()
    }

    /// Says whether nothing refuses the change.
    pub fn is_valid(&self) -> bool {
        !self.findings.iter().any(|finding| self.refuses(finding))
    }

    /// Says whether a finding refuses the change.
    pub fn refuses(&self, finding: &Finding) -> bool {
        self.denies_warnings || finding.is_error()
    }

    /// Makes the report that people and their tools see.
    ///
    /// What looks like a credential in the name of a file or a branch is taken out there and in what is said of it, so that
    /// nothing is found by those names any more.
    pub fn shown(mut self) -> Report {
        let waived = self.waived.iter_mut().map(|waived| &mut waived.finding);
        self.findings.iter_mut().chain(&mut self.older).chain(&mut self.fixed).chain(waived).for_each(Finding::hide);
        self.excerpts.hide();
        if let Some(reference) = self.revision.as_mut().and_then(|revision| revision.reference.as_mut()) {
            credential::hide(reference);
        }
        self
    }

    /// Says in one line why it is not applied: the first error, with its place.
    pub fn refusal(&self) -> String {
        let error = self.findings.iter().find(|finding| finding.is_error());
        let Some(error) = error else { return "no Organization is declared".to_owned() };
        let place = error.origin.span.map_or_else(String::new, |span| format!(":{}:{}", span.line, span.column));
        format!("{}{place} {}", error.origin.path, error.shown_code())
    }

    /// Names what was checked: `main@9f2c1ab + 2 uncommitted files`.
    pub fn label(&self) -> String {
        let revision = self.revision.as_ref().map_or_else(|| "no commit".to_owned(), Revision::label);
        match self.uncommitted {
            0 => revision,
            1 => format!("{revision} + 1 uncommitted file"),
            many => format!("{revision} + {many} uncommitted files"),
        }
    }
}
