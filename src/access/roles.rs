//! What roles grant: their own permissions and those they inherit.

use std::collections::HashMap;

use super::lookup;
use super::walk::walk;
use crate::model::grant::{Link, Step};
use crate::model::id::ResourceId;
use crate::model::kind::role::Role;
use crate::model::kind::{Kind, Spec, Typed};
use crate::model::name::Name;
use crate::model::permission::{ALL, Permission};

/// An action or a word for a kind of thing.
type Word = u32;

/// The word that stands for every action.
const EVERY_ACTION: Word = 0;

/// The roles of an organisation, each with all that it grants.
#[derive(Debug)]
pub struct Roles {
    words: HashMap<String, Word>,
    places: HashMap<ResourceId, usize>,
    roles: Vec<Granting>,
}

/// A role: what it inherits and grants as it is written, and all that comes of it.
#[derive(Debug)]
struct Granting {
    id: ResourceId,
    /// Roles, with the indexes at which they are written.
    inherits: Vec<(usize, usize)>,
    permissions: Vec<(usize, Permission)>,
    /// Sorted by resource.
    rules: Vec<Rule>,
}

/// A permission of a role, its own or inherited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Rule {
    resource: Word,
    action: Word,
    permission: Permission,
}

/// What is wanted, in the words that roles use; `None` is a word that no role uses.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    action: Option<Word>,
    resource: Option<Word>,
    name: Option<&'a str>,
}

impl Roles {
    /// Reads roles and works out what each inherits. A role that is not declared grants nothing.
    pub fn of(specs: &[(&ResourceId, &Spec)]) -> Self {
        let declared: Vec<(&ResourceId, &Role)> =
            specs.iter().filter_map(|(id, spec)| Some((*id, Role::of(spec)?))).collect();
        let places = declared.iter().enumerate().map(|(place, (id, _))| ((*id).clone(), place)).collect();
        let mut roles = Roles { words: HashMap::from([(ALL.to_owned(), EVERY_ACTION)]), places, roles: Vec::new() };
        for (id, role) in declared {
            let find = |(index, name): (usize, &Name)| Some((index, roles.find(id.team.as_ref(), name)?));
            let inherits = role.inherits.placed().into_iter().filter_map(find).collect();
            let own = role.permissions.placed().into_iter();
            let permissions = own.map(|(index, permission)| (index, permission.clone())).collect();
            roles.roles.push(Granting { id: id.clone(), inherits, permissions, rules: Vec::new() });
        }
        let rules: Vec<Vec<Rule>> = (0..roles.roles.len()).map(|role| roles.flatten(role)).collect();
        roles.roles.iter_mut().zip(rules).for_each(|(role, rules)| role.rules = rules);
        roles
    }

    /// Finds a role by its name where it is written.
    pub fn find(&self, from: Option<&Name>, name: &Name) -> Option<usize> {
        lookup::find(Kind::Role, from, name, |id| self.places.get(id).copied())
    }

    /// Lists a role and those that it inherits from, the nearer ones first.
    pub fn closure(&self, role: usize) -> Vec<usize> {
        let mut found = Vec::new();
        walk(
            [role],
            |role| self.above(role),
            |role| {
                found.push(role);
                false
            },
        );
        found
    }

    fn above(&self, role: usize) -> impl Iterator<Item = usize> {
        self.roles.get(role).into_iter().flat_map(|role| &role.inherits).map(|(_, role)| *role)
    }

    fn flatten(&mut self, role: usize) -> Vec<Rule> {
        let mut rules = Vec::new();
        for role in self.closure(role) {
            let Some(Granting { permissions, .. }) = self.roles.get(role) else { continue };
            for (_, permission) in permissions {
                let resource = word(&mut self.words, permission.resource());
                let action = word(&mut self.words, permission.action());
                rules.push(Rule { resource, action, permission: permission.clone() });
            }
        }
        rules.sort();
        rules.dedup();
        rules
    }

    /// Puts what is wanted into the words of the roles.
    pub fn ask<'a>(&self, action: &str, resource: &str, name: Option<&'a str>) -> Asked<'a> {
        let word = |text: &str| self.words.get(text).copied();
        Asked { action: word(action), resource: word(resource), name }
    }

    /// Says whether a role grants what is wanted.
    pub fn grants(&self, role: usize, asked: &Asked<'_>) -> bool {
        let Some(resource) = asked.resource else { return false };
        let rules = self.roles.get(role).map(|role| role.rules.as_slice()).unwrap_or_default();
        let rules = rules.get(rules.partition_point(|rule| rule.resource < resource)..).unwrap_or_default();
        let of_resource = rules.iter().take_while(|rule| rule.resource == resource);
        let mut of_action = of_resource.filter(|rule| rule.action == EVERY_ACTION || Some(rule.action) == asked.action);
        of_action.any(|rule| rule.permission.names().cover(asked.name))
    }

    /// Returns the resource that declares a role.
    pub fn id(&self, role: usize) -> Option<&ResourceId> {
        self.roles.get(role).map(|role| &role.id)
    }

    /// Iterates over all that a role grants, its own and inherited.
    pub fn permissions(&self, role: usize) -> impl Iterator<Item = &Permission> {
        let rules = self.roles.get(role).into_iter().flat_map(|role| &role.rules);
        rules.map(|rule| &rule.permission)
    }

    /// Finds the shortest way from a role to where a permission is written.
    pub fn way(&self, role: usize, permission: &Permission) -> Vec<Link> {
        let mut seen = vec![(role, None)];
        let mut here = 0;
        while let Some((role, _)) = seen.get(here).copied() {
            let Some(Granting { id, inherits, permissions, .. }) = self.roles.get(role) else { break };
            if let Some((index, _)) = permissions.iter().find(|(_, own)| own == permission) {
                let step = Step::Permits { permission: permission.to_string() };
                let last = Link { step, by: id.clone(), pointer: format!("/permissions/{index}"), until: None };
                return self.inherited(&seen, here).into_iter().chain([last]).collect();
            }
            for (index, above) in inherits {
                if seen.iter().all(|(known, _)| known != above) {
                    seen.push((*above, Some((here, *index))));
                }
            }
            here += 1;
        }
        Vec::new()
    }

    /// Links the role at which a way begins to one that was found on it.
    fn inherited(&self, seen: &[(usize, Option<(usize, usize)>)], found: usize) -> Vec<Link> {
        let (mut links, mut here) = (Vec::new(), found);
        while let Some((role, Some((below, index)))) = seen.get(here) {
            let heir = seen.get(*below).and_then(|(heir, _)| self.id(*heir));
            links.extend(heir.zip(self.id(*role)).map(|(heir, role)| Link {
                step: Step::Inherits { role: role.clone() },
                by: heir.clone(),
                pointer: format!("/inherits/{index}"),
                until: None,
            }));
            here = *below;
        }
        links.reverse();
        links
    }
}

fn word(words: &mut HashMap<String, Word>, text: &str) -> Word {
    if let Some(word) = words.get(text) {
        return *word;
    }
    let word = Word::try_from(words.len()).unwrap_or(Word::MAX);
    words.insert(text.to_owned(), word);
    word
}
