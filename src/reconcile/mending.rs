//! Mending: which findings can be put right without a decision. Each mend is tried in memory before anybody hears of it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::check::found;
use super::memo::{Memo, Spent};
use crate::model::code::Code;
use crate::model::finding::Finding;
use crate::model::mend::{Edit, Mend};
use crate::model::origin::Origin;
use crate::model::snapshot::SourceFile;
use crate::parse;

/// The most rounds: a mend may show what was hidden behind it.
const ROUNDS: usize = 8;

/// The most trials of a round, so that a check that mends nothing is not slow either: whoever has more to mend mends twice.
const TRIALS: usize = 100;

/// What tells a finding from another, wherever its lines are.
pub type Mark = (Code, Arc<str>, u32, String, String);

/// Returns what tells a finding from another, in a file known by another path.
pub fn mark(finding: &Finding, path: &Arc<str>) -> Mark {
    let Origin { document, pointer, .. } = &finding.origin;
    (finding.code, path.clone(), *document, pointer.clone(), finding.message.clone())
}

/// Returns what tells a finding from another.
pub fn own_mark(finding: &Finding) -> Mark {
    mark(finding, &finding.origin.path)
}

/// What was mended, in memory.
#[derive(Debug, Default)]
pub struct Mended {
    /// With their edits.
    pub findings: Vec<Finding>,
    /// The files as they are after it.
    pub files: BTreeMap<Arc<str>, SourceFile>,
}

/// Mends what can be mended of the findings of a memo, but for those that are spared, and of what comes out behind them.
///
/// The memo is that of the mended files then.
pub fn mend(memo: &mut Memo, findings: Vec<Finding>, spared: &HashSet<Mark>, now: Timestamp) -> Mended {
    let (mut mended, mut left) = (Mended::default(), findings);
    for _ in 0..ROUNDS {
        parse::mend::edits(memo.snapshot(), &mut left);
        // An element that is taken out moves those behind it: words are mended first.
        let of_sort = |is_word: bool| -> Vec<&Finding> {
            let is_one = |mend: &Mend| matches!(mend, Mend::Word { .. }) == is_word;
            let can_be = left.iter().filter(|one| one.edit.is_some() && one.mend.as_ref().is_some_and(is_one));
            can_be.filter(|one| !spared.contains(&own_mark(one))).collect()
        };
        let mut accepted = Bench::of(memo, &left, now).round(&of_sort(true));
        if accepted.is_empty() {
            accepted = Bench::of(memo, &left, now).round(&of_sort(false));
        }
        if accepted.is_empty() {
            break;
        }
        let paths = accepted.iter().map(|finding| &finding.origin.path);
        let files = paths.filter_map(|path| memo.snapshot().files.get(path)).cloned();
        mended.files.extend(files.map(|file| (file.path.clone(), file)));
        mended.findings.extend(accepted);
        left = found(memo, now);
    }
    mended
}

/// Where mends are tried.
struct Bench<'m> {
    memo: &'m mut Memo,
    now: Timestamp,
    /// What was found before.
    before: HashSet<Mark>,
    trials: usize,
    /// The files that are mended, as they were before.
    files: BTreeMap<Arc<str>, SourceFile>,
}

impl<'m> Bench<'m> {
    fn of(memo: &'m mut Memo, findings: &[Finding], now: Timestamp) -> Self {
        let before = findings.iter().map(own_mark).collect();
        Bench { memo, now, before, trials: TRIALS, files: BTreeMap::new() }
    }

    /// Makes the edits that help, and returns their findings.
    fn round(mut self, candidates: &[&Finding]) -> Vec<Finding> {
        let files = candidates.iter().filter_map(|finding| self.memo.snapshot().files.get(&finding.origin.path));
        self.files = files.map(|file| (file.path.clone(), file.clone())).collect();
        let mut accepted = Vec::new();
        self.admit(candidates, &mut accepted);
        self.make(&accepted);
        accepted.into_iter().cloned().collect()
    }

