//! Where a resource stands among others: the way that leads to it.

use super::digest::Digest;
use super::id::ResourceId;
use super::kind::Kind;

/// How many steps of a way tell the team: the resources of a team stand below a node.
pub const OF_TEAM: usize = 4;

/// The way to a resource in the hash trie of its kind, four bits a step: those of its team, then its own.
///
/// It is by BLAKE3, so that nobody makes it long by a choice of names, and that what has the same way is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    pub kind: Kind,
    steps: [u8; 32],
}

impl Way {
    /// Finds the way to a resource.
    pub fn to(id: &ResourceId) -> Way {
        let (team, name) = (id.team_or_empty(), id.name.as_str());
        Way::of(id.kind, team, Digest::of([team, name].map(str::as_bytes)).as_bytes())
    }

    /// Finds the way to the resources of a kind and a team: its first steps, [`OF_TEAM`] of them, are the same for all.
    pub fn to_team(kind: Kind, team: &str) -> Way {
        Way::of(kind, team, &[])
    }

    fn of(kind: Kind, team: &str, own: &[u8]) -> Way {
        let (team, mut steps) = (Digest::of([team.as_bytes()]), [0; 32]);
        let bytes = team.as_bytes().iter().take(OF_TEAM / 2).chain(own);
        steps.iter_mut().zip(bytes).for_each(|(step, byte)| *step = *byte);
        Way { kind, steps }
    }

    /// Returns the step at a depth, below 16.
    pub fn step(&self, depth: usize) -> u8 {
        let byte = self.steps.get(depth / 2).copied().unwrap_or_default();
        if depth.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
    }
}
