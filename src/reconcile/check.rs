//! Checking: a source at one moment to a report and, where nothing stands against it, an admitted state.

use std::cmp::Ordering;

use jiff::Timestamp;

use super::ahead;
use super::memo::{Judged, Memo, Spent};
use crate::model::admitted::Admitted;
use crate::model::applied::Applied;
use crate::model::code::Code;
use crate::model::finding::Finding;
use crate::model::name::Name;
use crate::model::report::Report;
use crate::model::snapshot::Snapshot;
use crate::model::standing::Standing;
use crate::model::work::Work;
use crate::parse;
use crate::source::{At, Source, SourceError};
use crate::store::{Store, StoreError};

/// A snapshot that was checked.
#[derive(Debug)]
pub struct Checked {
    pub report: Report,
    /// The state that a plan can be made of; `None` where an error stands or no Organization is declared.
    pub admitted: Option<Admitted>,
    pub spent: Spent,
    /// What was judged, and whether waivers let something pass: by those that stood before it may not.
    memo: Memo,
    is_waived: bool,
}

/// Reads a source at one moment and checks all of it.
///
/// # Errors
/// Where the source cannot be read.
pub fn check(source: &dyn Source, at: &At, now: Timestamp) -> Result<Checked, SourceError> {
    let mut spent = Spent::default();
    let mut memo = whole(source, at, &mut spent)?;
    let judged = memo.judge(now, &mut spent);
    let report = report(memo.snapshot(), &judged, spent.work).bounded();
    let is_waived = !judged.waived.is_empty();
    Ok(Checked { report, admitted: judged.admitted, spent, memo, is_waived })
}

/// Checks a revision that landed: it stands as it was judged then, whatever policies find in it now.
///
/// # Errors
/// Where the source cannot be read.
pub fn recheck(source: &dyn Source, at: &At, now: Timestamp) -> Result<Option<Admitted>, SourceError> {
    let spent = &mut Spent::default();
    let mut memo = whole(source, at, spent)?;
    memo.accept(true);
    Ok(memo.judge(now, spent).admitted)
}

impl Checked {
    /// Judges again by the rules that a store holds as well, where that may be another verdict.
    ///
    /// What a change loosens counts from the next one.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn abide(self, store: &Store, now: Timestamp) -> Result<Self, StoreError> {
        let stood = standing(&store.reader()?.state()?.1);
        Ok(self.by(stood, now))
    }

    /// Judges what is not valid again: if it is the revision that landed last, as it was judged then.
    ///
    /// Else by the rules that stood as well, so that all is told at once, unless it is to be judged by its own. It stays
    /// as it was where no store can say so.
    pub fn unless_landed<E>(
        mut self,
        store: impl FnOnce(&Name) -> Result<Store, E>,
        is_own: bool,
        now: Timestamp,
    ) -> Self {
        let name = self.memo.organization().filter(|_| self.admitted.is_none());
        let Some(Ok(store)) = name.map(|name| store(&name)) else { return self };
        let Ok((_, applied)) = store.reader().and_then(|mut reader| reader.state()) else { return self };
        if !is_landed(&applied, self.memo.snapshot()) {
            return self.by(standing(&applied).filter(|_| !is_own), now);
        }
        self.memo.accept(true);
        self.again(now)
    }

    /// Judges again by rules that stood as well, where that may be another verdict.
    fn by(mut self, stood: Option<Standing>, now: Timestamp) -> Self {
        let Some(stood) = stood.filter(|stood| self.is_waived || self.memo.is_ruled(stood)) else { return self };
        self.memo.abide(Some(stood));
        self.again(now)
    }

    fn again(mut self, now: Timestamp) -> Self {
        let judged = self.memo.judge(now, &mut self.spent);
        self.report = report(self.memo.snapshot(), &judged, self.spent.work).bounded();
        self.admitted = judged.admitted;
        self
    }
}

/// Says whether a snapshot is of the revision that landed last.
fn is_landed(applied: &Applied, snapshot: &Snapshot) -> bool {
    let landed = applied.accepted.as_ref().and_then(|accepted| accepted.revision.as_ref());
    let commit = snapshot.revision.as_ref().map(|revision| &revision.commit);
    snapshot.uncommitted == 0 && commit.is_some() && landed.map(|revision| &revision.commit) == commit
}

/// Returns the rules that were applied; `None` before the first apply, which is judged by its own.
pub fn standing(applied: &Applied) -> Option<Standing> {
    applied.accepted.as_ref().map(|_| Standing::among(&applied.rows))
}

/// Reads all of a source at one moment and works it out.
///
/// # Errors
/// Where the source cannot be read.
pub fn whole(source: &dyn Source, at: &At, spent: &mut Spent) -> Result<Memo, SourceError> {
    let (snapshot, ahead) = ahead::read(source, at, spent)?;
    Ok(Memo::with(snapshot, ahead, spent))
}

/// Makes the report of what was found in a snapshot.
pub fn report(snapshot: &Snapshot, judged: &Judged, work: Work) -> Report {
    let findings = place(snapshot, judged.findings.clone());
    let mut waived = judged.waived.clone();
    parse::locate(snapshot, waived.iter_mut().map(|one| &mut one.finding));
    waived.sort_by(|a, b| by_place(&a.finding, &b.finding));
    let Judged { read, resources, is_partial, .. } = *judged;
    let shown: Vec<Finding> = findings.iter().chain(waived.iter().map(|one| &one.finding)).cloned().collect();
    let excerpts = parse::excerpts(snapshot, &shown);
    let (revision, uncommitted) = (snapshot.revision.clone(), snapshot.uncommitted);
    let (older, fixed) = (Vec::new(), Vec::new());
    Report {
        findings,
        older,
        waived,
        fixed,
        excerpts,
        read,
        resources,
        is_partial,
        revision,
        uncommitted,
        work,
        denies_warnings: false,
    }
}

/// Lists what is found in a memo's snapshot, placed and sorted.
pub fn found(memo: &mut Memo, now: Timestamp) -> Vec<Finding> {
    let findings = memo.judge(now, &mut Spent::default()).findings;
    place(memo.snapshot(), findings)
}

/// Locates and sorts findings, without those that follow from another.
///
/// In a repository for another version of Charter all the rest may be wrong.
pub fn place(snapshot: &Snapshot, mut findings: Vec<Finding>) -> Vec<Finding> {
    if findings.iter().any(|finding| finding.code == Code::RequiresVersion) {
        findings.retain(|finding| finding.code == Code::RequiresVersion);
    }
    parse::locate(snapshot, &mut findings);
    findings.sort_by(by_place);
    findings.dedup();
    findings
}

fn by_place(a: &Finding, b: &Finding) -> Ordering {
    let place = |finding: &Finding| (finding.origin.path.clone(), finding.origin.span, finding.code);
    place(a).cmp(&place(b)).then_with(|| a.message.cmp(&b.message))
}
