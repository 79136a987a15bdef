//! Mending: which findings can be put right without a decision. Each mend is tried in memory before anybody hears of it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::check::found;
use super::memo::Memo;
use crate::model::code::Code;
use crate::model::finding::Finding;
use crate::model::mend::{Edit, Mend};
use crate::model::origin::Origin;
use crate::model::snapshot::SourceFile;
use crate::parse;

/// The most rounds: a mend may show what was hidden behind it.
const ROUNDS: usize = 8;

/// The most trials of a round: whoever has more to mend mends twice.
const TRIALS: usize = 200;

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

    /// Accepts candidates that help together with those accepted before; where one of several does not, each half is asked.
    fn admit<'f>(&mut self, some: &[&'f Finding], accepted: &mut Vec<&'f Finding>) {
        let all: Vec<&Finding> = accepted.iter().chain(some).copied().collect();
        if some.is_empty() || self.trials == 0 {
            return;
        }
        if self.helps(&all) {
            accepted.extend(some);
        } else if some.len() > 1 {
            let (half, rest) = some.split_at(some.len() / 2);
            self.admit(half, accepted);
            self.admit(rest, accepted);
        }
    }

    /// Says whether edits end their findings, and nothing new is wrong where they are made: else a mistake only moves.
    fn helps(&mut self, some: &[&Finding]) -> bool {
        self.trials -= 1;
        self.make(some);
        let after = found(self.memo, self.now);
        let marks: HashSet<Mark> = after.iter().map(own_mark).collect();
        let news: Vec<&Finding> = after.iter().filter(|finding| !self.before.contains(&own_mark(finding))).collect();
        let is_good = |edit: &Edit| !news.iter().any(|new| touches(new, edit));
        some.iter().all(|one| !marks.contains(&own_mark(one)) && one.edit.as_ref().is_none_or(is_good))
    }

    /// Makes edits and no others.
    fn make(&mut self, some: &[&Finding]) {
        let edited = self.files.values().map(|file| {
            let of_file = some.iter().filter(|finding| finding.origin.path == file.path);
            let edits: Vec<&Edit> = of_file.filter_map(|finding| finding.edit.as_ref()).collect();
            parse::mend::apply(file, &edits).unwrap_or_else(|| file.clone())
        });
        self.memo.revise(edited.collect());
    }
}

/// Says whether a finding is about what an edit wrote, or about how its file can be read.
fn touches(finding: &Finding, edit: &Edit) -> bool {
    let related = finding.related.as_ref().map(|(origin, _)| origin);
    std::iter::once(&finding.origin).chain(related).filter(|origin| origin.path == edit.place.path).any(|origin| {
        let is_written = origin.document == edit.place.document && origin.pointer == edit.place.pointer;
        is_written && !edit.text.is_empty() || origin.pointer.is_empty() && finding.code != Code::MissingField
    })
}
