//! Desired, applied and live to a plan. Pure: the same three always make the same plan.

use std::collections::BTreeSet;

use crate::model::admitted::Admitted;
use crate::model::applied::Applied;
use crate::model::canonical::Canonical;
use crate::model::change::{Change, Op};
use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::live::Live;
use crate::model::name::Name;
use crate::model::plan::{FORMAT, Plan, Stray};
use crate::model::raw_key::RawKey;
use crate::model::row_key::RowKey;

mod guard;
mod hash;
mod order;
mod ownership;

pub use ownership::{Situation, decide};

/// How a plan is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Takes over live resources that are desired but not ours, whatever they hold.
    pub adopt: bool,
    /// Deletes live resources that are nobody's here.
    pub prune: bool,
    /// Leaves managed resources as somebody changed them by hand: drift is recorded and nothing more.
    pub report_only: bool,
    /// Puts everything back, fights or not: a person says so.
    pub stubborn: bool,
    /// Rows that somebody keeps writing back: to put them back, or delete them, once more would be a fight.
    pub fights: BTreeSet<RowKey>,
    /// Whether the revision is no descendant of the accepted one.
    pub rewound: bool,
}

/// Plans what makes live equal desired.
pub fn plan(admitted: &Admitted, applied: &Applied, live: &Live, options: &Options) -> Plan {
    plan_among(keys(admitted, applied, live), admitted, applied, live, options)
}

/// Plans what makes live equal desired where all but some resources are known to be in sync.
pub fn plan_among<'a>(
    keys: impl IntoIterator<Item = &'a ResourceId>,
    admitted: &Admitted,
    applied: &Applied,
    live: &Live,
    options: &Options,
) -> Plan {
    let desired = admitted.desired();
    let mut split = Split::default();
    for id in keys {
        let wanted = desired.resources.get(id).map(|manifest| &manifest.canonical);
        let situation = Situation { desired: wanted, applied: applied.rows.get(id), live: live.rows.get(id) };
        split.take(id, &situation, options);
    }
    let changes = order::sorted(split.changes);
    let parameters = guard::parameters(applied, &admitted.organization().guards);
    let teams = desired.resources.count(Kind::Team);
    let mut holds = guard::too_many_deletes(&changes, applied, teams, &parameters);
    holds.extend(options.rewound.then(|| guard::rewind(desired.revision.as_ref(), applied.accepted.as_ref())));
    let (strays, foreign) = strays(live, options);
    let effect = hash::effect(&changes, &strays);
    let bound = hash::bound(&desired.digest, &changes, &strays, &parameters, &applied.journal);
    Plan {
        format: FORMAT,
        organization: admitted.name().clone(),
        lineage: desired.lineage.clone(),
        revision: desired.revision.clone(),
        untouched_teams: untouched(admitted, &changes),
        changes,
        conflicts: split.conflicts,
        unmanaged: split.unmanaged,
        foreign,
        strays,
        records: Vec::new(),
        effective: Default::default(),
        access: Default::default(),
        withheld: split.withheld,
        holds,
        resources: desired.resources.len(),
        effect,
        bound,
    }
}

/// Splits the live rows that name no resource into those that are deleted and those that are left alone.
fn strays(live: &Live, options: &Options) -> (Vec<Stray>, Vec<RawKey>) {
    let is_pruned = |key: &RawKey| options.prune && !options.fights.contains(&RowKey::Stray(key.clone()));
    let (pruned, left): (Vec<_>, Vec<_>) = live.foreign.iter().partition(|(key, _)| is_pruned(key));
    let stray = |(key, spec): (&RawKey, &Canonical)| Stray { key: key.clone(), live: spec.clone() };
    (pruned.into_iter().map(stray).collect(), left.into_iter().map(|(key, _)| key.clone()).collect())
}

/// Every key that is desired, applied or live, once.
fn keys<'a>(admitted: &'a Admitted, applied: &'a Applied, live: &'a Live) -> BTreeSet<&'a ResourceId> {
    let desired = admitted.desired().resources.iter().map(|manifest| &manifest.id);
    desired.chain(applied.rows.keys()).chain(live.rows.keys()).collect()
}

#[derive(Default)]
struct Split {
    changes: Vec<Change>,
    conflicts: Vec<ResourceId>,
    unmanaged: Vec<ResourceId>,
    withheld: Vec<ResourceId>,
}

impl Split {
    fn take(&mut self, id: &ResourceId, situation: &Situation<'_>, options: &Options) {
        use ownership::Decision;
        let is_fought_over = || options.fights.contains(&RowKey::Resource(id.clone()));
        match decide(situation) {
            Decision::Nothing => {}
            Decision::Change { op: Op::Heal, .. } if options.report_only || is_fought_over() => {
                self.withheld.push(id.clone());
            }
            Decision::Change { op, drift } => self.changes.push(change(id, op, drift, situation)),
            Decision::Conflict if options.adopt => self.changes.push(change(id, Op::Update, false, situation)),
            Decision::Conflict => self.conflicts.push(id.clone()),
            Decision::Unmanaged if options.prune && !is_fought_over() => {
                self.changes.push(change(id, Op::Delete, true, situation))
            }
            Decision::Unmanaged => self.unmanaged.push(id.clone()),
        }
    }
}

fn change(id: &ResourceId, op: Op, drift: bool, situation: &Situation<'_>) -> Change {
    let own = |spec: Option<&Canonical>| spec.cloned();
    Change {
        id: id.clone(),
        op,
        drift,
        desired: own(situation.desired),
        applied: own(situation.applied),
        live: own(situation.live),
    }
}

fn untouched(admitted: &Admitted, changes: &[Change]) -> usize {
    let touched: BTreeSet<&Name> =
        changes.iter().filter(|change| change.writes_live()).filter_map(|change| change.id.concerns()).collect();
    let resources = &admitted.desired().resources;
    let declared = |name: &&&Name| {
        let id = ResourceId { kind: Kind::Team, team: None, name: (**name).clone() };
        resources.get(&id).is_some()
    };
    resources.count(Kind::Team) - touched.iter().filter(declared).count()
}
