//! What a daemon remembers of a store.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Error;
use super::landing::land;
use super::planning::{Held, Scope, draw};
use super::step::Step;
use crate::drift;
use crate::model::admitted::Admitted;
use crate::model::canonical::Canonical;
use crate::model::id::ResourceId;
use crate::model::plan::Plan;
use crate::model::resources::Resources;
use crate::model::row_key::RowKey;
use crate::plan::Options;
use crate::source::Source;
use crate::store::{Cursor, Landing, Reader, Store, StoreError, Touched};

/// What the store held when it was last looked at, kept true by its log.
pub(super) struct View {
    pub(super) store: Store,
    pub(super) reader: Reader,
    pub(super) held: Held,
    pub(super) cursor: Cursor,
    /// The state that live was last settled to: all but what is open is as it says. `None` where that is not known.
    settled: Option<Resources>,
    /// What may be otherwise: written since by somebody else, left as it is, or not ours.
    open: BTreeSet<ResourceId>,
}

impl View {
    /// Opens a store and reads all of it; makes it whole first where it is damaged, and returns what was put back.
    pub(super) fn open(store: Store, actor: &str, now: Timestamp) -> Result<(View, Vec<String>), StoreError> {
        store.upgrade()?;
        let mut reader = store.reader()?;
        let (mut held, mut cursor) = read(&mut reader, now)?;
        let mut mended = Vec::new();
        if cursor.damage().is_some() {
            mended = store.writer()?.mend(actor, now)?;
            (held, cursor) = read(&mut reader, now)?;
        }
        Ok((View { store, reader, held, cursor, settled: None, open: BTreeSet::new() }, mended))
    }

    /// Reads rows again that may have changed, and returns how many.
    pub(super) fn refresh(&mut self, touched: Vec<Touched>) -> Result<usize, StoreError> {
        let row = |one: &Touched| one.id.clone().map_or_else(RowKey::from, RowKey::from);
        let rows = touched.iter().map(|one| (row(one), one.at));
        let absent: Vec<(RowKey, Timestamp)> = rows.filter(|(row, _)| !self.held.has(row)).collect();
        let (mut ids, mut keys) = (Vec::new(), Vec::new());
        for one in touched {
            match one.id {
                Ok(id) => ids.push(id),
                Err(key) => keys.push(key),
            }
        }
        put(&mut self.held.live.rows, self.reader.rows(&ids)?);
        put(&mut self.held.live.foreign, self.reader.strays(&keys)?);
        if self.held.applied.accepted.is_some() {
            // What somebody wrote that was not there before and is not there now was there in between.
            let passed = std::mem::take(&mut self.held.passed).into_iter().chain(absent);
            self.held.passed = passed.filter(|(row, _)| !self.held.has(row)).collect();
        }
        let read = ids.len() + keys.len();
        self.open.extend(ids);
        Ok(read)
    }

    /// Draws the plan to an admitted state, at the cost of what differs from the last one and of what is open.
    pub(super) fn draw(
        &mut self,
        source: &dyn Source,
        admitted: &Admitted,
        options: &Options,
        now: Timestamp,
    ) -> Result<Plan, Error> {
        let scope = self.scope(admitted);
        let plan = draw(source, admitted, &self.held, &mut self.reader, &scope, options, now)?;
        if plan.changes.is_empty() {
            self.settle(&plan, admitted);
        }
        Ok(plan)
    }

    /// Says whether the store was there when it was opened and is not any more.
    pub(super) fn is_gone(&self) -> Result<bool, StoreError> {
        Ok(!self.reader.is_missing() && self.store.reader()?.is_missing())
    }

    /// Refuses another repository than the one that was applied, whose daemon it would keep out without an end.
    pub(super) fn refuse_stranger(&self, admitted: &Admitted) -> Result<(), StoreError> {
        let lineage = &admitted.desired().lineage;
        match &self.held.applied.accepted {
            Some(accepted) if !accepted.is_of(lineage) => self.store.admits(accepted, admitted.name(), lineage),
            Some(_) | None => Ok(()),
        }
    }

    /// Says why the store takes no plan of an organisation, a path and a history, if it belongs to another.
    pub(super) fn refusal(&self, plan: &Plan) -> Option<StoreError> {
        let accepted = self.held.applied.accepted.as_ref()?;
        self.store.admits(accepted, &plan.organization, &plan.lineage).err()
    }

