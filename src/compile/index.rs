//! What is declared, by name, and how a name is found from where it is written.

use std::collections::{BTreeMap, BTreeSet};

use super::people::People;
use crate::model::code::Code;
use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::kind::organization::Vocabulary;
use crate::model::manifest::Manifest;
use crate::model::name::Name;

/// Names of one kind: the organisation's under `None`.
type Names = BTreeMap<Option<Name>, BTreeSet<Name>>;

/// The kinds that a manifest can name, and what is found where nothing of the kind has the name.
const NAMED: [(Kind, Code); 4] = [
    (Kind::Person, Code::UnknownPerson),
    (Kind::Team, Code::UnknownTeam),
    (Kind::Role, Code::UnknownRole),
    (Kind::Group, Code::UnknownGroup),
];

/// Returns what is found where nothing of a kind has a name; `None` for what a manifest cannot name.
pub fn unknown(kind: Kind) -> Option<Code> {
    NAMED.iter().find(|(named, _)| *named == kind).map(|(_, code)| *code)
}

/// Everything that can be referred to.
#[derive(Debug, Default)]
pub struct Index {
    names: BTreeMap<Kind, Names>,
    pub people: People,
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
        if unknown(id.kind).is_none() {
            return false;
        }
        let names = self.names.entry(id.kind).or_default().entry(id.team.clone()).or_default();
        if is_declared { names.insert(id.name.clone()) } else { names.remove(&id.name) }
    }

    fn of_team(&self, kind: Kind, team: Option<&Name>) -> Option<&BTreeSet<Name>> {
        self.names.get(&kind)?.get(&team.cloned())
    }

    /// Finds what a name stands for from a place: the team's first, then the organisation's.
    pub fn find(&self, kind: Kind, from: Option<&Name>, name: &Name) -> Option<ResourceId> {
        let has = |team: Option<&Name>| self.of_team(kind, team).is_some_and(|names| names.contains(name));
        let of_team = from.filter(|team| has(Some(team)));
        if of_team.is_none() && !has(None) {
            return None;
        }
        Some(ResourceId { kind, team: of_team.cloned(), name: name.clone() })
    }

    /// Lists the names of a kind that can be seen from a place.
    pub fn visible(&self, kind: Kind, from: Option<&Name>) -> Vec<&str> {
        let own = from.and_then(|team| self.of_team(kind, Some(team)));
        own.into_iter().chain(self.of_team(kind, None)).flatten().map(Name::as_str).collect()
    }

    /// Lists the names of a kind, whoever's they are.
    pub fn everywhere(&self, kind: Kind) -> BTreeSet<&str> {
        self.names.get(&kind).into_iter().flat_map(BTreeMap::values).flatten().map(Name::as_str).collect()
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
