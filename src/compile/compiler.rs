//! The compiler: keeps what it worked out, and works out again only what a change can have changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::declared::{Change, Declared};
use super::index::Index;
use super::mention::{self, Mention};
use super::reference::{self, Checked};
use super::{Compiled, cycle, duplicate, organization};
use crate::model::desired::Desired;
use crate::model::finding::Finding;
use crate::model::flaws::Flaws;
use crate::model::id::ResourceId;
use crate::model::kind::organization::{Organization, Vocabulary};
use crate::model::kind::person::Person;
use crate::model::kind::{Kind, Typed};
use crate::model::lineage::Lineage;
use crate::model::manifest::{Manifest, Read};
use crate::model::name::Name;
use crate::model::resources::Resources;
use crate::model::snapshot::Revision;

/// Manifests to the desired state: every reference looked up, nothing declared twice, nothing in a circle.
///
/// What it holds is a function of the files that it was last told of, in whatever steps: all at once is the first step.
#[derive(Debug, Default)]
pub struct Compiler {
    declared: Declared,
    index: Index,
    resources: Resources,
    checked: BTreeMap<ResourceId, Checked>,
    /// The resources with findings.
    flawed: BTreeSet<ResourceId>,
    circles: Vec<Finding>,
}

impl Compiler {
    /// Takes in what files hold now, and returns how many manifests were looked at for it.
    ///
    /// `is_blind` says that the source has something that was not read and may declare anything.
    pub fn update(&mut self, changes: Vec<Change>, is_blind: bool) -> usize {
        let touched = self.declared.update(changes);
        let was_blind = std::mem::replace(&mut self.index.is_blind, is_blind || self.declared.is_blind());
        let moved = self.place(&touched);
        let is_new_ground = self.survey() || was_blind != self.index.is_blind;
        let dirty = if is_new_ground { self.all() } else { self.affected(&touched, &moved) };
        self.check(&dirty);
        self.circles = cycle::find(&dirty, !self.circles.is_empty(), &self.resources, &self.index);
        dirty.len()
    }

    /// Puts the manifests that count in their places, and returns the names that came, went, or stand for something else.
    fn place(&mut self, touched: &BTreeSet<ResourceId>) -> BTreeSet<Mention> {
        let (declared, mut moved) = (&self.declared, BTreeSet::new());
        for id in touched.iter().filter(|id| id.kind == Kind::Person) {
            let manifests = [self.resources.get(id), declared.first(id)];
            let [before, now] = manifests.map(|manifest| Person::of(&manifest?.spec));
            moved.extend(self.index.people.put(&id.name, before, now));
        }
        let manifests: Vec<_> = touched.iter().map(|id| (id, declared.first(id))).collect();
        self.resources.update(manifests.iter().map(|(id, manifest)| ((*id).clone(), manifest.cloned())));
        for (id, manifest) in manifests {
            let is_news = self.index.note(id, manifest.is_some() || declared.is_unread(id));
            if is_news {
                moved.insert(mention::of(id));
            }
            if manifest.is_none() {
                self.checked.remove(id);
                self.flawed.remove(id);
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
        let declared = self.resources.of_kind(Kind::Organization).filter_map(|manifest| {
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
        self.resources.count(Kind::Person) > 0 && !may_be_torn() && !is_half_read()
    }

    fn flaws(&self) -> Flaws {
        let unknown = self.declared.findings().any(|finding| finding.code.leaves_unread());
        let (unread, nameless) = (self.declared.unread(), self.declared.nameless());
        Flaws { unread, nameless, unknown: unknown || self.index.is_blind, errors: false }
    }

    fn all(&self) -> Vec<Arc<Manifest>> {
        self.resources.iter().cloned().collect()
    }

    /// Lists what must be checked again: what changed itself, what mentions a name that moved, and what has findings, which
    /// tell of other places.
    fn affected(&self, touched: &BTreeSet<ResourceId>, moved: &BTreeSet<Mention>) -> Vec<Arc<Manifest>> {
        // A team has one budget a window: those of a team stand together.
        let budgets = touched.iter().filter(|id| id.kind == Kind::Budget);
        let teams: BTreeSet<&Option<Name>> = budgets.map(|id| &id.team).collect();
        let beside = teams.into_iter().flat_map(|team| self.resources.of_team(Kind::Budget, team));
        let mut ids: BTreeSet<&ResourceId> = touched.iter().chain(&self.flawed).collect();
        ids.extend(beside.map(|manifest| &manifest.id));
        if !moved.is_empty() {
            let mentions = |checked: &Checked| checked.mentions.iter().any(|mention| moved.contains(mention));
            ids.extend(self.checked.iter().filter(|(_, checked)| mentions(checked)).map(|(id, _)| id));
        }
        ids.into_iter().filter_map(|id| self.resources.get(id).cloned()).collect()
    }

    fn check(&mut self, manifests: &[Arc<Manifest>]) {
        let budgets = duplicate::first_budgets(manifests, &self.resources);
        let check = |manifest: &Arc<Manifest>| reference::check(manifest, &self.index, &self.resources, &budgets);
        let checked: Vec<Checked> = manifests.par_iter().map(check).collect();
        for (manifest, checked) in manifests.iter().zip(checked) {
            if checked.findings.is_empty() {
                self.flawed.remove(&manifest.id);
            } else {
                self.flawed.insert(manifest.id.clone());
            }
            self.checked.insert(manifest.id.clone(), checked);
        }
    }

    /// Returns what is declared, of what is declared twice the first.
    pub fn resources(&self) -> &Resources {
        &self.resources
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
        let organizations: Vec<&Arc<Manifest>> = self.resources.of_kind(Kind::Organization).collect();
        findings.extend(organization::exactly_one(&organizations, flaws.may_hide(Kind::Organization)));
        findings.extend(self.declared.repeated().flat_map(duplicate::twice));
        let checked = self.flawed.iter().filter_map(|id| self.checked.get(id));
        findings.extend(checked.flat_map(|checked| checked.findings.iter().cloned()));
        findings.extend(self.circles.iter().cloned());
        flaws.errors = findings.iter().any(Finding::is_error);
        Compiled { desired: Desired::new(revision, lineage, self.resources.clone(), flaws), findings }
    }
}
