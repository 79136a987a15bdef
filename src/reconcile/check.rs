//! Checking: a source at one moment to a report and, where nothing stands against it, an admitted state.

use jiff::Timestamp;

use super::memo::{Judged, Memo, Spent, timed};
use crate::model::admitted::Admitted;
use crate::model::code::Code;
use crate::model::finding::Finding;
use crate::model::manifest::Read;
use crate::model::report::Report;
use crate::model::snapshot::Snapshot;
use crate::model::work::Work;
use crate::parse;
use crate::source::{At, Source, SourceError};

/// A snapshot that was checked.
#[derive(Debug)]
pub struct Checked {
    pub report: Report,
    /// The state that a plan can be made of; `None` where an error stands or no Organization is declared.
    pub admitted: Option<Admitted>,
    pub spent: Spent,
}

/// Reads a source at one moment and checks all of it.
///
/// # Errors
/// Where the source cannot be read.
pub fn check(source: &dyn Source, at: &At, now: Timestamp) -> Result<Checked, SourceError> {
    let mut spent = Spent::default();
    let mut memo = whole(source, at, &mut spent)?;
    let Judged { findings, read, resources, admitted } = memo.judge(now, &mut spent);
    let report = report(memo.snapshot(), findings, (read, resources), spent.work);
    Ok(Checked { report, admitted, spent })
}

/// Reads all of a source at one moment and works it out.
///
/// # Errors
/// Where the source cannot be read.
pub fn whole(source: &dyn Source, at: &At, spent: &mut Spent) -> Result<Memo, SourceError> {
    let snapshot = timed(&mut spent.read, || source.snapshot(at))?;
    Ok(Memo::of(snapshot, spent))
}

/// Makes the report of what was found in a snapshot.
pub fn report(snapshot: &Snapshot, findings: Vec<Finding>, (read, resources): (Read, usize), work: Work) -> Report {
    let findings = place(snapshot, findings);
    let excerpts = parse::excerpts(snapshot, &findings);
    let (revision, uncommitted) = (snapshot.revision.clone(), snapshot.uncommitted);
    let (older, fixed) = (Vec::new(), Vec::new());
    Report { findings, older, fixed, excerpts, read, resources, revision, uncommitted, work }
}

/// Lists what is found in a memo's snapshot, placed and sorted.
pub fn found(memo: &mut Memo, now: Timestamp) -> Vec<Finding> {
    let findings = memo.judge(now, &mut Spent::default()).findings;
    place(memo.snapshot(), findings)
}

/// Locates and sorts findings, without those that follow from another: in a repository for another version of Charter
/// all the rest may be wrong.
fn place(snapshot: &Snapshot, mut findings: Vec<Finding>) -> Vec<Finding> {
    if findings.iter().any(|finding| finding.code == Code::RequiresVersion) {
        findings.retain(|finding| finding.code == Code::RequiresVersion);
    }
    parse::locate(snapshot, &mut findings);
    sort(&mut findings);
    findings.dedup();
    findings
}

/// Sorts findings by place.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let place = |finding: &Finding| (finding.origin.path.clone(), finding.origin.span, finding.code);
        place(a).cmp(&place(b)).then_with(|| a.message.cmp(&b.message))
    });
}