    /// Accepts the candidates that help, together with those accepted before.
    ///
    /// Where an edit does not help, the others are asked without it. Where nobody knows which edit of a file spoils it,
    /// each half of them is asked.
    fn admit<'f>(&mut self, some: &[&'f Finding], accepted: &mut Vec<&'f Finding>) {
        if some.is_empty() || self.trials == 0 {
            return;
        }
        let all: Vec<&Finding> = accepted.iter().chain(some).copied().collect();
        let after = self.attempt(&all);
        if all.iter().all(|finding| after.blame(finding).is_none()) {
            accepted.extend(some);
            return;
        }
        let of = |blame: Option<Blame>| -> Vec<&'f Finding> {
            some.iter().filter(|finding| after.blame(finding) == blame).copied().collect()
        };
        let (good, suspects) = (of(None), of(Some(Blame::File)));
        if good.len() < some.len() && suspects.len() < some.len() {
            self.admit(&good, accepted);
            self.admit(&suspects, accepted);
        } else if some.len() > 1 {
            let (half, rest) = some.split_at(some.len() / 2);
            self.admit(half, accepted);
            self.admit(rest, accepted);
        }
    }

    /// Makes edits and looks what is found then.
    fn attempt(&mut self, some: &[&Finding]) -> After {
        self.trials -= 1;
        self.make(some);
        let after = self.memo.judge(self.now, &mut Spent::default()).findings;
        let marks = after.iter().map(own_mark).collect();
        let news = after.iter().filter(|finding| !self.before.contains(&own_mark(finding)));
        let edits: Vec<&Edit> = some.iter().filter_map(|finding| finding.edit.as_ref()).collect();
        After { marks, wrong: news.flat_map(|new| places(new, &edits)).collect() }
    }

    /// Makes edits and no others.
    fn make(&mut self, some: &[&Finding]) {
        let edited = self.files.values().map(|file| {
            let of_file = some.iter().filter(|finding| finding.origin.path == file.path);
            let edits: Vec<&Edit> = of_file.filter_map(|finding| finding.edit.as_ref()).collect();
            parse::mend::apply(file, &edits).unwrap_or_else(|| file.clone())
        });
        let standing = &self.memo.snapshot().files;
        let is_other = |file: &SourceFile| standing.get(&file.path).is_none_or(|old| old.bytes != file.bytes);
        let other = edited.filter(is_other).collect();
        self.memo.revise(other);
    }
}

/// Why an edit is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blame {
    /// Its finding stands, or something new is wrong where it is made: the mistake would only move.
    Own,
    /// Its file is spoilt, by this edit or another.
    File,
}

/// What is found after edits.
struct After {
    marks: HashSet<Mark>,
    /// Where something is wrong that was not before.
    wrong: Vec<Origin>,
}

impl After {
    fn blame(&self, finding: &Finding) -> Option<Blame> {
        let edit = finding.edit.as_ref()?;
        if self.marks.contains(&own_mark(finding)) || self.wrong.iter().any(|place| is_written(place, edit)) {
            return Some(Blame::Own);
        }
        let is_spoilt = |place: &Origin| place.path == edit.place.path && place.pointer.is_empty();
        self.wrong.iter().any(is_spoilt).then_some(Blame::File)
    }
}

/// Lists the places of a finding that may be blamed on edits: of two that were edited the one where it is found.
fn places(finding: &Finding, edits: &[&Edit]) -> Vec<Origin> {
    let related = finding.related.as_ref().map(|(origin, _)| origin);
    let is_edited = edits.iter().any(|edit| is_written(&finding.origin, edit));
    // What is missing in a document was hidden behind what was wrong with the whole of it.
    let is_hidden = |place: &&Origin| place.pointer.is_empty() && finding.code == Code::MissingField;
    let all = std::iter::once(&finding.origin).chain(related.filter(|_| !is_edited));
    all.filter(|place| !is_hidden(place)).cloned().collect()
}

/// Says whether a place is what an edit wrote.
fn is_written(place: &Origin, edit: &Edit) -> bool {
    let written = &edit.place;
    !edit.text.is_empty()
        && (&place.path, place.document, &place.pointer) == (&written.path, written.document, &written.pointer)
}
