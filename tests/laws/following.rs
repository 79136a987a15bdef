//! A follower that plans among what moved plans what anybody plans who looks at everything.

use std::sync::atomic::{AtomicUsize, Ordering};

use charter::model::plan::Plan;
use charter::model::snapshot::{Revision, Snapshot, SourceFile};
use charter::plan::Options;
use charter::reconcile::{Condition, Follower, Step, Treatment, check, plan};
use charter::source::{At, Source, SourceError};
use charter::store::Store;
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::convergence::{Edit, by_hand, edit};
use crate::law::{Case, Law};
use crate::memory::Memory;
use crate::organisation::{organisation, spelled};
use crate::round::{landing, store_in};
use crate::sql::Database;

/// Revisions of which one is the head, now this and now that.
#[derive(Debug)]
struct Moving {
    revisions: Memory,
    head: AtomicUsize,
}

impl Moving {
    fn number(&self) -> String {
        self.head.load(Ordering::Relaxed).to_string()
    }
}

impl Source for Moving {
    fn describe(&self) -> String {
        "moving".to_owned()
    }

    fn read(&self, at: &At, seen: &mut dyn FnMut(&SourceFile)) -> Result<Snapshot, SourceError> {
        match at {
            At::Revision(Some(_)) => self.revisions.read(at, seen),
            At::Revision(None) | At::WorkingTree => self.revisions.read(&At::Revision(Some(self.number())), seen),
        }
    }

    fn head(&self) -> Result<Option<Revision>, SourceError> {
        Ok(Some(Memory::revision(self.head.load(Ordering::Relaxed))))
    }

    fn identity(&self) -> String {
        self.describe()
    }

    fn resolve(&self, revision: &str) -> Result<Option<Revision>, SourceError> {
        self.revisions.resolve(revision)
    }

    fn watched(&self) -> Vec<std::path::PathBuf> {
        Vec::new()
    }

    fn descends(&self, commit: &str, from: &str) -> Result<bool, SourceError> {
        self.revisions.descends(commit, from)
    }

    fn governed_path(&self) -> &str {
        ""
    }
}

/// What happens before a step: the head moves to the revision of a number, and rows are written by hand.
type Before = (Option<usize>, Vec<Edit>);

/// Plans a revision from all that the store holds.
fn whole(source: &Moving, number: &str, store: &Store, treatment: Treatment, now: Timestamp) -> Plan {
    let options = Options { prune: treatment.prune, report_only: treatment.report_only, ..Options::default() };
    let checked = check(source, &At::Revision(Some(number.to_owned())), now).unwrap();
    let admitted = checked.abide(store, now).unwrap().admitted.unwrap();
    let planned = plan(source, &admitted, store.clone(), &options, now).unwrap();
    sorted(planned.plan)
}

/// What came and went in between nobody knows who looks at what there is. Records that end have no order, and who gains and loses what is worked out for those who look.
fn sorted(mut plan: Plan) -> Plan {
    plan.records.retain(|record| record.desired.is_some() || record.actual.is_some());
    plan.records.sort_by(|a, b| a.id.cmp(&b.id));
    plan.access = Default::default();
    plan
}

fn is_held(plan: &Plan) -> bool {
    !plan.holds.is_empty() || !plan.conflicts.is_empty()
}

/// Compares what a step landed with what it should have, and says whether a guard or a conflict stood against the head.
fn compared(step: Option<Step>, head: &Plan, good: &Plan) -> Result<bool, TestCaseError> {
    let held = is_held(head);
    let expected = if held { good } else { head };
    let Some(step) = step else {
        prop_assert!(held || head.is_empty(), "nothing moved, and there is something to do");
        return Ok(held);
    };
    prop_assert_eq!(step.condition, if held { Condition::Held } else { Condition::Ready });
    match step.landed {
        Some(landed) => prop_assert_eq!(&sorted(landed), expected),
        None => prop_assert!(is_held(expected) || expected.is_empty() && expected.records.is_empty()),
    }
    Ok(held)
}

fn follows(source: &Moving, treatment: Treatment, steps: &[Before]) -> Result<Case, TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path());
    let place = |_: &_| Ok(store.clone());
    let mut follower = Follower::new("central".parse().unwrap(), source, &place, treatment, "test".to_owned());
    let mut now = landing().at;
    let first = follower.step(true, now).unwrap().unwrap();
    prop_assert_eq!(first.condition, Condition::Ready);
    let (mut written, mut left) = (false, false);
    for (head, edits) in steps {
        now += SignedDuration::from_mins(7);
        if let Some(head) = head {
            source.head.store(*head, Ordering::Relaxed);
        }
        let mut database = Database::open(store.path());
        edits.iter().for_each(|edit| by_hand(&mut database, edit));
        drop(database);
        let accepted = store.reader().unwrap().accepted().unwrap().unwrap().revision.unwrap().commit;
        let head = whole(source, &source.number(), &store, treatment, now);
        let good = whole(source, &accepted, &store, treatment, now);
        let held = compared(follower.step(true, now).unwrap(), &head, &good)?;
        // What was left open before is to be remembered, beside what moved.
        let landed = if held { &good } else { &head };
        written |= left && !is_held(landed) && !landed.changes.is_empty();
        left |= held || head.left_alone() > 0 || !head.withheld.is_empty();
    }
    prop_assert_eq!(follower.audit(now).unwrap(), Some(Vec::new()));
    Ok(Case::telling_if(written))
}

#[test]
fn planning_among_what_moved_is_planning_everything() {
    let law = Law { name: "planning among what moved", cases: 48, telling: 0.5 };
    let treatment = prop_oneof![
        3 => Just(Treatment::default()),
        1 => Just(Treatment { report_only: true, prune: false }),
        1 => Just(Treatment { report_only: false, prune: true }),
    ];
    let steps = vec((proptest::option::of(0usize..3), vec(edit(), 0..5)), 3..8);
    law.holds(&(vec(organisation(), 3), treatment, steps), |(revisions, treatment, steps)| {
        let files = |(seed, organisation): (u64, &crate::organisation::Organisation)| {
            spelled(&organisation.declarations(), seed)
        };
        let revisions = Memory::of((0..).zip(&revisions).map(files).collect());
        follows(&Moving { revisions, head: AtomicUsize::new(0) }, treatment, &steps)
    });
}
