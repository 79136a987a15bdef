//! The two hashes of a plan: what people see, and what it was made from.

use crate::model::canonical::Canonical;
use crate::model::change::Change;
use crate::model::digest::Digest;
use crate::model::guard::Guards;
use crate::model::journal::Head;
use crate::model::plan::{Bound, FORMAT, Stray};

/// Digests what people see: the changes of live, sorted, each with before and after, and the rows that are deleted.
pub fn effect(changes: &[Change], strays: &[Stray]) -> Digest {
    let mut seen: Vec<&Change> = changes.iter().filter(|change| change.writes_live()).collect();
    seen.sort_by(|a, b| a.id.cmp(&b.id));
    rows(&seen, strays, |change| [change.live.as_ref(), change.desired.as_ref()])
}

/// Digests what a plan was made from.
pub fn bound(desired: &Digest, changes: &[Change], strays: &[Stray], guards: &Guards, journal: &Head) -> Bound {
    let touched: Vec<&Change> = changes.iter().collect();
    let applied = rows(&touched, &[], |change| [change.applied.as_ref(), None]);
    let live = rows(&touched, strays, |change| [change.live.as_ref(), None]);
    let guards = Digest::of([Canonical::of(guards).as_str().as_bytes()]);
    let (count, format) = (journal.count.to_le_bytes(), FORMAT.to_le_bytes());
    let parts = [desired, &applied, &live, &guards].map(Digest::as_bytes);
    let hash = Digest::of(parts.into_iter().chain([journal.hash.as_bytes(), &count, &format]));
    Bound { desired: *desired, applied, live, guards, journal: journal.clone(), hash }
}

/// Digests changes by their id and two of their specs; absent and empty are told apart.
fn rows<'a>(
    changes: &[&'a Change],
    strays: &[Stray],
    specs: impl Fn(&'a Change) -> [Option<&'a Canonical>; 2],
) -> Digest {
    let mut parts: Vec<Vec<u8>> = Vec::with_capacity(changes.len() * 3);
    let part = |spec: Option<&Canonical>| match spec {
        Some(spec) => [b"+", spec.as_str().as_bytes()].concat(),
        None => b"-".to_vec(),
    };
    for change in changes {
        parts.push(change.id.to_string().into_bytes());
        parts.extend(specs(change).map(part));
    }
    for stray in strays {
        parts.push(stray.key.to_string().into_bytes());
        parts.extend([Some(&stray.live), None].map(part));
    }
    Digest::of(parts.iter().map(Vec::as_slice))
}
