//! What is worked out step by step is what is worked out at once.
//!
//! `PROPTEST_CASES=1000000 cargo test --release --test laws step` takes the night.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use charter::model::code::Code;
use charter::model::finding::Finding;
use charter::model::snapshot::{Delta, Revision, Snapshot, SourceFile};
use charter::reconcile::{Memo, Spent};
use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

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

/// What is done to the files in a step, and how many days pass before it.
type Step = (Vec<Edit>, i64);

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    vec((vec(edit(), 1..4), prop_oneof![3 => Just(0), 1 => 1i64..40]), 1..most)
}

/// What a walk came by.
#[derive(Default)]
struct Walked {
    /// Whether a step ever cost less than the whole.
    saved: bool,
    /// The steps in which there was a finding of each code.
    met: BTreeMap<Code, usize>,
}

/// Takes steps from the files of some declarations to those of others.
fn walk(first: &[Declaration], declarations: &[Declaration], steps: &[Step]) -> Result<Walked, TestCaseError> {
    let mut texts: Texts = first.iter().map(written).collect();
    let (mut now, mut spent, mut walked) = (round::landing().at, Spent::default(), Walked::default());
    let mut memo = Memo::of(whole(&texts), &mut spent);
    for (edits, days) in steps {
        now += SignedDuration::from_hours(24 * days);
        let before = texts.clone();
        edits.iter().for_each(|edit| edited(&mut texts, edit, declarations));
        let mut spent = Spent::default();
        memo.advance(delta(&before, &texts), &mut spent);
        let (stepped, mut at_once) = (memo.judge(now, &mut spent), Spent::default());
        let judged = Memo::of(whole(&texts), &mut at_once).judge(now, &mut at_once);
        let codes: BTreeSet<Code> = judged.findings.iter().map(|finding| finding.code).collect();
        codes.into_iter().for_each(|code| *walked.met.entry(code).or_default() += 1);
        prop_assert_eq!(sorted(stepped.findings), sorted(judged.findings), "{:?}", edits);
        prop_assert_eq!((stepped.read, stepped.resources), (judged.read, judged.resources));
        let digest = |admitted: &Option<charter::model::admitted::Admitted>| {
            admitted.as_ref().map(|admitted| admitted.desired().digest)
        };
        prop_assert_eq!(digest(&stepped.admitted), digest(&judged.admitted));
        walked.saved |= spent.work.compiled < at_once.work.compiled && before != texts;
    }
    Ok(walked)
}

#[test]
fn step_by_step_ends_where_all_at_once_does() {
    let law = Law { name: "steps and the whole", cases: 1_500, telling: 0.6 };
    let organisations = (prop_oneof![organisation(), with_mistakes()], organisation());
    law.holds(&(organisations, steps(8)), |((first, other), steps)| {
        let declarations = [first.declarations(), other.declarations()].concat();
        walk(&first.declarations(), &declarations, &steps).map(|walked| Case::telling_if(walked.saved))
    });
}

#[test]
fn what_was_not_judged_for_a_nameless_manifest_is_judged_without_it() {
    let team = json!({ "leads": ["user:bo"], "members": ["user:ana"] });
    let team = Declaration { kind: "Team", team: None, name: "web".into(), spec: team };
    let sound: Texts = central()[..2].iter().chain([&team]).map(written).collect();
    let mut torn = sound.clone();
    torn.insert("m.yaml".into(), "apiVersion: charter/v1\nkind: Membership\nmetadata: {team: web}\n".into());
    let (now, mut spent) = (round::landing().at, Spent::default());
    let mut memo = Memo::of(whole(&torn), &mut spent);
    let has = |findings: &[Finding], code| findings.iter().any(|finding| finding.code == code);
    let judged = memo.judge(now, &mut spent);
    assert!(!has(&judged.findings, Code::LeadNotMember), "bo may be the member: {:?}", judged.findings);
    memo.advance(delta(&torn, &sound), &mut spent);
    let judged = memo.judge(now, &mut spent);
    assert!(has(&judged.findings, Code::LeadNotMember) && judged.admitted.is_none(), "{:?}", judged.findings);
}

