//! Planning: an admitted state and what a store holds to a plan with its records of drift.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Error;
use super::asking::of_applied;
use super::landing::{Gate, gate, held_because};
use crate::access::{self, Access};
use crate::drift::{self, Deeds};
use crate::model::admitted::Admitted;
use crate::model::applied::{Accepted, Applied};
use crate::model::canonical::Canonical;
use crate::model::change::Change;
use crate::model::drift::{Divergence, Record};
use crate::model::effective::EffectiveChange;
use crate::model::id::ResourceId;
use crate::model::journal::Head;
use crate::model::live::Live;
use crate::model::name::Name;
use crate::model::plan::Plan;
use crate::model::row_key::RowKey;
use crate::plan::{self, Options};
use crate::source::{Source, SourceError};
use crate::store::{Reader, Store, StoreError};

/// A plan and the state that it starts from.
#[derive(Debug)]
pub struct Planned {
    pub plan: Plan,
    pub store: Store,
    pub accepted: Option<Accepted>,
    /// Whether the store holds nothing because there is none yet.
    pub store_is_missing: bool,
    /// What is odd about the store, in one line.
    pub warning: Option<String>,
    /// What is damaged in the store beside its data, in one line.
    pub damage: Option<String>,
    /// What was put back of it, a line each.
    pub mended: Vec<String>,
}

impl Planned {
    /// Says in one line what keeps the plan from being applied without a word of anybody's, if anything does.
    pub fn obstacle(&self) -> Option<String> {
        let gate = gate(&self.plan, self.accepted.as_ref(), &[]);
        matches!(gate, Gate::Blocked | Gate::Held).then(|| held_because(&self.plan))
    }
}

/// What a store holds at one moment.
#[derive(Debug, Default)]
pub struct Held {
    pub live: Live,
    pub applied: Applied,
    pub records: Vec<Record>,
    /// Rows of nobody's that came and went since the last landing, and when they were last written: the log tells of them.
    pub passed: BTreeMap<RowKey, Timestamp>,
}

impl Held {
    /// Says whether a row is live or was applied.
    pub fn has(&self, row: &RowKey) -> bool {
        match row {
            RowKey::Resource(id) => self.live.rows.contains_key(id) || self.applied.rows.contains_key(id),
            RowKey::Stray(key) => self.live.foreign.contains_key(key),
        }
    }

    /// Makes the state as it is after a plan landed.
    pub fn take(&mut self, plan: &Plan, journal: Head, at: Timestamp) {
        let put = |rows: &mut BTreeMap<ResourceId, Canonical>, change: &Change| match &change.desired {
            Some(spec) => drop(rows.insert(change.id.clone(), spec.clone())),
            None => drop(rows.remove(&change.id)),
        };
        for change in &plan.changes {
            put(&mut self.live.rows, change);
            put(&mut self.applied.rows, change);
        }
        for stray in &plan.strays {
            self.live.foreign.remove(&stray.key);
        }
        self.passed.clear();
        self.records = newest(std::mem::take(&mut self.records), &plan.records);
        self.records.retain(|record| drift::counts(record, at));
        let (organization, mut lineage, revision) =
            (plan.organization.clone(), plan.lineage.clone(), plan.revision.clone());
        // The roots stay those of the first revision of which they were known, as in the store.
        let first = self.applied.accepted.take().map(|accepted| accepted.lineage.roots);
        lineage.roots = first.filter(|roots| !roots.is_empty()).unwrap_or(lineage.roots);
        self.applied.accepted = Some(Accepted { organization, lineage, revision, at });
        self.applied.journal = journal;
    }
}

/// Puts newer records in the place of those of the same incidents.
fn newest(records: Vec<Record>, newer: &[Record]) -> Vec<Record> {
    let replaced: BTreeSet<&str> = newer.iter().map(|record| record.id.as_str()).collect();
    let kept = records.into_iter().filter(|record| !replaced.contains(record.id.as_str()));
    kept.chain(newer.iter().cloned()).collect()
}

/// Plans what a store needs to be as an admitted state asks for. Reads the store and writes nothing.
///
/// # Errors
/// Where the store or the source's history cannot be read.
pub fn plan(
    source: &dyn Source,
    admitted: &Admitted,
    store: Store,
    options: &Options,
    now: Timestamp,
) -> Result<Planned, Error> {
    let mut reader = store.reader()?;
    let store_is_missing = reader.is_missing();
    let (live, applied, records, cursor) = reader.state_at(drift::counts_since(now))?;
    let held = Held { live, applied, records, ..Held::default() };
    let mut plan = draw(source, admitted, &held, &mut reader, &Scope::All, options, now)?;
    if held.applied.accepted.is_some() && !plan.effective.is_empty() {
        let after = Access::of(&admitted.desired().specs());
        plan.access = access::compare(&of_applied(&held.applied.rows), &after, &plan.effective);
    }
    let warning = held.applied.accepted.as_ref().and_then(|accepted| foreign(accepted, &plan));
    let (damage, accepted) = (cursor.damage().map(str::to_owned), held.applied.accepted);
    Ok(Planned { plan, store, accepted, store_is_missing, warning, damage, mended: Vec::new() })
}

