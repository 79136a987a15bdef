//! The compiler: keeps what it worked out, and works out again only what a change can have changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::declared::{Change, Declared, Touched};
use super::index::{self, Index};
use super::{Compiled, cycle, duplicate, organization, reference};
use crate::model::desired::Desired;
use crate::model::finding::Finding;
use crate::model::flaws::Flaws;
use crate::model::id::ResourceId;
use crate::model::kind::organization::{Organization, Vocabulary};
use crate::model::kind::person::Person;
use crate::model::kind::{Kind, Typed};
use crate::model::lineage::Lineage;
use crate::model::manifest::{Manifest, Read};
use crate::model::mention::{self, Mention};
use crate::model::name::Name;
use crate::model::resources::Resources;
use crate::model::snapshot::Revision;

/// How many manifests are looked at on one thread.
const FEW: usize = 64;

/// Manifests to the desired state: every reference looked up, nothing declared twice, nothing in a circle.
///
/// What it holds is a function of the files that it was last told of, in whatever steps: all at once is the first step.
#[derive(Debug, Default)]
pub struct Compiler {
    declared: Declared,
    index: Index,
    /// What is wrong with resources among the others.
    flawed: BTreeMap<ResourceId, Vec<Finding>>,
    circles: Vec<Finding>,
}

impl Compiler {
    /// Takes in what files hold now, and returns how many manifests were looked at for it.
    ///
    /// `is_blind` says that the source has something that was not read and may declare anything.
    pub fn update(&mut self, changes: Vec<Change>, is_blind: bool) -> usize {
        let before = self.resources().clone();
        let touched = self.declared.update(changes);
        let was_blind = std::mem::replace(&mut self.index.is_blind, is_blind || self.declared.is_blind());
        let moved = self.note(&touched, &before);
        let is_new_ground = self.survey() || was_blind != self.index.is_blind;
        let resources = self.resources().clone();
        let dirty =
            if is_new_ground { resources.iter().collect() } else { self.affected(&touched, &moved, &resources) };
        let flawed = || self.check(&dirty);
        let circles = || cycle::find(&dirty, !self.circles.is_empty(), &resources, &self.index);
        // Side by side where that saves more than to wake another thread costs.
        (self.flawed, self.circles) =
            if dirty.len() < FEW { (flawed(), circles()) } else { rayon::join(flawed, circles) };
        dirty.len()
    }

    /// Notes what is declared now, and returns the names that came, went, or stand for something else.
    fn note(&mut self, touched: &Touched, before: &Resources) -> BTreeSet<Mention> {
        let (declared, mut moved) = (&self.declared, BTreeSet::new());
        for (id, is_declared) in declared.standing(touched).filter(|(id, _)| index::is_named(id.kind)) {
            if id.kind == Kind::Person {
                let manifests = [before, declared.resources()].map(|state| state.get(id));
                let [before, now] = manifests.map(|manifest| Person::of(&manifest?.spec));
                moved.extend(self.index.people.put(&id.name, before, now));
            }
            if self.index.note(id, is_declared) {
                moved.insert(mention::of(id));
            }
        }
        moved
    }

    /// Works out what every check depends on, and says whether it is other than before.
    fn survey(&mut self) -> bool {
        let flaws = self.flaws();
        let (mentioned, vocabulary) = (self.declared.mentioned(), self.vocabulary(&flaws));
        let are_people_known = self.are_people_known(&flaws, &mentioned);
        let Index { mentioned: before, vocabulary: words, people, .. } = &self.index;
        let is_other = *before != mentioned || *words != vocabulary || people.are_known != are_people_known;
        (self.index.mentioned, self.index.vocabulary) = (mentioned, vocabulary);
        self.index.people.are_known = are_people_known;
        is_other
    }

    /// Finds the words of permissions. Where the organisation is not wholly read, the default is not taken for them.
    fn vocabulary(&self, flaws: &Flaws) -> Option<Vocabulary> {
        let declared = self.resources().of_kind(Kind::Organization).filter_map(|manifest| {
            Organization::of(&manifest.spec).map(|organization| (&manifest.id, &organization.vocabulary))
        });
        match declared.min_by_key(|(id, _)| *id) {
            Some((id, vocabulary)) => Some(vocabulary).filter(|_| !flaws.unread.contains(id)).cloned(),
            None => (!flaws.may_hide(Kind::Organization)).then(Vocabulary::default),
        }
    }

