//! Guards: whether a plan should be applied now. They hold the apply; the plan is whole and shown.

use crate::model::applied::{Accepted, Applied};
use crate::model::change::{Change, Op};
use crate::model::guard::{Guards, Hold, TooManyDeletes};
use crate::model::kind::organization::Organization;
use crate::model::kind::{Kind, Spec, Typed};
use crate::model::snapshot::Revision;

/// The name by which `--allow` lifts the guard.
pub const TOO_MANY_DELETES: &str = "too-many-deletes";

/// The name by which `--allow` lets a revision be applied that does not build on the applied one.
pub const REWIND: &str = "rewind";

/// Combines the guards that stood with those that the change brings: loosening counts from the next change.
pub fn parameters(applied: &Applied, brought: &Guards) -> Guards {
    let Some((id, spec)) = applied.rows.iter().find(|(id, _)| id.kind == Kind::Organization) else {
        return brought.clone();
    };
    let read = Spec::read(id.kind, spec.value()).ok();
    let stood = read.as_ref().and_then(Organization::of).map(|organization| organization.guards.clone());
    // What stood and cannot be read was at least the default.
    stood.unwrap_or_default().stricter(brought)
}

/// Holds a plan that deletes many managed resources of one kind, all of a kind that had at least two, or the last team.
///
/// Heals are no deletes, and neither is the removal of what was never managed. `teams` are those that are left.
pub fn too_many_deletes(changes: &[Change], applied: &Applied, teams: usize, parameters: &Guards) -> Vec<Hold> {
    let of_kind = |kind: Kind, op: Op| changes.iter().filter(move |change| change.id.kind == kind && change.op == op);
    let objection = |kind: &Kind| {
        let deletes = of_kind(*kind, Op::Delete).filter(|change| change.applied.is_some()).count();
        if deletes == 0 {
            return None;
        }
        let gone = deletes + of_kind(*kind, Op::Forget).count();
        let managed = applied.rows.keys().filter(|id| id.kind == *kind).count();
        let leaves_no_team = *kind == Kind::Team && teams == 0;
        objection(*kind, Deletes { deletes, gone, managed, leaves_no_team }, &parameters.too_many_deletes)
    };
    let holds = Kind::ALL.iter().filter_map(objection);
    holds.map(|reason| Hold { guard: TOO_MANY_DELETES.to_owned(), reason }).collect()
}

/// Holds a revision that does not build on what is applied: the history was rewritten, or an older state is asked for.
pub fn rewind(revision: Option<&Revision>, accepted: Option<&Accepted>) -> Hold {
    let label = |revision: Option<&Revision>| revision.map_or_else(|| "a directory".to_owned(), Revision::label);
    let applied = label(accepted.and_then(|accepted| accepted.revision.as_ref()));
    let reason = format!("{} is no descendant of {applied}, which is applied", label(revision));
    Hold { guard: REWIND.to_owned(), reason }
}

/// How much of a kind a plan deletes.
#[derive(Debug, Clone, Copy)]
struct Deletes {
    deletes: usize,
    /// With those that somebody else deleted before.
    gone: usize,
    managed: usize,
    leaves_no_team: bool,
}

fn objection(kind: Kind, of: Deletes, parameters: &TooManyDeletes) -> Option<String> {
    let Deletes { deletes, gone, managed, leaves_no_team } = of;
    // Counts far below 2^52: the share is as exact as the fraction in the manifest.
    let share = deletes as f64 / managed.max(1) as f64;
    if deletes == 0 {
        None
    } else if leaves_no_team {
        Some(format!("it deletes {deletes} of {managed} Team and leaves none"))
    } else if gone == managed && managed >= 2 {
        Some(format!("it deletes all {managed} {kind}"))
    } else if deletes >= parameters.floor as usize && share > parameters.fraction {
        Some(format!("it deletes {deletes} of {managed} {kind}, more than {:.0} %", parameters.fraction * 100.0))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deletes_are_too_many_by_number_and_share_together() {
        let objects = |kind, deletes, managed, leaves_no_team| {
            objection(kind, Deletes { deletes, gone: deletes, managed, leaves_no_team }, &TooManyDeletes::default())
                .is_some()
        };
        for (kind, deletes, managed, leaves_no_team, expected) in [
            (Kind::RoleBinding, 9, 20, false, false),
            (Kind::RoleBinding, 10, 40, false, false),
            (Kind::RoleBinding, 11, 40, false, true),
            (Kind::RoleBinding, 10, 39, false, true),
            (Kind::RoleBinding, 36, 100, false, true),
            (Kind::Role, 1, 1, false, false),
            (Kind::Role, 2, 2, false, true),
            (Kind::Team, 1, 1, true, true),
            (Kind::Team, 1, 1, false, false),
            (Kind::Team, 0, 0, true, false),
        ] {
            assert_eq!(objects(kind, deletes, managed, leaves_no_team), expected, "{deletes} of {managed} {kind}");
        }
    }
}
