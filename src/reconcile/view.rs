//! What a daemon remembers of a store.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::follow::Step;
use super::landing::land;
use super::planning::Held;
use crate::model::canonical::Canonical;
use crate::model::plan::Plan;
use crate::store::{Cursor, Landing, Reader, Store, StoreError, Touched};

/// What the store held when it was last looked at, kept true by its log.
pub(super) struct View {
    pub(super) store: Store,
    pub(super) reader: Reader,
    pub(super) held: Held,
    pub(super) cursor: Cursor,
}

impl View {
    /// Opens a store and reads all of it; makes it whole first where it is damaged, and returns what was put back.
    pub(super) fn open(store: Store, actor: &str, now: Timestamp) -> Result<(View, Vec<String>), StoreError> {
        store.upgrade()?;
        let mut reader = store.reader()?;
        let (mut held, mut cursor) = read(&mut reader)?;
        let mut mended = Vec::new();
        if cursor.damage().is_some() {
            mended = store.writer()?.mend(actor, now)?;
            (held, cursor) = read(&mut reader)?;
        }
        Ok((View { store, reader, held, cursor }, mended))
    }

    /// Reads rows again that may have changed.
    pub(super) fn refresh(&mut self, touched: Vec<Touched>) -> Result<(), StoreError> {
        let (mut ids, mut keys) = (Vec::new(), Vec::new());
        for one in touched {
            match one.id {
                Ok(id) => ids.push(id),
                Err(key) => keys.push(key),
            }
        }
        put(&mut self.held.live.rows, self.reader.rows(&ids)?);
        put(&mut self.held.live.foreign, self.reader.strays(&keys)?);
        Ok(())
    }

    /// Lands a plan and remembers what the store holds after it, without reading it again.
    ///
    /// The log stays silent about Charter's own writes and speaks of all others.
    pub(super) fn enact(&mut self, plan: Plan, landing: &Landing, step: &mut Step) -> Result<(), StoreError> {
        let landed = land(&self.store, &plan, landing)?;
        if self.reader.is_missing() {
            // The landing made the store: from here on there is a log to follow.
            (self.held, self.cursor) = read(&mut self.reader)?;
        } else {
            self.cursor = self.cursor.clone().landed(&landed);
            self.held.take(&plan, landed.head, landing.at);
        }
        step.records.extend(plan.records.iter().cloned());
        step.landed = Some(plan);
        Ok(())
    }
}

fn read(reader: &mut Reader) -> Result<(Held, Cursor), StoreError> {
    let (live, applied, records, cursor) = reader.state_at()?;
    Ok((Held { live, applied, records }, cursor))
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
