//! The policies by which a change is judged: those that stood before it, and those that it brings.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::rego::{Parameters, World};
use super::ruling::{Ruled, Rules, Ruling};
use super::{Facts, library};
use crate::model::code::Code;
use crate::model::desired::Desired;
use crate::model::finding::{Control, Finding, Rules as Under};
use crate::model::id::ResourceId;
use crate::model::kind::policy::{Policies, Policy};
use crate::model::library::Library;
use crate::model::manifest::Manifest;
use crate::model::name::Name;
use crate::model::standing::Standing;

/// Keeps the rules of the last rounds, loaded.
#[derive(Debug, Default)]
pub struct Controls {
    brought: Option<Ruling>,
    stood: Option<Ruling>,
    /// The packages whose rules are asked; none for all.
    packages: Vec<String>,
}

impl Controls {
    /// Asks the rules of some packages alone from here on.
    pub fn narrow(&mut self, packages: Vec<String>) {
        *self = Controls { packages, ..Controls::default() };
    }

    /// Says whether all rules are asked.
    pub fn is_whole(&self) -> bool {
        self.packages.is_empty()
    }

    /// Asks the policies about a state.
    ///
    /// What either finds blocks: what a change loosens counts from the next change, what it tightens at once.
    pub fn judge(&mut self, desired: &Desired, facts: &Facts, now: Timestamp) -> Ruled {
        let mut ruled = self.rule(desired, facts, now);
        ruled.findings.extend(misnamed(desired));
        ruled.findings.extend(self.brought.iter().flat_map(|brought| brought.doubts(desired)));
        if facts.is_accepted {
            ruled.findings = ruled.findings.into_iter().map(Finding::tolerate).collect();
        }
        ruled
    }

    /// Loads the policies that judge a state, unless they are those of the last one, and says what they read of it all.
    pub fn load(&mut self, desired: &Desired, before: Option<&Standing>) -> World {
        let brought = brought(desired);
        let stood = before.map(standing).filter(|stood| *stood != brought).unwrap_or_default();
        load(&mut self.brought, brought, &self.packages);
        load(&mut self.stood, stood, &self.packages);
        self.brought.iter().chain(&self.stood).fold(World::default(), |mut all, ruling| {
            all.add(&ruling.reads());
            all
        })
    }

    fn rule(&mut self, desired: &Desired, facts: &Facts, now: Timestamp) -> Ruled {
        self.load(desired, facts.before.as_deref());
        let [brought, stood] = [&mut self.brought, &mut self.stood]
            .map(|kept| kept.as_mut().map(|ruling| ruling.judge(desired, facts, now)).unwrap_or_default());
        if self.stood.is_none() && facts.before.as_deref().map(standing).is_none_or(|stood| self.is_brought(&stood)) {
            return brought;
        }
        Ruled { asked: brought.asked + stood.asked, findings: both(brought.findings, stood.findings) }
    }

    fn is_brought(&self, rules: &Rules) -> bool {
        self.brought.as_ref().map_or(*rules == Rules::default(), |brought| brought.rules == *rules)
    }
}

impl Controls {
    /// Lists what a waiver may call what policies find; `None` where not all of them could be loaded.
    pub fn names(&self) -> Option<BTreeSet<Name>> {
        let kept = self.brought.iter().chain(&self.stood);
        let names: Option<Vec<&BTreeSet<Name>>> = kept.map(Ruling::controls).collect();
        Some(names?.into_iter().flatten().cloned().collect())
    }
}

fn load(kept: &mut Option<Ruling>, rules: Rules, packages: &[String]) {
    if kept.as_ref().is_none_or(|kept| kept.rules != rules) {
        *kept = (rules != Rules::default()).then(|| Ruling::of(rules, packages));
    }
}

/// Returns the rules that a state brings. A policy that was not wholly read is left out: it is an error already.
pub fn brought(desired: &Desired) -> Rules {
    let whole = desired.declared::<Policy>().filter(|(id, ..)| !desired.flaws.unread.contains(id));
    let policies: Policies = whole.map(|(id, policy, _)| (id.name.clone(), policy.rego.clone())).collect();
    let library = desired.organization().map(|(_, organization)| &organization.policies);
    rules(policies, library.unwrap_or(&Library::default()))
}

fn standing(before: &Standing) -> Rules {
    rules(before.policies.clone(), &before.library)
}

/// Adds what is switched on of the library, with its parameters.
fn rules(mut policies: Policies, switched: &Library) -> Rules {
    let mut parameters = Parameters::new();
    for (name, own) in switched.parameters() {
        let Some(built_in) = library::find(name.as_str()) else { continue };
        parameters.insert(name.clone(), own.to_string().into());
        policies.insert(name, built_in.rego.to_owned());
    }
    Rules { policies, parameters }
}

/// Says that the name of a policy is taken, and what to do.
///
/// What it finds would be shown, explained and waived as something else.
pub fn taken(name: &Name) -> Option<(String, &'static str)> {
    let ours = Code::parse(name.as_str()).map(|_| ("a code of Charter", "rename it"));
    let built_in = || {
        library::find(name.as_str()).map(|_| ("one of the library", "rename it, or switch that one on in its place"))
    };
    let (what, help) = ours.or_else(built_in)?;
    Some((format!("policy `{name}` is named like {what}"), help))
}

/// Reports policies whose names are taken.
fn misnamed(desired: &Desired) -> Vec<Finding> {
    let named = desired.declared::<Policy>().filter_map(|(id, _, manifest)| Some((id, manifest, taken(&id.name)?)));
    let finding = |(id, manifest, (message, help)): (&ResourceId, &Manifest, (String, &str))| {
        Finding::new(Code::PolicyInvalid, manifest.site.name(), message).about(id).help(help)
    };
    named.map(finding).collect()
}

/// Puts together what both found, and says of each finding under which rules it stands.
fn both(brought: Vec<Finding>, before: Vec<Finding>) -> Vec<Finding> {
    let mut left: HashMap<Finding, usize> = HashMap::new();
    for finding in before {
        *left.entry(finding).or_default() += 1;
    }
    let mut findings = Vec::new();
    for finding in brought {
        let is_of_both = left.get_mut(&finding).is_some_and(|count| {
            let is_left = *count > 0;
            *count = count.saturating_sub(1);
            is_left
        });
        findings.push(if is_of_both { finding } else { under(finding, Under::New) });
    }
    let gone = left.into_iter().flat_map(|(finding, count)| std::iter::repeat_n(finding, count));
    findings.extend(gone.map(|finding| under(finding, Under::Before)));
    findings
}

fn under(finding: Finding, rules: Under) -> Finding {
    let control = finding.control.as_ref().map(|control| Arc::new(Control { rules, ..Control::clone(control) }));
    Finding { control, ..finding }
}
