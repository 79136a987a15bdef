//! After any part of a plan the rest of it is what is left to do.

use charter::model::plan::Plan;
use charter::plan::Options;
use charter::reconcile::Outcome;
use proptest::prelude::*;

use crate::convergence::made;
use crate::law::{Case, Law};
use crate::memory::Memory;
use crate::organisation::{organisation, spelled};
use crate::round::{apply, landing, lifted, store_in};
use crate::{admitted, planned, wanted};

/// The first changes of a plan as a plan.
fn prefix(plan: &Plan, length: usize) -> Plan {
    Plan { changes: plan.changes[..length].to_vec(), ..plan.clone() }
}

#[test]
fn the_rest_of_a_plan_is_what_is_left_to_do() {
    let law = Law { name: "any prefix of a plan", cases: 200, telling: 0.7 };
    law.holds(&(organisation(), organisation(), any::<u16>()), |(before, after, cut)| {
        let applied = wanted(&admitted(&before));
        let admitted = admitted(&after);
        let plan = planned(&admitted, &applied, &applied, Options::default());
        let length = usize::from(cut) % (plan.changes.len() + 1);
        let first = prefix(&plan, length);
        let (live, remembered) = (made(&first, &applied), made(&first, &applied));
        let rest = planned(&admitted, &remembered, &live, Options::default());
        prop_assert_eq!(&rest.changes, &plan.changes[length..]);

        // Where only live was written, which no store does, the end is the same and nothing is in the way.
        let torn = planned(&admitted, &applied, &live, Options::default());
        prop_assert_eq!(made(&torn, &live), wanted(&admitted));
        prop_assert_eq!(made(&torn, &applied), wanted(&admitted));
        Ok(Case::telling_if(length > 0 && length < plan.changes.len()))
    });
}

#[test]
fn a_round_after_a_part_of_a_plan_does_the_rest() {
    let law = Law { name: "a part of a plan in a store", cases: 32, telling: 0.5 };
    law.holds(&(organisation(), organisation(), any::<u16>()), |(before, after, cut)| {
        let folder = tempfile::tempdir().unwrap();
        let store = store_in(folder.path());
        let source = Memory::of([&before, &after].map(|one| spelled(&one.declarations(), 0)).to_vec());
        let round = |revision: &str| apply(&source, &store, revision, lifted(), Options::default()).unwrap().outcome;
        round("0");

        let admitted = admitted(&after);
        let (live, applied) = store.reader().unwrap().state().unwrap();
        let plan = charter::plan::plan(&admitted, &applied, &live, &Options::default());
        let length = usize::from(cut) % (plan.changes.len() + 1);
        store.writer().unwrap().land(&prefix(&plan, length), &landing()).unwrap();

        let outcome = round("1");
        let Outcome::Landed(rest, _) = &outcome else { return Err(TestCaseError::fail(format!("{outcome:?}"))) };
        prop_assert_eq!(&rest.plan.changes, &plan.changes[length..]);
        let (live, applied) = store.reader().unwrap().state().unwrap();
        prop_assert_eq!(live.rows, wanted(&admitted));
        prop_assert_eq!(applied.rows, wanted(&admitted));
        prop_assert!(store.reader().unwrap().verify().is_ok());
        Ok(Case::telling_if(length > 0 && length < plan.changes.len()))
    });
}
