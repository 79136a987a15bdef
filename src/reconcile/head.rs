//! The head of a source, and what was found in it.

use jiff::Timestamp;

use super::check::{report, whole};
use super::memo::{Judged, Memo, Spent, timed};
use crate::model::admitted::Admitted;
use crate::model::digest::Digest;
use crate::model::finding::Finding;
use crate::model::snapshot::Revision;
use crate::model::standing::Standing;
use crate::source::{At, Source, SourceError};

/// A head that was checked.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) revision: Option<Revision>,
    /// Why it cannot be applied, in one line; empty where it can.
    pub(super) reason: String,
    pub(super) admitted: Option<Admitted>,
    /// Whether waivers let something pass: by those that stood before it may not.
    is_waived: bool,
    /// The rules that it brings.
    rules: Standing,
    findings: Vec<Finding>,
}

/// Reads heads one after another, each at the cost of what differs from the last.
#[derive(Debug, Default)]
pub(super) struct Heads {
    memo: Option<Memo>,
}

impl Heads {
    /// Reads and checks the head.
    ///
    /// # Errors
    /// Where the source cannot be read.
    pub(super) fn read(&mut self, source: &dyn Source, now: Timestamp, spent: &mut Spent) -> Result<Head, SourceError> {
        // Without a memo, after a failure, all of it is read.
        let memo = match self.memo.take() {
            Some(memo) => advanced(memo, source, spent)?,
            None => whole(source, &At::Revision(None), spent)?,
        };
        let memo = self.memo.insert(memo);
        Ok(Head::of(memo, now, spent))
    }

    /// Judges a head again by the rules that stood before it, or as the revision that landed.
    ///
    /// # Errors
    /// Where it has to be read again and the source cannot be read.
    pub(super) fn abide(
        &mut self,
        source: &dyn Source,
        head: &Head,
        before: Option<Standing>,
        is_accepted: bool,
        now: Timestamp,
    ) -> Result<Head, SourceError> {
        let commit = Revision::commit_of(head.revision.as_ref());
        let spent = &mut Spent::default();
        let is_same = |memo: &Memo| Revision::commit_of(memo.snapshot().revision.as_ref()) == commit;
        let memo = match self.memo.take().filter(is_same) {
            Some(memo) => memo,
            None => whole(source, &At::Revision(commit.map(str::to_owned)), spent)?,
        };
        let memo = self.memo.insert(memo);
        memo.abide(before);
        memo.accept(is_accepted);
        let judged = Head::of(memo, now, spent);
        // A head is read as judged by its own waivers: what stands before it is the store's to say.
        memo.abide(None);
        memo.accept(false);
        Ok(judged)
    }

    /// Reads all of a head again and says what is not as it was found; `None` where nothing is.
    ///
    /// # Errors
    /// Where the source cannot be read.
    pub(super) fn audit(
        &mut self,
        source: &dyn Source,
        head: &mut Head,
        now: Timestamp,
    ) -> Result<Option<String>, SourceError> {
        let commit = head.revision.as_ref().map(|revision| revision.commit.clone());
        let (Some(commit), Some(memo)) = (commit, &mut self.memo) else { return Ok(None) };
        let spent = &mut Spent::default();
        let mut whole = whole(source, &At::Revision(Some(commit)), spent)?;
        // Time alone changes what the rules find.
        let (now_found, found) = (Head::of(&mut whole, now, spent), Head::of(memo, now, spent));
        let what = (found.digest() != now_found.digest())
            .then_some("the desired state is not what the manifests say")
            .or_else(|| {
                (found.findings != now_found.findings).then_some("the findings are not those of the manifests")
            });
        if what.is_some() {
            let revision = head.revision.take();
            *head = Head { revision, ..now_found };
            // The next head is read as a whole: what was remembered cannot be trusted.
            self.memo = None;
        }
        Ok(what.map(str::to_owned))
    }
}

fn advanced(mut memo: Memo, source: &dyn Source, spent: &mut Spent) -> Result<Memo, SourceError> {
    match timed(&mut spent.read, || source.delta(memo.snapshot()))? {
        Some(delta) => memo.advance(delta, spent),
        None => {
            drop(memo);
            return whole(source, &At::Revision(None), spent);
        }
    }
    Ok(memo)
}

impl Head {
    /// Says why there is no head.
    pub(super) fn none(reason: String) -> Head {
        Head {
            revision: None,
            reason,
            admitted: None,
            is_waived: false,
            rules: Standing::default(),
            findings: Vec::new(),
        }
    }

    fn of(memo: &mut Memo, now: Timestamp, spent: &mut Spent) -> Head {
        let judged = memo.judge(now, spent);
        let snapshot = memo.snapshot();
        let reason = match &judged.admitted {
            Some(_) => String::new(),
            None => report(snapshot, &judged, spent.work).refusal(),
        };
        let Judged { findings, admitted, waived, .. } = judged;
        let (revision, is_waived) = (snapshot.revision.clone(), !waived.is_empty());
        let rules = memo.rules().unwrap_or_default();
        Head { revision, reason, admitted, is_waived, rules, findings }
    }

    /// Says whether the rules that stood before it may find other than its own.
    pub(super) fn is_judged_otherwise(&self, stood: &Standing) -> bool {
        self.is_waived || self.rules.rules_otherwise(stood)
    }

    fn digest(&self) -> Option<&Digest> {
        self.admitted.as_ref().map(|admitted| &admitted.desired().digest)
    }
}
