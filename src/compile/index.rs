//! What is declared, by name, and how a name is found from where it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::alike::Alike;
use super::people::People;
use crate::model::code::Code;
use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::kind::organization::Vocabulary;
use crate::model::manifest::Manifest;
use crate::model::name::Name;

/// How many names a misspelt one is compared with; of more only with those that differ by a letter or two.
const FEW: usize = 256;

/// The names of one kind.
#[derive(Debug, Default)]
struct Names {
    of_organisation: BTreeSet<Name>,
    of_teams: BTreeMap<Name, BTreeSet<Name>>,
    /// All of them, once one that is not there is met among many.
    alike: OnceLock<Alike>,
}

/// Names that can be seen from a place, the nearer ones first.
pub type Visible<'a> = Vec<&'a BTreeSet<Name>>;

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

/// Says whether a manifest can name resources of a kind.
pub fn is_named(kind: Kind) -> bool {
    unknown(kind).is_some()
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
    /// Notes whether a resource that a manifest can name is declared, readable or not, and says whether that is news.
    pub fn note(&mut self, id: &ResourceId, is_declared: bool) -> bool {
        let Names { of_organisation, of_teams, alike } = self.names.entry(id.kind).or_default();
        let names = match &id.team {
            Some(team) => of_teams.entry(team.clone()).or_default(),
            None => of_organisation,
        };
        let is_news = if is_declared { names.insert(id.name.clone()) } else { names.remove(&id.name) };
        if is_news {
            *alike = OnceLock::new();
        }
        is_news
    }

    fn of_team(&self, kind: Kind, team: Option<&Name>) -> Option<&BTreeSet<Name>> {
        let names = self.names.get(&kind)?;
        team.map_or(Some(&names.of_organisation), |team| names.of_teams.get(team))
    }

    /// Finds whose a name is from a place: the team's first, then the organisation's, which is `None`.
    fn whose<'n>(&self, kind: Kind, from: Option<&'n Name>, name: &Name) -> Option<Option<&'n Name>> {
        let has = |team: &Option<&Name>| self.of_team(kind, *team).is_some_and(|names| names.contains(name));
        [from, None].into_iter().find(has)
    }

    /// Says whether a name stands for something from a place.
    pub fn has(&self, kind: Kind, from: Option<&Name>, name: &Name) -> bool {
        self.whose(kind, from, name).is_some()
    }

    /// Finds what a name stands for from a place.
    pub fn find(&self, kind: Kind, from: Option<&Name>, name: &Name) -> Option<ResourceId> {
        let team = self.whose(kind, from, name)?.cloned();
        Some(ResourceId { kind, team, name: name.clone() })
    }

    /// Lists the names of a kind that can be seen from a place.
    pub fn visible(&self, kind: Kind, from: Option<&Name>) -> Visible<'_> {
        let own = from.and_then(|team| self.of_team(kind, Some(team)));
        own.into_iter().chain(self.of_team(kind, None)).collect()
    }

    /// Lists the names of a kind, whoever's they are.
    pub fn everywhere(&self, kind: Kind) -> BTreeSet<Name> {
        self.all(kind).cloned().collect()
    }

    /// Lists the names of a kind, whoever's they are, with which a misspelt one is compared, and says whether that is all.
    ///
    /// All names may be misspelt, and looked at one by one that would cost the square of them.
    pub fn alike(&self, kind: Kind, name: &Name) -> (BTreeSet<&str>, bool) {
        let all = || self.all(kind).map(Name::as_str).collect::<BTreeSet<&str>>();
        match self.names.get(&kind).filter(|_| self.all(kind).nth(FEW).is_some()) {
            Some(names) => (names.alike.get_or_init(|| Alike::of(all().into_iter())).near(name.as_str()), false),
            None => (all(), true),
        }
    }

    fn all(&self, kind: Kind) -> impl Iterator<Item = &Name> {
        let names = self.names.get(&kind).into_iter();
        names.flat_map(|names| names.of_teams.values().chain([&names.of_organisation])).flatten()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: usize) -> Index {
        let mut index = Index::default();
        for n in 0..count {
            index.note(&format!("Role/role-of-{n:04}").parse().unwrap(), true);
        }
        index
    }

    #[test]
    fn a_misspelt_name_is_compared_with_few() {
        let name = "rule-of-0042".parse().unwrap();
        assert_eq!(of(FEW).alike(Kind::Role, &name), (of(FEW).all(Kind::Role).map(Name::as_str).collect(), true));
        let mut index = of(10 * FEW);
        assert_eq!(index.alike(Kind::Role, &name), (BTreeSet::from(["role-of-0042"]), false));
        // What comes and goes is seen.
        index.note(&"Role/web/rule-of-042".parse().unwrap(), true);
        index.note(&"Role/role-of-0042".parse().unwrap(), false);
        assert_eq!(index.alike(Kind::Role, &name), (BTreeSet::from(["rule-of-042"]), false));
    }
}
