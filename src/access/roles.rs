//! What roles grant: their own permissions and those they inherit.

use std::collections::{BTreeSet, HashMap};

use super::lookup;
use super::walk::walk;
use crate::model::grant::{Link, Step};
use crate::model::id::ResourceId;
use crate::model::kind::role::Role;
use crate::model::kind::{Kind, Spec, Typed};
use crate::model::name::Name;
use crate::model::permission::{ALL, Names, Permission};
use crate::model::question::Wanted;

/// The roles of an organisation, as they are written, and an index of their permissions.
#[derive(Debug, Default)]
pub struct Roles {
    places: HashMap<ResourceId, usize>,
    roles: Vec<Granting>,
    /// Which roles inherit from each.
    heirs: Vec<Vec<usize>>,
    /// By resource and action: which roles themselves list it.
    granting: HashMap<String, HashMap<String, Listing>>,
}

/// A role as it is written.
#[derive(Debug)]
struct Granting {
    id: ResourceId,
    /// Roles, with the indexes at which they are written.
    inherits: Vec<(usize, usize)>,
    permissions: Vec<(usize, Permission)>,
}

/// The roles that list an action on a resource, sorted, by the names that they list it for.
#[derive(Debug, Default)]
struct Listing {
    every: Vec<usize>,
    one: HashMap<String, Vec<usize>>,
    prefixes: HashMap<String, Vec<usize>>,
    /// How long (bytes) prefixes are.
    lengths: BTreeSet<usize>,
}

/// The roles that themselves list what is wanted: a few lists, each sorted.
#[derive(Debug, Clone)]
pub struct Asked<'a>(Vec<&'a [usize]>);

impl Roles {
    /// Reads roles. One that is not declared grants nothing.
    pub fn of(specs: &[(&ResourceId, &Spec)]) -> Self {
        let declared: Vec<(&ResourceId, &Role)> =
            specs.iter().filter_map(|(id, spec)| Some((*id, Role::of(spec)?))).collect();
        let places = declared.iter().enumerate().map(|(place, (id, _))| ((*id).clone(), place)).collect();
        let heirs = vec![Vec::new(); declared.len()];
        let mut roles = Roles { places, heirs, ..Roles::default() };
        for (place, (id, role)) in declared.into_iter().enumerate() {
            let find = |(index, name): (usize, &Name)| {
                Some((index, lookup::find(Kind::Role, id.team.as_ref(), name, |id| roles.place(id))?))
            };
            let inherits: Vec<(usize, usize)> = role.inherits.placed().into_iter().filter_map(find).collect();
            let own = role.permissions.placed().into_iter();
            let permissions = own.map(|(index, permission)| (index, permission.clone())).collect();
            for (_, above) in &inherits {
                roles.heirs.get_mut(*above).into_iter().for_each(|heirs| heirs.push(place));
            }
            roles.index(place, role);
            roles.roles.push(Granting { id: id.clone(), inherits, permissions });
        }
        roles
    }

    /// Notes what a role lists. Roles come in the order of their places, so that lists of them are sorted.
    fn index(&mut self, place: usize, role: &Role) {
        for permission in role.permissions.iter() {
            let of_resource = self.granting.entry(permission.resource().to_owned()).or_default();
            of_resource.entry(permission.action().to_owned()).or_default().note(permission.names(), place);
        }
    }

    /// Finds a role.
    pub fn place(&self, id: &ResourceId) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// Looks up which roles list what is wanted.
    pub fn ask(&self, Wanted { action, resource, name, .. }: &Wanted) -> Asked<'_> {
        let mut lists = Vec::new();
        if let Some(of_resource) = self.granting.get(resource) {
            let every_action = of_resource.get(ALL).filter(|_| action != ALL);
            for listing in of_resource.get(action).into_iter().chain(every_action) {
                listing.ask(name.as_deref(), &mut lists);
            }
        }
        Asked(lists)
    }

    /// Says whether a role lists what is wanted or inherits it.
    pub fn grants(&self, role: usize, asked: &Asked<'_>) -> bool {
        // Most roles are asked for what they list, or inherit nothing.
        asked.is_listed_by(role)
            || self.roles.get(role).is_some_and(|role| !role.inherits.is_empty())
                && walk([role], |role| self.above(role), |role| asked.is_listed_by(role))
    }

    /// Lists the roles that grant what is wanted, themselves or by what they inherit; `None` where those are many.
    pub fn granting(&self, asked: &Asked<'_>, many: usize) -> Option<Vec<usize>> {
        if asked.0.iter().map(|list| list.len()).sum::<usize>() > many {
            return None;
        }
        let (mut found, listing) = (Vec::new(), asked.0.iter().copied().flatten().copied());
        let heirs = |role: usize| self.heirs.get(role).into_iter().flatten().copied();
        let are_many = walk(listing, heirs, |role| {
            found.push(role);
            found.len() > many
        });
        (!are_many).then_some(found)
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

    /// Returns the resource that declares a role.
    pub fn id(&self, role: usize) -> Option<&ResourceId> {
        self.roles.get(role).map(|role| &role.id)
    }

    /// Iterates over all that a role grants, its own and inherited.
    pub fn permissions(&self, role: usize) -> impl Iterator<Item = &Permission> {
        let roles = self.closure(role).into_iter().filter_map(|role| self.roles.get(role));
        roles.flat_map(|role| &role.permissions).map(|(_, permission)| permission)
    }

    /// Finds the shortest way from a role to where a permission is written.
    pub fn way(&self, role: usize, permission: &Permission) -> Vec<Link> {
        // From which role, and where it is written there, each was come to.
        let (mut by, mut found) = (HashMap::from([(role, None)]), None);
        for role in self.closure(role) {
            let Some(Granting { id, inherits, permissions }) = self.roles.get(role) else { continue };
            if let Some((index, _)) = permissions.iter().find(|(_, own)| own == permission) {
                let step = Step::Permits { permission: permission.to_string() };
                let last = Link { step, by: id.clone(), pointer: format!("/permissions/{index}"), until: None };
                found = Some((role, last));
                break;
            }
            for (index, above) in inherits {
                by.entry(*above).or_insert(Some((role, *index)));
            }
        }
        let Some((mut role, last)) = found else { return Vec::new() };
        let mut links = vec![last];
        while let Some(Some((heir, index))) = by.get(&role) {
            links.extend(self.id(*heir).zip(self.id(role)).map(|(heir, role)| Link {
                step: Step::Inherits { role: role.clone() },
                by: heir.clone(),
                pointer: format!("/inherits/{index}"),
                until: None,
            }));
            role = *heir;
        }
        links.reverse();
        links
    }
}

