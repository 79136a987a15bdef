//! One set of policies, asked about a state again and again: about each resource once, until it is another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use super::Facts;
use super::asker::{Answered, Asker, LONGEST, is_long};
use super::found::{self, Place};
use super::rego::{self, Assembled, Entry, Failure, Loaded, OF_WHOLE, Parameters, Value, World};
use crate::model::desired::Desired;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::policy::Policies;
use crate::model::manifest::Manifest;
use crate::model::name::Name;
use crate::model::resources::Resources;
use jiff::Timestamp;
use rayon::prelude::*;

/// How many resources are asked about side by side before it is looked whether a rule takes too much.
const STRETCH: usize = 2_048;

/// How many of them are asked about by one thread at a time.
const PART: usize = 128;

/// The policies of one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    pub policies: Policies,
    pub parameters: Parameters,
}

/// Rules that were loaded, and what they found.
#[derive(Debug)]
pub struct Ruling {
    pub rules: Rules,
    loaded: Loaded,
    /// What was asked about, and what the rules that read nothing else found of each.
    asked: Resources,
    found: BTreeMap<ResourceId, Vec<Finding>>,
    world: Assembled,
}

/// What rules came to: findings, and how many resources were asked about.
#[derive(Debug, Default)]
pub struct Ruled {
    pub findings: Vec<Finding>,
    pub asked: usize,
}

impl Ruling {
    /// Loads rules: all, or those of some packages.
    pub fn of(rules: Rules, packages: &[String]) -> Self {
        let mut loaded = Loaded::of(rules.policies.iter().map(|(name, text)| (name, text.as_str())));
        if !packages.is_empty() {
            loaded.narrow(packages);
        }
        Ruling { rules, loaded, asked: Resources::default(), found: BTreeMap::new(), world: Assembled::default() }
    }

    /// Lists what a waiver may call what the rules find; `None` where they could not be loaded.
    pub fn controls(&self) -> Option<&BTreeSet<Name>> {
        self.loaded.mistakes.is_empty().then_some(&self.loaded.controls)
    }

    /// Lists what is doubted in the policies themselves.
    pub fn doubts(&self, desired: &Desired) -> Vec<Finding> {
        self.loaded.doubts.iter().map(|doubt| Place { desired }.mistake(doubt)).collect()
    }

    /// Says what the rules read of the organisation.
    pub fn reads(&self) -> World {
        reads(self.loaded.entries().iter())
    }

    /// Asks the rules about a state at one moment.
    pub fn judge(&mut self, desired: &Desired, facts: &Facts, now: Timestamp) -> Ruled {
        let place = Place { desired };
        if !self.loaded.mistakes.is_empty() {
            let findings = self.loaded.mistakes.iter().map(|mistake| place.mistake(mistake)).collect();
            return Ruled { findings, asked: 0 };
        }
        let of_sort = |is_one: fn(&Entry) -> bool| -> Vec<Entry> {
            self.loaded.entries().iter().filter(|entry| is_one(entry)).cloned().collect()
        };
        let own = of_sort(|entry| !entry.reads.input.is_empty() && entry.reads.world.is_empty());
        let whole = of_sort(|entry| entry.reads.input.is_empty());
        let both = of_sort(|entry| !entry.reads.input.is_empty() && !entry.reads.world.is_empty());
        let reads = reads(whole.iter().chain(&both));
        let data = self.world.data(desired, facts, &reads, &self.rules.parameters, now);
        let mut ruled = self.of_resources(&own, desired, &data);
        let (found, asked) = self.of_whole(&whole, desired, &data);
        ruled.findings.extend(found);
        let everything: Vec<Arc<Manifest>> = if both.is_empty() { Vec::new() } else { all(&desired.resources) };
        let answers = self.ask(&both, &everything, &data);
        ruled.findings.extend(answers.into_iter().flat_map(|(index, manifest, answer)| {
            both.get(index).map(|entry| place.answer(entry, Some(&manifest), answer)).unwrap_or_default()
        }));
        ruled.asked += asked + everything.len();
        ruled.findings = found::once(ruled.findings);
        ruled
    }

