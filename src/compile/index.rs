//! What is declared, by name, and how a name is found from where it is written.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::kind::organization::Vocabulary;
use crate::model::manifest::Manifest;
use crate::model::name::Name;

/// Names of one kind: the organisation's under `None`.
type Names = BTreeMap<Option<Name>, BTreeSet<Name>>;

/// Everything that can be referred to.
#[derive(Debug, Default)]
pub struct Index {
    roles: Names,
    groups: Names,
    teams: BTreeSet<Name>,
    /// Whether something was not read that may declare anything, and of which not even the words are known.
    pub is_blind: bool,
    /// The words of what cannot be read: what they name may be declared there.
    pub mentioned: BTreeSet<String>,
    /// The words of permissions; `None` where they are declared and cannot be read.
    pub vocabulary: Option<Vocabulary>,
}

impl Index {
    /// Notes whether a resource is declared, readable or not, and says whether that is news.
    ///
    /// Only what a manifest can name is noted.
    pub fn note(&mut self, id: &ResourceId, is_declared: bool) -> bool {
        let Some(names) = self.names_with(id) else { return false };
        if is_declared { names.insert(id.name.clone()) } else { names.remove(&id.name) }
    }

    fn names_with(&mut self, id: &ResourceId) -> Option<&mut BTreeSet<Name>> {
        if id.kind == Kind::Role {
            Some(self.roles.entry(id.team.clone()).or_default())
        } else if id.kind == Kind::Group {
            Some(self.groups.entry(id.team.clone()).or_default())
        } else {
            (id.kind == Kind::Team).then_some(&mut self.teams)
        }
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

    /// Says whether what cannot be read may declare a name.
    pub fn is_mentioned(&self, name: &str) -> bool {
        self.is_blind || self.mentioned.contains(name)
    }
}

/// Returns from where names in a manifest are looked up: a Team document belongs to the organisation.
pub fn viewpoint(manifest: &Manifest) -> Option<&Name> {
    manifest.id.team.as_ref()
}
