//! What is declared, by name, and how a name is found from where it is written.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::flaws::Flaws;
use crate::model::id::ResourceId;
use crate::model::kind::organization::{Organization, Vocabulary};
use crate::model::kind::{Kind, Typed};
use crate::model::manifest::Manifest;
use crate::model::name::Name;

/// Names of one kind: the organisation's under `None`.
type Names = BTreeMap<Option<Name>, BTreeSet<Name>>;

/// Everything that can be referred to.
#[derive(Debug)]
pub struct Index {
    roles: Names,
    groups: Names,
    teams: BTreeSet<Name>,
    /// What may be declared in what cannot be read.
    mentioned: BTreeSet<String>,
    /// The words of permissions; `None` where they are declared and cannot be read.
    pub vocabulary: Option<Vocabulary>,
}

impl Index {
    /// Indexes what is declared, readable or not.
    pub fn new(manifests: &[Manifest], flaws: &Flaws, mentioned: BTreeSet<String>) -> Self {
        let (roles, groups, teams) = (Names::new(), Names::new(), BTreeSet::new());
        let mut index = Index { roles, groups, teams, mentioned, vocabulary: vocabulary(manifests, flaws) };
        for id in manifests.iter().map(|manifest| &manifest.id).chain(&flaws.unread) {
            index.add(id);
        }
        index
    }

    /// Says whether what cannot be read has a word: what it names may be declared there.
    pub fn is_mentioned(&self, name: &str) -> bool {
        self.mentioned.contains(name)
    }

    fn add(&mut self, id: &ResourceId) {
        let (team, name) = (id.team.clone(), id.name.clone());
        // Whatever a manifest can name; other kinds are named by nobody.
        let known = if id.kind == Kind::Role {
            self.roles.entry(team).or_default()
        } else if id.kind == Kind::Group {
            self.groups.entry(team).or_default()
        } else if id.kind == Kind::Team {
            &mut self.teams
        } else {
            return;
        };
        known.insert(name);
    }

    fn names(&self, kind: Kind) -> &Names {
        if kind == Kind::Role { &self.roles } else { &self.groups }
    }

    /// Finds a role or a group from a place: the team's first, then the organisation's.
    pub fn find(&self, kind: Kind, from: Option<&Name>, name: &Name) -> Option<ResourceId> {
        let names = self.names(kind);
        let has = |team: Option<&Name>| names.get(&team.cloned()).is_some_and(|names| names.contains(name));
        let of_team = from.filter(|team| has(Some(team)));
        if of_team.is_none() && !has(None) {
            return None;
        }
        Some(ResourceId { kind, team: of_team.cloned(), name: name.clone() })
    }

    /// Lists the roles or groups that can be seen from a place.
    pub fn visible(&self, kind: Kind, from: Option<&Name>) -> Vec<&str> {
        let names = self.names(kind);
        let own = from.and_then(|team| names.get(&Some(team.clone())));
        own.into_iter().chain(names.get(&None)).flatten().map(Name::as_str).collect()
    }

    /// Says whether a team is declared.
    pub fn has_team(&self, name: &Name) -> bool {
        self.teams.contains(name)
    }

    /// Lists the teams.
    pub fn teams(&self) -> impl Iterator<Item = &str> {
        self.teams.iter().map(Name::as_str)
    }
}

/// Finds the words of permissions. Where the organisation is not wholly read, the default is not taken for them.
fn vocabulary(manifests: &[Manifest], flaws: &Flaws) -> Option<Vocabulary> {
    let organization = manifests.iter().find_map(|manifest| Organization::of(&manifest.spec).map(|of| (manifest, of)));
    match organization {
        Some((manifest, organization)) => {
            let is_whole = !flaws.unread.contains(&manifest.id);
            Some(&organization.vocabulary).filter(|_| is_whole).cloned()
        }
        None => (!flaws.may_hide(Kind::Organization)).then(Vocabulary::default),
    }
}

/// Returns from where names in a manifest are looked up: a Team document belongs to the organisation.
pub fn viewpoint(manifest: &Manifest) -> Option<&Name> {
    manifest.id.team.as_ref()
}
