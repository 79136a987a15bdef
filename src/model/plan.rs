//! A plan: the complete, ordered list of changes that makes live equal desired, with its hashes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::canonical::Canonical;
use super::change::{Change, Op};
use super::digest::Digest;
use super::drift::Record;
use super::effective::EffectiveChange;
use super::grant::AccessChange;
use super::guard::Hold;
use super::id::ResourceId;
use super::journal::Head;
use super::lineage::Lineage;
use super::name::Name;
use super::raw_key::RawKey;
use super::row_key::RowKey;
use super::snapshot::Revision;

/// The version of the shape and meaning of a plan; part of what it is bound to.
pub const FORMAT: u32 = 1;

/// Everything that an apply does: it adds nothing and decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    pub format: u32,
    pub organization: Name,
    pub lineage: Lineage,
    pub revision: Option<Revision>,
    /// In the order in which they are made: what is referred to before what refers to it, deletes the other way round and last.
    pub changes: Vec<Change>,
    /// Desired, not applied, and live otherwise: somebody else's until adopted.
    pub conflicts: Vec<ResourceId>,
    /// Live and nobody's here: shown and left alone.
    pub unmanaged: Vec<ResourceId>,
    /// Live rows that name no resource: shown and left alone.
    pub foreign: Vec<RawKey>,
    /// Live rows that name no resource and are deleted, after all changes.
    #[serde(default)]
    pub strays: Vec<Stray>,
    /// Managed resources that differ and are not put back: drift is only reported, or somebody writes it back each time.
    #[serde(default)]
    pub withheld: Vec<ResourceId>,
    /// The records of drift that change with this plan, as they are after it. No part of either hash.
    #[serde(default)]
    pub records: Vec<Record>,
    /// What the changes come to in the rows of effective access. No part of either hash, and of what is kept: it follows.
    #[serde(skip)]
    pub effective: EffectiveChange,
    /// Who gains and loses what, where somebody looks at the plan and something was applied before. It follows as well.
    #[serde(skip)]
    pub access: AccessChange,
    /// Guards that hold the apply.
    pub holds: Vec<Hold>,
    /// How many teams no change concerns.
    pub untouched_teams: usize,
    /// How many resources are desired.
    pub resources: usize,
    /// What people see, approve and name: the changes with before and after, without times and revisions.
    pub effect: Digest,
    pub bound: Bound,
}

/// A live row that names no resource, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stray {
    pub key: RawKey,
    pub live: Canonical,
}

/// What a plan was made from. An apply compares it at the start of its transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bound {
    pub desired: Digest,
    /// The keys that the plan touches, as they were applied.
    pub applied: Digest,
    /// The keys that the plan touches, as they were live.
    pub live: Digest,
    /// The guards and their parameters.
    pub guards: Digest,
    /// Where the journal stood: any landing in between moves it.
    pub journal: Head,
    /// All of the above and the plan format in one.
    pub hash: Digest,
}

/// How many changes of each sort there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    pub add: usize,
    pub change: usize,
    pub remove: usize,
    /// Among the above: what somebody changed by hand.
    pub drift: usize,
    /// Resources that are managed from here on though nobody wrote them.
    #[serde(default)]
    pub adopted: usize,
    /// Resources that are managed no more and were gone already.
    #[serde(default)]
    pub forgotten: usize,
    /// Records of drift that are written.
    #[serde(default)]
    pub recorded: usize,
}

impl Counts {
    /// Says whether the live state stays as it is.
    pub fn is_quiet(&self) -> bool {
        self.add + self.change + self.remove == 0
    }
}

impl Plan {
    /// Counts the changes that are seen in the live state, and what is done besides.
    pub fn counts(&self) -> Counts {
        let of = |op: Op| self.changes.iter().filter(|change| change.op == op).count();
        let (strays, recorded) = (self.strays.len(), self.records.len());
        let (adopted, forgotten) = (of(Op::Adopt), of(Op::Forget));
        let mut counts = Counts { remove: strays, drift: strays, adopted, forgotten, recorded, ..Counts::default() };
        for change in self.changes.iter().filter(|change| change.writes_live()) {
            match (&change.live, &change.desired) {
                (None, _) => counts.add += 1,
                (Some(_), Some(_)) => counts.change += 1,
                (Some(_), None) => counts.remove += 1,
            }
            counts.drift += usize::from(change.drift);
        }
        counts
    }

    /// Says whether live is as desired.
    pub fn is_in_sync(&self) -> bool {
        let open = !self.conflicts.is_empty() || !self.withheld.is_empty();
        !open && self.strays.is_empty() && !self.changes.iter().any(Change::writes_live)
    }

    /// Says whether nothing at all would be written for the changes.
    pub fn is_empty(&self) -> bool {
        self.conflicts.is_empty() && self.changes.is_empty() && self.strays.is_empty()
    }

    /// Lists what happens to each row.
    pub fn ops(&self) -> BTreeMap<RowKey, Op> {
        let changes = self.changes.iter().map(|change| (change.id.clone().into(), change.op));
        changes.chain(self.strays.iter().map(|stray| (stray.key.clone().into(), Op::Delete))).collect()
    }

    /// Counts the live rows that are declared nowhere and are left alone.
    pub fn left_alone(&self) -> usize {
        self.unmanaged.len() + self.foreign.len()
    }
}
