//! Guards: whether a plan should be applied now. They hold the apply; the plan is whole and shown.

use crate::model::applied::Applied;
use crate::model::change::{Change, Op};
use crate::model::guard::{Guards, Hold, TooManyDeletes};
use crate::model::kind::organization::Organization;
use crate::model::kind::{Kind, Spec, Typed};

/// The name by which `--allow` lifts the guard.
pub const TOO_MANY_DELETES: &str = "too-many-deletes";

/// Combines the guards that stood with those that the change brings: loosening counts from the next change.
pub fn parameters(applied: &Applied, brought: &Guards) -> Guards {
    let row = applied.rows.iter().find(|(id, _)| id.kind == Kind::Organization);
    let read = row.and_then(|(id, spec)| Spec::read(id.kind, spec.value()).ok());
    let stood = read.as_ref().and_then(Organization::of).map(|organization| organization.guards.clone());
    stood.map_or_else(|| brought.clone(), |stood| stood.stricter(brought))
}

/// Holds a plan that deletes many managed resources of one kind, all of a kind that had at least two, or the last team.
pub fn too_many_deletes(changes: &[Change], applied: &Applied, parameters: &Guards) -> Vec<Hold> {
    let deletes = |kind: Kind| {
        changes
            .iter()
            .filter(|change| change.op == Op::Delete && change.applied.is_some() && change.id.kind == kind)
            .count()
    };
    let managed = |kind: Kind| applied.rows.keys().filter(|id| id.kind == kind).count();
    let holds = Kind::ALL
        .iter()
        .filter_map(|kind| objection(*kind, deletes(*kind), managed(*kind), &parameters.too_many_deletes));
    holds.map(|reason| Hold { guard: TOO_MANY_DELETES.to_owned(), reason }).collect()
}

fn objection(kind: Kind, deletes: usize, managed: usize, parameters: &TooManyDeletes) -> Option<String> {
    if deletes == 0 {
        return None;
    }
    // A share of counts far below 2^52: the quotient is as exact as the fraction in the manifest.
    let share = deletes as f64 / managed.max(1) as f64;
    let is_many = deletes >= parameters.floor as usize && share > parameters.fraction;
    let (all, last_team) = (deletes == managed && managed >= 2, deletes == managed && kind == Kind::Team);
    match (all, last_team, is_many) {
        (_, true, _) => Some(format!("it deletes {deletes} of {managed} Team and leaves none")),
        (true, ..) => Some(format!("it deletes all {managed} {kind}")),
        (_, _, true) => {
            Some(format!("it deletes {deletes} of {managed} {kind}, more than {:.0} %", parameters.fraction * 100.0))
        }
        (false, false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deletes_are_too_many_by_number_and_share_together() {
        let objects = |kind, deletes, managed| objection(kind, deletes, managed, &TooManyDeletes::default()).is_some();
        for (kind, deletes, managed, expected) in [
            (Kind::RoleBinding, 9, 20, false),
            (Kind::RoleBinding, 10, 40, false),
            (Kind::RoleBinding, 11, 40, true),
            (Kind::RoleBinding, 10, 39, true),
            (Kind::RoleBinding, 36, 100, true),
            (Kind::Role, 1, 1, false),
            (Kind::Role, 2, 2, true),
            (Kind::Team, 1, 1, true),
            (Kind::Team, 1, 2, false),
        ] {
            assert_eq!(objects(kind, deletes, managed), expected, "{deletes} of {managed} {kind}");
        }
    }
}
