//! The parts of `data.charter`, and which of them are read.

use std::collections::BTreeSet;

use super::walk::Step;
use crate::model::kind::Kind;
use crate::model::nearest::did_you_mean;

/// The parts of `data.charter`.
const PARTS: [&str; 8] =
    ["resources", "permissions", "assignments", "redundant", "budgets", "parameters", "now", "now_ns"];

/// What is read of `data.charter`. Parameters are no part of it: they are as much of the rule as its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct World {
    pub kinds: BTreeSet<Kind>,
    pub permissions: bool,
    pub assignments: bool,
    pub redundant: bool,
    pub budgets: bool,
    pub now: bool,
}

impl World {
    /// Says whether nothing of it is read.
    pub fn is_empty(&self) -> bool {
        *self == World::default()
    }

    /// Reads all of it.
    pub fn all() -> World {
        let kinds = Kind::ALL.iter().copied().collect();
        World { kinds, permissions: true, assignments: true, redundant: true, budgets: true, now: true }
    }

    /// Adds what another rule reads.
    pub fn add(&mut self, other: &World) {
        self.kinds.extend(&other.kinds);
        self.permissions |= other.permissions;
        self.assignments |= other.assignments;
        self.redundant |= other.redundant;
        self.budgets |= other.budgets;
        self.now |= other.now;
    }
}

/// Takes in a reference below `data.charter`.
pub fn take(path: &[Step], world: &mut World) -> Result<(), (String, String)> {
    let [Step::Field(part), rest @ ..] = path else {
        *world = World::all();
        return Ok(());
    };
    match part.as_str() {
        "resources" => return kind(rest, world),
        "permissions" => world.permissions = true,
        "assignments" => world.assignments = true,
        "redundant" => world.redundant = true,
        "budgets" => world.budgets = true,
        "now" | "now_ns" => world.now = true,
        "parameters" => {}
        _ => {
            let all = PARTS.map(|part| format!("`{part}`")).join(", ");
            let help = did_you_mean(part, PARTS)
                .map_or(format!("its parts are {all}"), |near| format!("did you mean `{near}`?"));
            return Err((format!("`data.charter` has no part `{part}`"), help));
        }
    }
    Ok(())
}

fn kind(path: &[Step], world: &mut World) -> Result<(), (String, String)> {
    let [Step::Field(word), ..] = path else {
        world.kinds.extend(Kind::ALL);
        return Ok(());
    };
    let kind = word.parse::<Kind>().map_err(|()| {
        let kinds = || Kind::ALL.iter().map(|kind| kind.as_str());
        let all = kinds().collect::<Vec<_>>().join(", ");
        let help = did_you_mean(word, kinds())
            .map_or(format!("the kinds are {all}"), |near| format!("did you mean `{near}`?"));
        (format!("there is no kind `{word}`"), help)
    })?;
    world.kinds.insert(kind);
    Ok(())
}