/// Declares a binding of the organisation, or a budget of its one team: many of one kind and one place.
fn one_of_many((number, version, day): (u8, u8, Option<u8>)) -> Declaration {
    if number.is_multiple_of(8) {
        let window = ["day", "week", "month", "quarter"][usize::from(version) % 4];
        let spec = json!({ "window": window, "limit": 100 * u32::from(version) });
        return Declaration { kind: "Budget", team: Some("web".into()), name: format!("b-{number}"), spec };
    }
    let mut spec = json!({ "role": "reader", "subjects": ["user:ana"], "reason": format!("version {version}") });
    if let Some(day) = day {
        spec["expires"] = json!(format!("2026-{:02}-{:02}", 11 + day % 2, 20 + day % 8));
    }
    Declaration { kind: "RoleBinding", team: None, name: format!("b-{number}"), spec }
}

fn central() -> [Declaration; 3] {
    let of = |kind, name: &str, spec| Declaration { kind, team: None, name: name.to_owned(), spec };
    let cap = json!([{ "window": "month", "limit": 20_000 }]);
    [
        of("Organization", "acme", json!({ "currency": "USD", "timezone": "Europe/Warsaw", "budgets": cap })),
        of("Role", "reader", json!({ "permissions": ["read:agents"] })),
        of("Team", "web", json!({ "members": ["user:ana"] })),
    ]
}

#[test]
fn many_of_one_kind_in_one_place_end_where_all_at_once_does() {
    let law = Law { name: "steps and the whole among many of one kind", cases: 300, telling: 0.6 };
    let many = |most| vec((any::<u8>(), any::<u8>(), proptest::option::weighted(0.3, any::<u8>())), 1..most);
    law.holds(&(many(200), many(20), steps(6)), |(first, other, steps)| {
        let many = |many: Vec<_>| many.into_iter().map(one_of_many).collect::<Vec<_>>();
        let first = [central().to_vec(), many(first)].concat();
        walk(&first, &many(other), &steps).map(|walked| Case::telling_if(walked.saved))
    });
}

/// Declares a person with some of the ids, or a group of some of them: few, so that they meet.
fn one_of_people((number, ids, manager): (u8, u8, Option<u8>)) -> Declaration {
    let all = ["ana", "bo", "cy", "di", "eva", "fay", "gil", "Ana"].map(|id| format!("user:{id}"));
    let ids = [ids % 8, ids / 8 % 8].map(|number| &all[usize::from(number)]);
    let (kind, name) = if number.is_multiple_of(3) { ("Group", "g") } else { ("Person", "p") };
    let mut spec = if kind == "Group" { json!({ "members": ids }) } else { json!({ "ids": ids }) };
    if let Some(manager) = manager.filter(|_| kind == "Person") {
        spec["manager"] = json!(format!("p-{}", manager % 8));
    }
    Declaration { kind, team: None, name: format!("{name}-{}", number % 8), spec }
}

#[test]
fn people_end_where_all_at_once_does() {
    let law = Law { name: "steps and the whole among people", cases: 600, telling: 0.3 };
    let people = || vec((any::<u8>(), any::<u8>(), proptest::option::of(any::<u8>())), 1..12);
    law.holds(&(people(), people(), steps(8)), |(first, other, steps)| {
        let people = |people: Vec<_>| people.into_iter().map(one_of_people).collect::<Vec<_>>();
        let count = steps.len();
        let walked = walk(&[central().to_vec(), people(first)].concat(), &people(other), &steps)?;
        let came_and_went = |code| walked.met.get(&code).is_some_and(|met| *met < count);
        let is_telling = came_and_went(Code::UnknownUser) || came_and_went(Code::DuplicateUser);
        Ok(Case::telling_if(walked.saved && is_telling))
    });
}
