//! What a check found: the value that every format of a report is a function of.

use std::collections::HashSet;

use super::code::Severity;
use super::credential;
use super::excerpt::Excerpts;
use super::finding::Finding;
use super::manifest::Read;
use super::snapshot::Revision;
use super::waived::Waived;
use super::work::Work;

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
    /// Counts the findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity() == severity).count()
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
