//! What is written comes back as it was: plans through JSON, specs through YAML.

use charter::access::leads;
use charter::budget::allocate;
use charter::model::canonical::Canonical;
use charter::model::change::Change;
use charter::model::desired::Desired;
use charter::model::plan::Plan;
use charter::model::snapshot::Revision;
use charter::plan::Options;
use charter::policy::{Facts, Judge};
use charter::reconcile::{Memo, Spent};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::law::{Case, Law};
use crate::memory::snapshot;
use crate::organisation::organisation;
use crate::{Rows, admitted, planned, round, wanted};

/// What somebody may have written where a spec belongs: any text, text that is nearly JSON, and JSON in another form.
fn spec() -> impl Strategy<Value = Canonical> {
    let odd = [
        "{}",
        " {}",
        "{} ",
        "{\"a\": 1}",
        "\"{}\"",
        "null",
        "[1]",
        "{",
        "{\"a\":1,\"a\":2}",
        "1e400",
        "\"\\ud800\"",
        "",
    ];
    let text = prop_oneof![any::<String>(), proptest::sample::select(odd.to_vec()).prop_map(str::to_owned)];
    text.prop_map(Canonical::stored)
}

/// Replaces some specs by others.
fn spoiled(mut rows: Rows, specs: &[Canonical]) -> Rows {
    let many = specs.len() * 2;
    for (index, spec) in rows.values_mut().enumerate() {
        if let Some(other) = specs.get(index % many) {
            *spec = other.clone();
        }
    }
    rows
}

#[test]
fn a_plan_survives_json() {
    let law = Law { name: "a plan and JSON", cases: 200, telling: 0.8 };
    law.holds(&(organisation(), organisation(), vec(spec(), 1..4)), |(before, after, specs)| {
        let applied = wanted(&admitted(&before));
        let live = spoiled(applied.clone(), &specs);
        let plan =
            planned(&admitted(&after), &applied, &live, Options { adopt: true, prune: true, ..Options::default() });
        for text in [serde_json::to_string(&plan).unwrap(), serde_json::to_string_pretty(&plan).unwrap()] {
            let read: Plan = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&read, &plan);
        }
        let again =
            planned(&admitted(&after), &applied, &live, Options { adopt: true, prune: true, ..Options::default() });
        prop_assert_eq!(serde_json::to_string(&again).unwrap(), serde_json::to_string(&plan).unwrap());
        Ok(Case::telling_if(plan.changes.iter().any(|change| change.drift)))
    });
}

/// What people see of a plan: each change of live with before and after.
fn seen(plan: &Plan) -> Vec<(String, Option<Canonical>, Option<Canonical>)> {
    let one = |change: &Change| (change.id.to_string(), change.live.clone(), change.desired.clone());
    let mut seen: Vec<_> = plan.changes.iter().filter(|change| change.writes_live()).map(one).collect();
    seen.sort();
    seen
}

#[test]
fn the_effect_is_what_is_seen_and_nothing_else() {
    let law = Law { name: "the effect hash", cases: 200, telling: 0.3 };
    let all = (organisation(), organisation(), [vec(spec(), 1..3), vec(spec(), 1..3)], any::<[bool; 3]>());
    law.holds(&all, |(before, after, [here, there], [edited_here, edited_there, moved_on])| {
        let applied = wanted(&admitted(&before));
        let after = admitted(if moved_on { &after } else { &before });
        let live = |edited, specs: &[Canonical]| if edited { spoiled(applied.clone(), specs) } else { applied.clone() };
        let (other_live, live) = (live(edited_here, &here), live(edited_there, &there));
        let first = planned(&admitted(&before), &applied, &other_live, Options::default());
        let second = planned(&after, &applied, &live, Options::default());
        prop_assert_eq!(seen(&first) == seen(&second), first.effect == second.effect);

        // The same changes of another revision are the same effect, of another desired state bound otherwise.
        let moved = planned(&with_revision(after.desired()), &applied, &live, Options::default());
        prop_assert_eq!(&moved.effect, &second.effect);
        prop_assert_eq!(&moved.bound, &second.bound);
        let same = wanted(&after) == applied && live == other_live;
        prop_assert_eq!(first.bound.hash == second.bound.hash, same);
        Ok(Case::telling_if(!same))
    });
}

fn with_revision(desired: &Desired) -> charter::model::admitted::Admitted {
    let time = "2027-02-03T04:05:06Z".parse().unwrap();
    let (commit, author, summary) = ("f".repeat(40), "Bo".to_owned(), "Another".to_owned());
    let revision = Some(Revision { commit, reference: Some("other".to_owned()), summary, author, time });
    let desired = Desired { revision, ..desired.clone() };
    let facts = Facts { members: leads(&desired).into(), allocations: allocate(&desired).into(), ..Facts::default() };
    let (verdict, _) = Judge::default().judge(&desired, &facts, time);
    charter::model::admitted::Admitted::seal(desired, &verdict).unwrap()
}

#[test]
fn a_spec_survives_yaml() {
    let law = Law { name: "a spec and YAML", cases: 150, telling: 0.8 };
    law.holds(&organisation(), |organisation| {
        let desired = admitted(&organisation).desired().clone();
        let mut text = String::new();
        for manifest in desired.resources.iter() {
            let id = &manifest.id;

            let mut metadata = serde_json::json!({ "name": id.name });
            if let Some(team) = &id.team {
                metadata["team"] = serde_json::json!(team);
            }
            let manifest = serde_json::json!({
                "apiVersion": "charter/v1", "kind": id.kind, "metadata": metadata, "spec": manifest.canonical.value(),
            });
            text = format!("{text}---\n{}", serde_yaml::to_string(&manifest).unwrap());
        }
        let files = snapshot(&vec![("all.yaml".to_owned(), text.clone().into_bytes())]);
        let again = Memo::of(files, &mut Spent::default()).judge(round::landing().at, &mut Spent::default());
        let again = again.admitted.unwrap();
        let again = again.desired();
        let specs = |desired: &Desired| -> Rows {
            desired.resources.iter().map(|manifest| (manifest.id.clone(), manifest.canonical.clone())).collect()
        };
        prop_assert_eq!(specs(again), specs(&desired), "{}", text);
        prop_assert_eq!(&again.digest, &desired.digest);
        Ok(Case::telling_if(desired.resources.len() > 3))
    });
}
