//! The order in which changes are made.

use crate::model::change::Change;

/// Sorts changes: what is referred to before what refers to it, deletes last and the other way round.
pub fn sorted(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by(|a, b| {
        let (a_goes, b_goes) = (a.desired.is_none(), b.desired.is_none());
        a_goes.cmp(&b_goes).then_with(|| if a_goes { b.id.cmp(&a.id) } else { a.id.cmp(&b.id) })
    });
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::canonical::Canonical;
    use crate::model::change::Op;

    #[test]
    fn a_role_comes_before_its_binding_and_goes_after_it() {
        let change = |id: &str, stays: bool| {
            let spec = Some(Canonical::stored("{}"));
            let (desired, live) = if stays { (spec, None) } else { (None, spec) };
            Change {
                id: id.parse().unwrap(),
                op: if stays { Op::Create } else { Op::Delete },
                drift: false,
                desired,
                applied: live.clone(),
                live,
            }
        };
        let changes = vec![
            change("RoleBinding/b", true),
            change("Role/old", false),
            change("Role/r", true),
            change("RoleBinding/old", false),
        ];
        let order: Vec<String> = sorted(changes).iter().map(|change| change.id.to_string()).collect();
        assert_eq!(order, ["Role/r", "RoleBinding/b", "RoleBinding/old", "Role/old"]);
    }
}
