//! Rules about each resource by itself: one is asked about again when it is other than before.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::Found;
use crate::model::desired::Desired;
use crate::model::digest::Digest;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::kind::organization::Organization;
use crate::model::manifest::Manifest;
use crate::model::resources::Resources;

/// A rule: a function of one resource and the organisation.
pub struct Rule {
    pub of: Kind,
    pub judge: fn(&Manifest, &Organization, Timestamp) -> Found,
}

/// What a rule was asked about last.
#[derive(Debug, Default)]
pub struct Asked {
    /// The digest of the organisation, and what was declared beside it.
    state: Option<(Digest, Resources)>,
    /// The resources with findings, which tell places: those move without the resources.
    flawed: BTreeSet<ResourceId>,
    /// When what was found may be otherwise though nothing changes: no later than it is.
    until: Option<Timestamp>,
}

impl Rule {
    /// Finds what is wrong in a desired state, and counts the resources that were asked about.
    pub fn judge(&self, asked: &mut Asked, desired: &Desired, now: Timestamp) -> (Vec<Finding>, usize) {
        let Some((_, organization)) = desired.organization() else {
            *asked = Asked::default();
            return (Vec::new(), 0);
        };
        let read = desired.resources.digest_of(&[Kind::Organization]);
        let holds =
            |(organization, _): &(Digest, _)| *organization == read && asked.until.is_none_or(|until| now < until);
        let manifests: Vec<&Arc<Manifest>> = match asked.state.take().filter(holds) {
            Some((_, before)) => {
                let mut ids = before.differing_of(&[self.of], &desired.resources);
                ids.append(&mut asked.flawed);
                ids.iter().filter_map(|id| desired.resources.get(id)).collect()
            }
            None => {
                *asked = Asked::default();
                desired.resources.of_kind(self.of).collect()
            }
        };
        let mut findings = Vec::new();
        for manifest in &manifests {
            let found = (self.judge)(manifest, organization, now);
            asked.until = asked.until.into_iter().chain(found.until).min();
            if !found.findings.is_empty() {
                asked.flawed.insert(manifest.id.clone());
            }
            findings.extend(found.findings);
        }
        asked.state = Some((read, desired.resources.clone()));
        (findings, manifests.len())
    }
}
