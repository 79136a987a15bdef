//! The scenes: what happens to the organisation, one thing after the other.

use super::super::Failure;
use super::stage::{Edit, Stage};

/// A part of the demo.
type Scene = fn(&Stage) -> Result<(), Failure>;

/// Every scene, in the order in which they are played.
pub const ALL: &[Scene] = &[organisation, good_change, bad_change, hand_edit, mass_delete, record];

macro_rules! acme {
    ($($path:literal)*) => {
        /// The organisation: the files of the example that the project comes with.
        const FILES: &[(&str, &str)] =
            &[$(($path, include_str!(concat!("../../../examples/acme/", $path))),)*];
    };
}

acme! {
    "organization.yaml" "rbac/bindings.yaml" "rbac/groups.yaml" "rbac/roles.yaml" "schemas/settings.schema.json"
    "teams/backend/access.yaml" "teams/backend/budget.yaml" "teams/backend/team.yaml"
    "teams/devops/access.yaml" "teams/devops/budget.yaml" "teams/devops/team.yaml"
    "teams/frontend/access.yaml" "teams/frontend/budget.yaml" "teams/frontend/team.yaml"
    "teams/qa/access.yaml" "teams/qa/budget.yaml" "teams/qa/team.yaml"
}

const GOOD: &[Edit] = &[Edit { path: "teams/qa/budget.yaml", before: "  limit: 2000", after: "  limit: 2200" }];

const BAD: &[Edit] = &[
    Edit { path: "teams/backend/budget.yaml", before: "  limit: 4000", after: "  limit: 4500" },
    Edit { path: "teams/qa/access.yaml", before: "  role: team_lead", after: "  role: team_laed" },
];

const BY_HAND: &str =
    "UPDATE live_resource SET spec = json_set(spec, '$.limit', '30000') WHERE kind = 'Budget' AND team = 'frontend'";

fn organisation(stage: &Stage) -> Result<(), Failure> {
    stage.title("An organisation of four teams, in a git repository of its own")?;
    stage.say(&format!("(It is in {}.)", stage.root().display()))?;
    stage.say("Manifests say who may do what and what each team may spend: frontend, backend, qa and devops.")?;
    for (path, text) in FILES {
        stage.put(path, text)?;
    }
    // The store lies beside this file.
    stage.put("charter.toml", "")?;
    stage.put(".gitignore", "charter.*\n")?;
    stage.commit("acme")?;
    stage.charter("validate")?;
    stage
        .say("\nAn apply makes the live state as the commit says. Agents read it: it is an SQLite file with views.")?;
    stage.charter("apply | tail -n 1")
}

fn good_change(stage: &Stage) -> Result<(), Failure> {
    stage.title("A good change: qa asks for more money")?;
    stage.edit(GOOD)?;
    stage.say("\nBefore anybody is asked, the plan shows all that it does. It writes nothing.")?;
    stage.charter("plan")?;
    stage.commit("qa: 2,200 a month")?;
    stage.charter("apply | tail -n 1")
}

fn bad_change(stage: &Stage) -> Result<(), Failure> {
    stage.title("A bad change: two mistakes in two files")?;
    stage.edit(BAD)?;
    stage.say(
        "\nBoth are found at once, each with its place and how to mend it, also what goes wrong in a month to come.",
    )?;
    stage.charter("validate")?;
    stage.say("\nA CI job fails here. Merged all the same, it changes nothing: the last good state stands.")?;
    stage.commit("backend: more money")?;
    stage.charter("apply | tail -n 1")?;
    stage.restore(BAD)?;
    stage.revert()?;
    stage.charter("apply | tail -n 1")
}

fn hand_edit(stage: &Stage) -> Result<(), Failure> {
    stage.title("A hand edit: somebody writes into the store, past git")?;
    stage.tamper(BY_HAND)?;
    stage.say("\nThe live state is no longer what was agreed. That is drift, and it is on record.")?;
    stage.charter("drift")?;
    stage.say("\nAn apply puts it back. (`charter run` follows the repository and does so by itself.)")?;
    stage.charter("apply")
}

fn mass_delete(stage: &Stage) -> Result<(), Failure> {
    stage.title("A mass delete: somebody tidies up a folder too many")?;
    stage.remove("teams")?;
    stage.commit("tidy up")?;
    stage.say("\nThe manifests are valid, but a guard holds the apply until a person says why.")?;
    stage.charter("apply | tail -n 5")?;
    stage.say("\nEvery team is still there.")?;
    stage.charter("get teams")
}

fn record(stage: &Stage) -> Result<(), Failure> {
    stage.title("The record: what was done, when and by whom")?;
    stage.charter("history")?;
    stage.say("\nEach entry holds the hash of the one before: nobody changes the past unseen.")?;
    stage.charter("history --verify")?;
    stage.say("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edit_changes_one_place_of_a_file() {
        for edit in GOOD.iter().chain(BAD) {
            let (_, text) = FILES.iter().find(|(path, _)| *path == edit.path).unwrap();
            assert_eq!(text.matches(edit.before).count(), 1, "{edit:?}");
        }
    }
}