/// Which resources may not be in sync.
#[derive(Debug)]
pub enum Scope {
    All,
    Only(BTreeSet<ResourceId>),
}

/// Draws a plan, with what changes in the records of drift.
///
/// # Errors
/// Where the source's history, or the log of the store, cannot be read.
pub fn draw(
    source: &dyn Source,
    admitted: &Admitted,
    held: &Held,
    reader: &mut Reader,
    scope: &Scope,
    options: &Options,
    now: Timestamp,
) -> Result<Plan, Error> {
    let Held { live, applied, records, passed } = held;
    let rewound = is_rewound(source, admitted, applied.accepted.as_ref())?;
    let mut divergences = observe(applied, live, scope, reader)?;
    divergences.extend(passed.iter().map(|(row, at)| Divergence::passed(row.clone(), *at)));
    let fights = if options.stubborn { Default::default() } else { drift::fights(records, &divergences, now) };
    let options = Options { rewound, fights, ..options.clone() };
    let mut plan = match scope {
        Scope::All => plan::plan(admitted, applied, live, &options),
        Scope::Only(ids) => plan::plan_among(ids, admitted, applied, live, &options),
    };
    plan.effective = match scope {
        Scope::All => EffectiveChange::between(reader.effective()?, access::effective(admitted.desired())),
        Scope::Only(_) => access::change(admitted.desired(), &plan.changes),
    };
    // What a person applies once says nothing of what is done about drift from then on.
    let deeds = Deeds { ops: plan.ops(), report_only: (!options.stubborn).then_some(options.report_only) };
    plan.records = drift::news(records, drift::record(records, &divergences, &deeds, now));
    Ok(plan)
}

/// Lists what differs between live and applied, with when somebody last wrote it.
fn observe(applied: &Applied, live: &Live, scope: &Scope, reader: &mut Reader) -> Result<Vec<Divergence>, StoreError> {
    let mut divergences = match scope {
        Scope::All => drift::observe(applied, live),
        Scope::Only(ids) => drift::observe_among(ids, applied, live),
    };
    let written = reader.last_writes(divergences.iter().map(|divergence| &divergence.resource))?;
    for divergence in &mut divergences {
        divergence.written_at = written.get(&divergence.resource).copied();
    }
    Ok(divergences)
}

/// Says whether a revision does not build on the accepted one. To that of another organisation there is nothing to build on.
fn is_rewound(source: &dyn Source, admitted: &Admitted, accepted: Option<&Accepted>) -> Result<bool, SourceError> {
    let desired = admitted.desired();
    let ours = accepted.filter(|accepted| accepted.belongs_to(admitted.name(), &desired.lineage));
    let accepted = ours.and_then(|accepted| accepted.revision.as_ref());
    let Some((revision, accepted)) = desired.revision.as_ref().zip(accepted) else { return Ok(false) };
    Ok(!source.descends(&revision.commit, &accepted.commit)?)
}

/// Says that a store belongs to another organisation or path than the plan.
fn foreign(accepted: &Accepted, plan: &Plan) -> Option<String> {
    let same = accepted.belongs_to(&plan.organization, &plan.lineage);
    (!same).then(|| {
        let of = |organization: &Name, path: &str| {
            if path.is_empty() { format!("`{organization}`") } else { format!("`{organization}` in `{path}`") }
        };
        let theirs = of(&accepted.organization, &accepted.lineage.path);
        let ours = of(&plan.organization, &plan.lineage.path);
        if theirs == ours {
            return format!("the store belongs to {theirs} of another history than this");
        }
        format!("the store belongs to {theirs}, and this is {ours}")
    })
}

/// Which records of drift are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Records {
    Open,
    /// All that the store still holds.
    All,
}

/// Lists what differs between live and applied now, and what ever did where that is asked for, the oldest first.
///
/// Writes nothing: what is not on record yet has no id.
///
/// # Errors
/// Where the store cannot be read.
pub fn drift(store: &Store, wanted: Records, now: Timestamp) -> Result<Vec<Record>, StoreError> {
    let mut reader = store.reader()?;
    let since = if wanted == Records::All { Timestamp::MIN } else { drift::counts_since(now) };
    let (live, applied, records, _) = reader.state_at(since)?;
    let divergences = observe(&applied, &live, &Scope::All, &mut reader)?;
    let mut newer = drift::record(&records, &divergences, &Deeds::default(), now);
    let recorded: BTreeSet<String> = records.iter().map(|record| record.id.clone()).collect();
    for record in newer.iter_mut().filter(|record| !recorded.contains(&record.id)) {
        // When it is put on record that is another moment, and another id.
        record.id.clear();
    }
    let mut records = newest(records, &newer);
    records.retain(|record| wanted == Records::All || record.is_open());
    records.sort_by(|a, b| (a.first_seen, &a.resource).cmp(&(b.first_seen, &b.resource)));
    Ok(records)
}
