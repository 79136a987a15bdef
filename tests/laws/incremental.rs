//! What is worked out step by step is what is worked out at once.
//!
//! `PROPTEST_CASES=1000000 cargo test --release --test laws step` takes the night.

use std::collections::BTreeMap;
use std::sync::Arc;

use charter::model::finding::Finding;
use charter::model::snapshot::{Delta, Revision, Snapshot, SourceFile};
use charter::reconcile::{Memo, Spent};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::law::{Case, Law};
use crate::memory::{Memory, snapshot};
use crate::organisation::{Declaration, organisation, spelled, with_mistakes};
use crate::round;

type Texts = BTreeMap<String, Vec<u8>>;

/// What somebody does to the files: to the one of a number, or with the declaration of a number.
#[derive(Debug, Clone)]
enum Edit {
    Put(usize),
    Copy(usize),
    Take(usize),
    Tear(usize),
    Mistype(usize, usize),
    Indent(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let number = any::<u16>().prop_map(usize::from);
    prop_oneof![
        4 => number.clone().prop_map(Edit::Put),
        1 => number.clone().prop_map(Edit::Copy),
        3 => number.clone().prop_map(Edit::Take),
        1 => number.clone().prop_map(Edit::Tear),
        2 => (number.clone(), number.clone()).prop_map(|(file, at)| Edit::Mistype(file, at)),
        1 => number.prop_map(Edit::Indent),
    ]
}

/// Writes a declaration as a file of its own.
fn written(declaration: &Declaration) -> (String, Vec<u8>) {
    let Declaration { kind, team, name, .. } = declaration;
    let path = format!("{kind}-{}-{name}.yaml", team.as_deref().unwrap_or_default());
    let files = spelled(std::slice::from_ref(declaration), 0);
    (path, files.into_iter().flat_map(|(_, text)| text).collect())
}

fn edited(texts: &mut Texts, edit: &Edit, declarations: &[Declaration]) {
    let declared = |number: usize| written(&declarations[number % declarations.len()]);
    let chosen = |texts: &Texts, number: usize| texts.keys().nth(number % texts.len().max(1)).cloned();
    match edit {
        Edit::Put(number) => texts.extend([declared(*number)]),
        Edit::Copy(number) => {
            let (path, text) = declared(*number);
            texts.insert(format!("copy-of-{path}"), text);
        }
        Edit::Take(file) => drop(chosen(texts, *file).and_then(|path| texts.remove(&path))),
        Edit::Tear(file) => change(texts, chosen(texts, *file), |text| text.extend(b"\n[")),
        Edit::Mistype(file, at) => change(texts, chosen(texts, *file), |text| {
            let at = at % text.len().max(1);
            text.get_mut(at).into_iter().for_each(|byte| *byte = b'x');
        }),
        Edit::Indent(file) => change(texts, chosen(texts, *file), |text| {
            text.splice(0..0, b"# a line more\n".iter().copied());
        }),
    }
}

fn change(texts: &mut Texts, path: Option<String>, work: impl FnOnce(&mut Vec<u8>)) {
    if let Some(text) = path.and_then(|path| texts.get_mut(&path)) {
        work(text);
    }
}

fn whole(texts: &Texts) -> Snapshot {
    snapshot(&texts.iter().map(|(path, text)| (path.clone(), text.clone())).collect())
}

/// What a source says of two commits, one after the other.
fn delta(before: &Texts, after: &Texts) -> Delta {
    let file = |(path, text): (&String, &Vec<u8>)| SourceFile { path: path.as_str().into(), bytes: text[..].into() };
    let Snapshot { lineage, extent, .. } = whole(after);
    Delta {
        revision: revision(),
        lineage,
        changed: after.iter().filter(|(path, text)| before.get(*path) != Some(text)).map(file).collect(),
        removed: before.keys().filter(|path| !after.contains_key(*path)).map(|path| Arc::from(path.as_str())).collect(),
        extent,
    }
}

fn revision() -> Revision {
    Memory::revision(0)
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_cached_key(|finding| format!("{finding:?}"));
    findings
}

#[test]
fn step_by_step_ends_where_all_at_once_does() {
    let law = Law { name: "steps and the whole", cases: 1_500, telling: 0.6 };
    let organisations = (prop_oneof![organisation(), with_mistakes()], organisation());
    law.holds(&(organisations, vec(vec(edit(), 1..4), 1..8)), |((first, other), steps)| {
        let declarations = [first.declarations(), other.declarations()].concat();
        let mut texts: Texts = first.declarations().iter().map(written).collect();
        let (now, mut spent) = (round::landing().at, Spent::default());
        let mut memo = Memo::of(whole(&texts), &mut spent);
        let mut saved = false;
        for step in &steps {
            let before = texts.clone();
            step.iter().for_each(|edit| edited(&mut texts, edit, &declarations));
            let mut spent = Spent::default();
            memo.advance(delta(&before, &texts), &mut spent);
            let (stepped, mut at_once) = (memo.judge(now, &mut spent), Spent::default());
            let judged = Memo::of(whole(&texts), &mut at_once).judge(now, &mut at_once);
            prop_assert_eq!(sorted(stepped.findings), sorted(judged.findings), "{:?}", step);
            prop_assert_eq!((stepped.read, stepped.resources), (judged.read, judged.resources));
            let digest = |admitted: &Option<charter::model::admitted::Admitted>| {
                admitted.as_ref().map(|admitted| admitted.desired().digest.clone())
            };
            prop_assert_eq!(digest(&stepped.admitted), digest(&judged.admitted));
            saved |= spent.work.compiled < at_once.work.compiled && before != texts;
        }
        Ok(Case::telling_if(saved))
    });
}
