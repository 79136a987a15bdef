//! Validation: a check in which only what a change introduced or touched counts, and mends what it can.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::check::{found, report, whole};
use super::memo::Spent;
use super::mending::{Mark, Mended, mark, mend, own_mark};
use crate::model::finding::Finding;
use crate::model::report::Report;
use crate::model::snapshot::{Snapshot, SourceFile};
use crate::model::standing::Standing;
use crate::parse;
use crate::source::{self, At, Rewrite, Source, SourceError};

/// What is validated, and how much of it counts.
#[derive(Debug, Clone)]
pub struct Question {
    pub at: At,
    /// The revision at whose merge base findings are older; `None` where all of them count.
    pub since: Option<String>,
    /// Whether older findings count as well.
    pub all: bool,
    /// The packages whose policies are asked; none for all.
    pub packages: Vec<String>,
}

/// Validates a source, writing nothing: in the report, what can be mended has its edit.
///
/// # Errors
/// Where the source cannot be read.
pub fn validate(source: &dyn Source, question: &Question, now: Timestamp) -> Result<(Report, Spent), SourceError> {
    let Examined { mut report, snapshot, mended, spent } = examine(source, question, now)?;
    let can_be: HashSet<Mark> = mended.findings.iter().map(own_mark).collect();
    parse::mend::edits(&snapshot, &mut report.findings);
    let others = report.findings.iter_mut().filter(|finding| !can_be.contains(&own_mark(finding)));
    others.for_each(|finding| finding.edit = None);
    Ok((report, spent))
}

/// Mends what can be mended in the files of a work tree, and validates what they hold then.
///
/// # Errors
/// Where the source cannot be read or a file cannot be written.
pub fn fix(
    source: &dyn Source,
    work_tree: &Path,
    question: &Question,
    now: Timestamp,
) -> Result<(Report, Spent), SourceError> {
    let Examined { snapshot, mended, .. } = examine(source, question, now)?;
    let rewrite = |file: &SourceFile| {
        let before = snapshot.files.get(&file.path)?.bytes.to_vec();
        Some(Rewrite { path: file.path.to_string(), before, after: file.bytes.to_vec() })
    };
    let files: Vec<Rewrite> = mended.files.values().filter_map(rewrite).collect();
    source::rewrite(work_tree, &files)?;
    let (report, spent) = validate(source, question, now)?;
    Ok((Report { fixed: mended.findings, ..report }, spent))
}

/// What was found at one moment, and what becomes of it where all that can be mended is.
struct Examined {
    report: Report,
    snapshot: Snapshot,
    mended: Mended,
    spent: Spent,
}

fn examine(source: &dyn Source, question: &Question, now: Timestamp) -> Result<Examined, SourceError> {
    let mut spent = Spent::default();
    let base = question.since.as_ref().map(|revision| Base::read(source, revision, &question.at, now)).transpose()?;
    let mut memo = whole(source, &question.at, &mut spent)?;
    memo.narrow(&question.packages);
    memo.abide(base.as_ref().and_then(|base| base.rules.clone()));
    let judged = memo.judge(now, &mut spent);
    let snapshot = memo.snapshot().clone();
    let mut report = report(&snapshot, &judged, spent.work);
    let mended = match base {
        Some(base) => {
            let all = report.findings.clone();
            base.part(&mut report, &snapshot, question.all);
            let spared = report.set_aside().into_iter().map(own_mark).collect();
            mend(&mut memo, all, &spared, now)
        }
        None => mend(&mut memo, report.findings.clone(), &HashSet::new(), now),
    };
    report = report.bounded();
    // To free it all takes longer than to judge it, and nobody has to wait for that.
    rayon::spawn(move || drop((memo, judged)));
    Ok(Examined { report, snapshot, mended, spent })
}

/// What a change began from.
struct Base {
    snapshot: Snapshot,
    found: HashSet<Mark>,
    rules: Option<Standing>,
}

impl Base {
    /// Reads where a state left a revision: what came to the revision after that, the change did not touch.
    fn read(source: &dyn Source, revision: &str, at: &At, now: Timestamp) -> Result<Self, SourceError> {
        let base = source.merge_base(revision, at)?.unwrap_or_else(|| revision.to_owned());
        let mut memo = whole(source, &At::Revision(Some(base)), &mut Spent::default())?;
        let found = found(&mut memo, now).iter().map(own_mark).collect();
        Ok(Base { snapshot: memo.snapshot().clone(), found, rules: memo.rules() })
    }

    /// Sets what was found in the base as well, in files that are as they were, apart from what a change introduced.
    fn part(&self, report: &mut Report, snapshot: &Snapshot, all: bool) {
        let renamed = self.renamed(snapshot);
        let is_old = |finding: &Finding| {
            let path = self.path_before(&finding.origin.path, snapshot, &renamed);
            // As many are not as before only because they are as many.
            !finding.is_remainder() && path.is_some_and(|path| self.found.contains(&mark(finding, path)))
        };
        report.older = report.findings.iter().filter(|finding| is_old(finding)).cloned().collect();
        if !all {
            report.findings.retain(|finding| !is_old(finding));
        }
    }

    /// Returns the path that a file had, if it is as it was; what is no file to read is as it was found.
    fn path_before<'a>(
        &self,
        path: &'a Arc<str>,
        snapshot: &Snapshot,
        renamed: &HashMap<&'a [u8], &'a Arc<str>>,
    ) -> Option<&'a Arc<str>> {
        match (self.snapshot.file(path), snapshot.file(path)) {
            (None, None) => Some(path),
            (Some(before), Some(now)) => (before.bytes == now.bytes).then_some(path),
            (None, Some(now)) => renamed.get(&*now.bytes).copied(),
            (Some(_), None) => None,
        }
    }

    /// Lists the files that are there no more, by what they held: one of the same bytes under a new path was renamed.
    fn renamed(&self, snapshot: &Snapshot) -> HashMap<&[u8], &Arc<str>> {
        let gone = self.snapshot.files.values().filter(|file| !snapshot.files.contains_key(&file.path));
        gone.map(|file| (&*file.bytes, &file.path)).collect()
    }
}