    /// Asks the rules that read a resource alone about those that are other than before.
    fn of_resources(&mut self, entries: &[Entry], desired: &Desired, data: &Value) -> Ruled {
        if entries.is_empty() {
            return Ruled::default();
        }
        let place = Place { desired };
        let (renewed, gone) = desired.resources.renewed(&self.asked);
        let answers = self.ask(entries, &renewed, data);
        for id in renewed.iter().map(|manifest| &manifest.id).chain(&gone) {
            self.found.remove(id);
        }
        let (mut failed, mut findings) = (false, Vec::new());
        for (index, manifest, answer) in answers {
            let Some(entry) = entries.get(index) else { continue };
            failed |= answer.is_err();
            let found = place.answer(entry, Some(&manifest), answer);
            self.found.entry(manifest.id.clone()).or_default().extend(found);
        }
        // What failed is asked again: nothing is known of what it would have found.
        self.asked = if failed { Resources::default() } else { desired.resources.clone() };
        let read = self.found.iter().filter(|(id, _)| !desired.flaws.unread.contains(id));
        findings.extend(read.flat_map(|(_, found)| found.iter().cloned()));
        if failed {
            self.found.clear();
        }
        Ruled { findings, asked: renewed.len() }
    }

    /// Asks the rules that read the organisation and no resource in particular.
    fn of_whole(&self, entries: &[Entry], desired: &Desired, data: &Value) -> (Vec<Finding>, usize) {
        let Some(machine) = (!entries.is_empty()).then(|| self.loaded.machine(data, OF_WHOLE)).flatten() else {
            return (Vec::new(), 0);
        };
        let place = Place { desired };
        let mut machine = match machine {
            Ok(machine) => machine,
            Err(failure) => {
                return (entries.first().map(|entry| place.failure(entry, None, &failure)).into_iter().collect(), 0);
            }
        };
        let answer = |entry: &Entry| place.answer(entry, None, rego::ask(&mut machine, entry));
        let kinds = reads(entries.iter()).kinds;
        (entries.iter().flat_map(answer).collect(), kinds.iter().map(|kind| desired.resources.count(*kind)).sum())
    }

    /// Asks rules about resources side by side, and returns what they have to say, in the order of the resources.
    fn ask(&self, entries: &[Entry], resources: &[Arc<Manifest>], data: &Value) -> Vec<Answered> {
        let taken: Vec<AtomicU64> = entries.iter().map(|_| AtomicU64::new(0)).collect();
        let (mut answers, mut over, idle) = (Vec::new(), BTreeSet::new(), Mutex::new(Vec::new()));
        for stretch in resources.chunks(STRETCH) {
            let part = |part: &[Arc<Manifest>]| {
                let lent = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let Some(mut asker) = lent.or_else(|| Asker::of(&self.loaded, entries, data)) else {
                    return Vec::new();
                };
                let said = part.iter().flat_map(|manifest| asker.ask(manifest, &over, &taken)).collect();
                idle.lock().unwrap_or_else(PoisonError::into_inner).push(asker);
                said
            };
            let asked: Vec<Answered> = stretch.par_chunks(PART).flat_map_iter(part).collect();
            over.extend(
                asked.iter().filter(|(.., answer)| matches!(answer, Err(Failure::Limit(_)))).map(|(index, ..)| *index),
            );
            answers.extend(asked);
            for (index, taken) in taken.iter().enumerate() {
                if is_long(taken) && over.insert(index) {
                    let failure = Failure::Limit(format!("{} s for all resources", LONGEST.as_secs()));
                    answers.extend(stretch.last().map(|manifest| (index, manifest.clone(), Err(failure))));
                }
            }
        }
        answers
    }
}

fn reads<'a>(entries: impl Iterator<Item = &'a Entry>) -> World {
    entries.fold(World::default(), |mut all, entry| {
        all.add(&entry.reads.world);
        all
    })
}

fn all(resources: &Resources) -> Vec<Arc<Manifest>> {
    resources.iter().cloned().collect()
}
