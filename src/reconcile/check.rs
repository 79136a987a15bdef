//! Checking: a source at one moment to a report and, where nothing stands against it, an admitted state.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::access;
use crate::budget;
use crate::compile::{Compiled, compile};
use crate::model::admitted::Admitted;
use crate::model::code::Code;
use crate::model::desired::Desired;
use crate::model::finding::Finding;
use crate::model::report::Report;
use crate::model::snapshot::Snapshot;
use crate::parse;
use crate::policy;
use crate::source::{At, Source, SourceError};

/// A snapshot that was checked.
#[derive(Debug)]
pub struct Checked {
    pub report: Report,
    /// The state that a plan can be made of; `None` where an error stands or no Organization is declared.
    pub admitted: Option<Admitted>,
    pub spent: Spent,
}

/// How long each stage took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    pub read: Duration,
    pub parse: Duration,
    pub compile: Duration,
    pub judge: Duration,
}

/// Reads a source at one moment and checks all of it.
///
/// # Errors
/// Where the source cannot be read.
pub fn check(source: &dyn Source, at: &At, now: Timestamp) -> Result<Checked, SourceError> {
    let mut spent = Spent::default();
    let snapshot = timed(&mut spent.read, || source.snapshot(at))?;
    let manifests = timed(&mut spent.parse, || parse::parse(&snapshot));
    let read = manifests.read;
    let compiled =
        timed(&mut spent.compile, || compile(manifests, snapshot.revision.clone(), snapshot.lineage.clone()));
    let Compiled { desired, mut findings } = compiled;
    let resources = desired.resources.len();
    let admitted = timed(&mut spent.judge, || admit(desired, &mut findings, now));
    let findings = place(&snapshot, findings);
    let excerpts = parse::excerpts(&snapshot, &findings);
    let Snapshot { revision, uncommitted, .. } = snapshot;
    Ok(Checked { report: Report { findings, excerpts, read, resources, revision, uncommitted }, admitted, spent })
}

fn timed<T>(spent: &mut Duration, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = work();
    *spent = started.elapsed();
    done
}

/// Judges a desired state, whatever was found before, and admits it where nothing stands against it.
fn admit(desired: Desired, findings: &mut Vec<Finding>, now: Timestamp) -> Option<Admitted> {
    let facts = policy::Facts { members: access::leads(&desired), allocations: budget::allocate(&desired) };
    let verdict = policy::judge(&desired, &facts, now);
    findings.extend(verdict.findings().iter().cloned());
    Admitted::seal(desired, &verdict).ok()
}

/// Locates and sorts findings, without those that follow from another: in a repository for another version of Charter
/// all the rest may be wrong, and what is not declared may be in a file that could not be read.
fn place(snapshot: &Snapshot, mut findings: Vec<Finding>) -> Vec<Finding> {
    if findings.iter().any(|finding| finding.code == Code::RequiresVersion) {
        findings.retain(|finding| finding.code == Code::RequiresVersion);
    }
    if findings.iter().any(|finding| finding.code.leaves_unread()) {
        findings.retain(|finding| finding.code != Code::NoOrganization);
    }
    parse::locate(snapshot, &mut findings);
    findings.sort_by(|a, b| {
        let place = |finding: &Finding| (finding.origin.path.clone(), finding.origin.span, finding.code);
        place(a).cmp(&place(b)).then_with(|| a.message.cmp(&b.message))
    });
    findings.dedup();
    findings
}
