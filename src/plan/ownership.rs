//! The table of ownership: what happens to a resource, by what is desired, applied and live.

use crate::model::canonical::Canonical;
use crate::model::change::Op;

/// What is known of one resource. Absent equals absent.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    pub desired: Option<&'a Canonical>,
    pub applied: Option<&'a Canonical>,
    pub live: Option<&'a Canonical>,
}

/// What the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Nothing,
    Change {
        op: Op,
        drift: bool,
    },
    /// Desired, not applied, and live otherwise.
    Conflict,
    /// Live alone.
    Unmanaged,
}

/// Decides by the table; each row of it is a case of the test below.
pub fn decide(situation: &Situation<'_>) -> Decision {
    let Situation { desired, applied, live } = *situation;
    let change = |op, drift| Decision::Change { op, drift };
    match (desired, applied, live) {
        _ if desired == applied && applied == live => Decision::Nothing,
        (None, None, _) => Decision::Unmanaged,
        (Some(_), None, Some(_)) if desired != live => Decision::Conflict,
        _ if desired == live => {
            if desired.is_some() {
                change(Op::Adopt, false)
            } else {
                change(Op::Forget, false)
            }
        }
        _ if desired == applied => change(Op::Heal, true),
        (Some(_), None, _) => change(Op::Create, false),
        (Some(_), Some(_), _) => change(Op::Update, applied != live),
        (None, Some(_), _) => change(Op::Delete, applied != live),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a row such as `1 1 2`: desired, applied, live; `-` for absent.
    fn decision(row: &str) -> Decision {
        let texts: Vec<Option<Canonical>> =
            row.split(' ').map(|cell| (cell != "-").then(|| Canonical::stored(cell))).collect();
        decide(&Situation { desired: texts[0].as_ref(), applied: texts[1].as_ref(), live: texts[2].as_ref() })
    }

    #[test]
    fn each_row_of_the_table() {
        let change = |op, drift| Decision::Change { op, drift };
        for (row, expected, meaning) in [
            ("1 1 1", Decision::Nothing, "D = A = L: nothing"),
            ("- - -", Decision::Nothing, "absent everywhere: nothing"),
            ("2 1 1", change(Op::Update, false), "D differs, L = A: change"),
            ("1 - -", change(Op::Create, false), "D alone: change (create)"),
            ("1 1 2", change(Op::Heal, true), "D = A, L differs: restore, drift"),
            ("1 1 -", change(Op::Heal, true), "D = A, L absent: restore, drift"),
            ("3 1 2", change(Op::Update, true), "A and D present, all differ: change to D, drift"),
            ("2 1 -", change(Op::Update, true), "A and D present and differ, L absent: change to D, drift"),
            ("2 1 2", change(Op::Adopt, false), "L = D, A differs: only applied is written"),
            ("- 1 1", change(Op::Delete, false), "D absent, A = L: delete"),
            ("- 1 -", change(Op::Forget, false), "D and L absent: only applied"),
            ("- 1 2", change(Op::Delete, true), "D absent, L differs from A: delete, drift"),
            ("1 - 1", change(Op::Adopt, false), "D present, A absent, L = D: adopted silently"),
            ("1 - 2", Decision::Conflict, "D present, A absent, L differs: unmanaged-conflict"),
            ("- - 1", Decision::Unmanaged, "L alone: unmanaged"),
        ] {
            assert_eq!(decision(row), expected, "{meaning}");
        }
    }
}