    /// Checks the whole journal, and returns what is wrong with it.
    pub(super) fn verify(&mut self) -> Result<Option<String>, StoreError> {
        match self.reader.verify() {
            Ok(_) => Ok(None),
            Err(broken @ (StoreError::BrokenJournal { .. } | StoreError::Corrupt { .. })) => {
                Ok(Some(broken.to_string()))
            }
            Err(error) => Err(error),
        }
    }

    fn scope(&self, admitted: &Admitted) -> Scope {
        let Some(settled) = &self.settled else { return Scope::All };
        let mut ids = settled.differing(&admitted.desired().resources);
        ids.extend(self.open.iter().cloned());
        Scope::Only(ids)
    }

    /// Remembers that live is as a plan makes it, but for what the plan leaves as it is.
    fn settle(&mut self, plan: &Plan, admitted: &Admitted) {
        let left = plan.conflicts.iter().chain(&plan.unmanaged).chain(&plan.withheld);
        self.open = left.cloned().collect();
        self.settled = Some(admitted.desired().resources.clone());
    }

    /// Lands a plan and remembers what the store holds after it, without reading it again.
    ///
    /// The log stays silent about Charter's own writes and speaks of all others.
    pub(super) fn enact(
        &mut self,
        plan: Plan,
        admitted: &Admitted,
        landing: &Landing,
        step: &mut Step,
    ) -> Result<(), StoreError> {
        let landed = land(&self.store, &plan, landing)?;
        if self.reader.is_missing() {
            // The landing made the store: from here on there is a log to follow.
            (self.held, self.cursor) = read(&mut self.reader, landing.at)?;
        } else {
            self.cursor = self.cursor.clone().landed(&landed);
            self.held.take(&plan, landed.head, landing.at);
        }
        self.settle(&plan, admitted);
        step.records.extend(plan.records.iter().cloned());
        step.landed = Some(plan);
        Ok(())
    }

    /// Reads and plans all of it anew, and lists what is not as it was remembered; that is forgotten then.
    ///
    /// `None` where somebody wrote in the meantime: what differs then is no fault.
    pub(super) fn audit(
        &mut self,
        source: &dyn Source,
        admitted: &Admitted,
        options: &Options,
        now: Timestamp,
    ) -> Result<Option<Vec<String>>, Error> {
        let (held, cursor) = read(&mut self.reader, now)?;
        if !cursor.is_where(&self.cursor) {
            return Ok(None);
        }
        let live = differing(&held.live.rows, &self.held.live.rows);
        let applied = || differing(&held.applied.rows, &self.held.applied.rows);
        let scope = self.scope(admitted);
        let few = draw(source, admitted, &self.held, &mut self.reader, &scope, options, now)?;
        let all = draw(source, admitted, &held, &mut self.reader, &Scope::All, options, now)?;
        let other = (few.effect != all.effect).then(|| format!("the plan is {} and not {}", all.effect, few.effect));
        let alarm = live.or_else(applied).or(other);
        (self.held, self.settled) = (held, None);
        Ok(Some(alarm.into_iter().collect()))
    }
}

/// Names the first row that is not the same.
fn differing(rows: &BTreeMap<ResourceId, Canonical>, other: &BTreeMap<ResourceId, Canonical>) -> Option<String> {
    let first = rows.iter().find(|(id, spec)| other.get(id) != Some(spec)).map(|(id, _)| id);
    let gone = || other.keys().find(|id| !rows.contains_key(id));
    first.or_else(gone).map(|id| format!("the row of {id} is not as it was remembered"))
}

fn read(reader: &mut Reader, now: Timestamp) -> Result<(Held, Cursor), StoreError> {
    let (live, applied, records, cursor) = reader.state_at(drift::counts_since(now))?;
    Ok((Held { live, applied, records, ..Held::default() }, cursor))
}

/// Makes rows as they were read.
fn put<K: Ord>(rows: &mut BTreeMap<K, Canonical>, read: Vec<(K, Option<Canonical>)>) {
    for (key, spec) in read {
        match spec {
            Some(spec) => drop(rows.insert(key, spec)),
            None => drop(rows.remove(&key)),
        }
    }
}