impl Listing {
    fn note(&mut self, names: Names<'_>, role: usize) {
        let list = match names {
            Names::Every => &mut self.every,
            Names::One(name) => self.one.entry(name.to_owned()).or_default(),
            Names::Prefix(prefix) => {
                self.lengths.insert(prefix.len());
                self.prefixes.entry(prefix.to_owned()).or_default()
            }
        };
        list.push(role);
    }

    /// Adds the lists that are about a name, or with `None` about the whole.
    fn ask<'a>(&'a self, name: Option<&str>, lists: &mut Vec<&'a [usize]>) {
        let mut add =
            |list: Option<&'a Vec<usize>>| lists.extend(list.filter(|list| !list.is_empty()).map(Vec::as_slice));
        add(Some(&self.every));
        let Some(name) = name else { return };
        add(self.one.get(name));
        for length in &self.lengths {
            add(name.get(..*length).and_then(|prefix| self.prefixes.get(prefix)));
        }
    }
}

impl Asked<'_> {
    /// Says whether nobody lists it.
    pub fn is_nobodys(&self) -> bool {
        self.0.is_empty()
    }

    fn is_listed_by(&self, role: usize) -> bool {
        self.0.iter().any(|list| list.binary_search(&role).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn role(name: &str, inherits: &[&str], permissions: &[&str]) -> (ResourceId, Spec) {
        let spec = json!({ "inherits": inherits, "permissions": permissions });
        (format!("Role/{name}").parse().unwrap(), Spec::read(Kind::Role, spec).unwrap())
    }

    #[test]
    fn names_prefixes_and_the_whole_are_found() {
        let specs = [
            role("base", &[], &["read:agents/a", "read:agents/re*"]),
            role("mid", &["base"], &["all:prompts", "read:agents/*"]),
            role("top", &["mid"], &["manage:agents"]),
        ];
        let roles = Roles::of(&specs.iter().map(|(id, spec)| (id, spec)).collect::<Vec<_>>());
        for (role, text, granted) in [
            (0, "read:agents/a", true),
            (0, "read:agents/ab", false),
            (0, "read:agents/re", true),
            (0, "read:agents/r", false),
            (0, "read:agents", false),
            (1, "read:agents/zzz", true),
            (2, "read:agents/zzz", true),
            (2, "read:agents", false),
            (2, "execute:prompts/x", true),
            (2, "all:prompts", true),
            (2, "manage:agents/x", true),
            (2, "all:agents", false),
            (1, "manage:agents", false),
            (0, "read:billing", false),
        ] {
            let asked = roles.ask(&Wanted::parse(text, None).unwrap());
            assert_eq!(roles.grants(role, &asked), granted, "{role} {text}");
            assert_eq!(roles.granting(&asked, 10).unwrap().contains(&role), granted, "{role} {text}");
        }
    }

    #[test]
    fn many_roles_are_not_listed() {
        let specs: Vec<_> = (0..9).map(|n| role(&format!("r{n}"), &["r8"][..usize::from(n < 8)], &[])).collect();
        let mut specs: Vec<(&ResourceId, &Spec)> = specs.iter().map(|(id, spec)| (id, spec)).collect();
        let (id, spec) = role("r8", &[], &["read:agents"]);
        specs[8] = (&id, &spec);
        let roles = Roles::of(&specs);
        let asked = roles.ask(&Wanted::parse("read:agents", None).unwrap());
        assert_eq!(roles.granting(&asked, 9).map(|found| found.len()), Some(9));
        assert_eq!(roles.granting(&asked, 8), None);
    }
}
