//! From any state of what is managed one round ends where the revision says, and what is not managed stays as it is.

use std::collections::BTreeMap;

use charter::model::canonical::Canonical;
use charter::model::id::ResourceId;
use charter::plan::Options;
use charter::reconcile::Outcome;
use charter::store::Store;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::law::{Case, Law};
use crate::memory::Memory;
use crate::organisation::{Organisation, organisation, spelled};
use crate::round::{apply, lifted, store_in};
use crate::sql::{Database, quoted};
use crate::{Rows, admitted, planned, wanted};

/// What somebody does to the live rows by hand. The number picks the row.
#[derive(Debug, Clone)]
pub enum Edit {
    Delete(u8),
    Write(u8, String),
    /// One of the rows is written under another name, which nobody or a later revision declares.
    Copy(u8, u8),
    /// A row that no Charter understands.
    Foreign(u8),
}

pub fn edit() -> impl Strategy<Value = Edit> {
    let spec = prop_oneof!["\\PC{0,12}", Just("{}".to_owned()), Just(r#"{"members":["user:eve"]}"#.to_owned())];
    prop_oneof![
        any::<u8>().prop_map(Edit::Delete),
        (any::<u8>(), spec).prop_map(|(row, spec)| Edit::Write(row, spec)),
        (any::<u8>(), 0u8..12).prop_map(|(row, name)| Edit::Copy(row, name)),
        any::<u8>().prop_map(Edit::Foreign),
    ]
}

pub fn by_hand(database: &mut Database, edit: &Edit) {
    let rows = database.live();
    let row = |number: u8| usize::from(number).checked_rem(rows.len()).map(|index| &rows[index]);
    let key = |row: &[String]| {
        let [kind, team, name] = [0, 1, 2].map(|column| quoted(&row[column]));
        format!("kind = {kind} AND team = {team} AND name = {name}")
    };
    let sql = match edit {
        Edit::Delete(number) => row(*number).map(|row| format!("DELETE FROM live_resource WHERE {}", key(row))),
        Edit::Write(number, spec) => {
            row(*number).map(|row| format!("UPDATE live_resource SET spec = {} WHERE {}", quoted(spec), key(row)))
        }
        Edit::Copy(number, name) => row(*number).map(|row| {
            // Names of the generator's own and of nobody's.
            let name = ["team", "role", "group", "binding", "stranger"][usize::from(*name) % 5].to_owned()
                + "-"
                + &name.to_string();
            let [kind, team, spec] = [0, 1, 3].map(|column| quoted(&row[column]));
            format!("INSERT OR IGNORE INTO live_resource VALUES ({kind}, {team}, {}, {spec})", quoted(&name))
        }),
        Edit::Foreign(number) => {
            Some(format!("INSERT OR IGNORE INTO live_resource VALUES ('Gizmo', '', 'G {number}', 'no spec')"))
        }
    };
    sql.into_iter().for_each(|sql| drop(database.rows(&sql)));
}

/// The rows as text, without those of the keys.
fn rest(rows: Vec<Vec<String>>, of: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
    let id = |row: &[String]| match row[1].as_str() {
        "" => format!("{}/{}", row[0], row[2]),
        team => format!("{}/{team}/{}", row[0], row[2]),
    };
    rows.into_iter().filter(|row| !of(&id(row))).collect()
}

struct World {
    store: Store,
    source: Memory,
    _folder: tempfile::TempDir,
}

impl World {
    fn of(revisions: &[Organisation]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = |(seed, organisation): (u64, &Organisation)| spelled(&organisation.declarations(), seed);
        let source = Memory::of((0..).zip(revisions).map(files).collect());
        World { store: store_in(folder.path()), source, _folder: folder }
    }

    fn state(&self) -> (Rows, Rows) {
        let (live, applied) = self.store.reader().unwrap().state().unwrap();
        (live.rows, applied.rows)
    }

    fn round(&self, revision: usize, options: Options) -> Outcome {
        apply(&self.source, &self.store, &revision.to_string(), lifted(), options).unwrap().outcome
    }

    /// Applies a revision, adopting what stands in its way only after it was refused because of that.
    fn converge(&self, revision: usize, desired: &Rows) -> Result<bool, TestCaseError> {
        let (live, applied) = self.state();
        let in_the_way: Vec<&ResourceId> = desired
            .iter()
            .filter(|(id, spec)| !applied.contains_key(id) && live.get(id).is_some_and(|live| live != *spec))
            .map(|(id, _)| id)
            .collect();
        let outcome = self.round(revision, Options::default());
        if in_the_way.is_empty() {
            let landed = matches!(outcome, Outcome::Landed(..));
            prop_assert!(landed || matches!(outcome, Outcome::Current(_)), "{outcome:?}");
            return Ok(landed);
        }
        let Outcome::Blocked(blocked) = &outcome else { return Err(TestCaseError::fail(format!("{outcome:?}"))) };
        prop_assert_eq!(blocked.plan.conflicts.iter().collect::<Vec<_>>(), in_the_way);
        prop_assert_eq!(self.state(), (live, applied));
        let adopted = self.round(revision, Options { adopt: true, ..Options::default() });
        prop_assert!(matches!(adopted, Outcome::Landed(..)), "{adopted:?}");
        Ok(true)
    }
}

fn converges(revisions: &[Organisation], edits: &[Vec<Edit>]) -> Result<Case, TestCaseError> {
    let (world, mut telling) = (World::of(revisions), false);
    drop(world.store.writer().unwrap());
    for (revision, (organisation, edits)) in revisions.iter().zip(edits).enumerate() {
        let desired = wanted(&admitted(organisation));
        let (_, managed) = world.state();
        let before = {
            let mut database = Database::open(world.store.path());
            edits.iter().for_each(|edit| by_hand(&mut database, edit));
            database.live()
        };
        let (drifted, _) = world.state();
        telling |= revision > 0 && drifted != managed;
        world.converge(revision, &desired)?;

        let ours = |id: &str| id.parse().is_ok_and(|id| managed.contains_key(&id) || desired.contains_key(&id));
        let after = Database::open(world.store.path()).live();
        prop_assert_eq!(rest(after, ours), rest(before, ours), "unmanaged rows are never written");
        let (live, applied) = world.state();
        let kept: Rows = live.into_iter().filter(|(id, _)| ours(&id.to_string())).collect();
        prop_assert_eq!(&kept, &desired);
        prop_assert_eq!(&applied, &desired);
        let mut again = world.round(revision, Options::default());
        if let Outcome::Landed(planned, _) = &again {
            // What nobody declares is on record from the first look after an apply on.
            prop_assert!(planned.plan.is_empty() && !planned.plan.records.is_empty());
            again = world.round(revision, Options::default());
        }
        prop_assert!(matches!(&again, Outcome::Current(planned) if planned.plan.is_empty()), "{:?}", again);
        prop_assert!(world.store.reader().unwrap().verify().is_ok());
    }
    Ok(Case::telling_if(telling))
}

#[test]
fn a_round_converges_whatever_was_done_by_hand() {
    let law = Law { name: "convergence in a store", cases: 48, telling: 0.6 };
    let states = (vec(organisation(), 2..4), vec(vec(edit(), 0..6), 4));
    law.holds(&states, |(revisions, edits)| converges(&revisions, &edits));
}

/// What a row may be, by what three revisions say of it and what somebody wrote.
fn mixed(of: &[Rows; 3], choices: &[u8]) -> Rows {
    let keys: BTreeMap<&ResourceId, ()> = of.iter().flat_map(|rows| rows.keys().map(|key| (key, ()))).collect();
    let row = |(index, id): (usize, &ResourceId)| {
        let spec = match choices[index % choices.len()] % 6 {
            choice @ 0..3 => of[usize::from(choice)].get(id).cloned(),
            3 => Some(Canonical::stored("{}")),
            4 => Some(Canonical::stored("written by hand")),
            _ => None,
        };
        spec.map(|spec| (id.clone(), spec))
    };
    keys.into_keys().enumerate().filter_map(row).collect()
}

/// Makes the changes of a plan as an apply does, without a store.
pub fn made(plan: &charter::model::plan::Plan, rows: &Rows) -> Rows {
    let mut rows = rows.clone();
    for change in &plan.changes {
        match &change.desired {
            Some(spec) => rows.insert(change.id.clone(), spec.clone()),
            None => rows.remove(&change.id),
        };
    }
    rows
}

#[test]
fn any_live_and_any_applied_state_end_as_desired() {
    let law = Law { name: "convergence of any three states", cases: 300, telling: 0.8 };
    let all = (organisation(), organisation(), organisation(), vec(any::<u8>(), 16), any::<bool>());
    law.holds(&all, |(first, second, third, choices, adopt)| {
        let [first, second] = [first, second].map(|organisation| wanted(&admitted(&organisation)));
        let admitted = admitted(&third);
        let desired = wanted(&admitted);
        let live = mixed(&[first.clone(), second, desired.clone()], &choices);
        let plan = planned(&admitted, &first, &live, Options { adopt, ..Options::default() });

        let expected = |id: &ResourceId| match (desired.get(id), first.get(id), live.get(id)) {
            // Somebody else's: in the way until it is adopted.
            (Some(spec), None, Some(live)) if spec != live && !adopt => Some(live.clone()),
            (None, None, live) => live.cloned(),
            (spec, _, _) => spec.cloned(),
        };
        let after = made(&plan, &live);
        for id in desired.keys().chain(first.keys()).chain(live.keys()) {
            let expected = expected(id);
            prop_assert_eq!(after.get(id), expected.as_ref(), "{}", id);
        }
        prop_assert!(plan.changes.iter().all(|change| change.writes_live() || change.writes_applied()));
        let again = planned(&admitted, &made(&plan, &first), &after, Options { adopt, ..Options::default() });
        prop_assert!(again.changes.is_empty());
        prop_assert_eq!(again.conflicts, plan.conflicts);
        let touched = plan.changes.iter().filter(|change| change.drift).count();
        Ok(Case::telling_if(touched > 0 && plan.changes.len() > touched))
    });
}