    /// Says whether people are declared, and every id of them was read; of a person that is declared twice one counts.
    fn are_people_known(&self, flaws: &Flaws, mentioned: &BTreeSet<String>) -> bool {
        let is_person = |id: &ResourceId| id.kind == Kind::Person;
        let may_be_torn = || mentioned.contains(Kind::Person.as_str()) || flaws.nameless.contains(&Kind::Person);
        let is_half_read = || flaws.unread.iter().any(is_person) || self.declared.repeated_ids().any(is_person);
        self.resources().count(Kind::Person) > 0 && !may_be_torn() && !is_half_read()
    }

    fn flaws(&self) -> Flaws {
        let unknown = self.declared.findings().any(|finding| finding.code.leaves_unread());
        let (unread, nameless) = (self.declared.unread(), self.declared.nameless());
        Flaws { unread, nameless, unknown: unknown || self.index.is_blind, errors: false }
    }

    /// Lists what must be checked again: what changed itself, what mentions a name that moved, and what has findings, which
    /// tell of other places.
    fn affected<'r>(
        &self,
        touched: &Touched,
        moved: &BTreeSet<Mention>,
        resources: &'r Resources,
    ) -> Vec<&'r Arc<Manifest>> {
        let own = touched.ids().chain(self.flawed.keys()).filter_map(|id| resources.get(id));
        // A team has one budget a window: those of a team stand together.
        let budgets = touched.ids().filter(|id| id.kind == Kind::Budget);
        let teams: BTreeSet<&Option<Name>> = budgets.map(|id| &id.team).collect();
        let beside = teams.into_iter().flat_map(|team| resources.of_team(Kind::Budget, team));
        let others: Vec<_> = if moved.is_empty() { Vec::new() } else { resources.iter().collect() };
        let mentions = |manifest: &&Arc<Manifest>| manifest.mentions().iter().any(|mention| moved.contains(mention));
        let others: Vec<_> = others.into_par_iter().filter(mentions).collect();
        let all = own.chain(beside).chain(others).map(|manifest| (&manifest.id, manifest));
        all.collect::<BTreeMap<_, _>>().into_values().collect()
    }

    /// Checks some resources, among them all that have findings.
    fn check(&self, manifests: &[&Arc<Manifest>]) -> BTreeMap<ResourceId, Vec<Finding>> {
        let budgets = duplicate::first_budgets(manifests, self.resources());
        let check = |manifest: &&Arc<Manifest>| {
            let found = reference::check(manifest, &self.index, self.resources(), &budgets);
            (!found.is_empty()).then(|| (manifest.id.clone(), found))
        };
        manifests.par_iter().filter_map(check).collect()
    }

    /// Returns what is declared, of what is declared twice the first.
    pub fn resources(&self) -> &Resources {
        self.declared.resources()
    }

    /// Counts the files that were read.
    pub fn read(&self) -> Read {
        self.declared.read()
    }

    /// Returns the desired state of a revision and all that is wrong with it so far, with what was found in its source.
    pub fn compiled(&self, revision: Option<Revision>, lineage: Lineage, mut findings: Vec<Finding>) -> Compiled {
        findings.extend(self.declared.findings().cloned());
        findings.extend(organization::requirement(self.declared.requires()));
        let mut flaws = self.flaws();
        let organizations: Vec<&Arc<Manifest>> = self.resources().of_kind(Kind::Organization).collect();
        findings.extend(organization::exactly_one(&organizations, flaws.may_hide(Kind::Organization)));
        findings.extend(self.declared.repeated().flat_map(duplicate::twice));
        findings.extend(self.flawed.values().flatten().cloned());
        findings.extend(self.circles.iter().cloned());
        flaws.errors = findings.iter().any(Finding::is_error);
        Compiled { desired: Desired::new(revision, lineage, self.resources().clone(), flaws), findings }
    }
}
