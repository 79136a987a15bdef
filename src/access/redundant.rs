//! What bindings give that is given already.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::chain::end;
use super::graph::{Node, Reach};
use super::{Access, Held, On};
use crate::model::grant::Redundant;
use crate::model::id::ResourceId;

/// What gives a role, the least missed last: what lasts longer, what is not a binding like the one that is looked at, and
/// of two alike the first by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Giving<'a> {
    until: Timestamp,
    is_other: bool,
    binding: Reverse<&'a ResourceId>,
}

/// What gives each role of some on each team or everywhere, sorted.
type Given<'a> = HashMap<(On, usize), Vec<Giving<'a>>>;

impl Access {
    /// Lists what bindings give to those whom they name, ended or not, who have it for as long by another binding.
    ///
    /// That gives the same role or one that inherits it, on the same team or everywhere, to them or to a group or team
    /// that they are in, to any depth. Of two bindings that give the same to the same the first stays.
    pub fn redundant(&self) -> Vec<Redundant> {
        self.graph.nodes().flat_map(|holder| self.redundant_of(holder, self.all_held(holder))).collect()
    }

    fn redundant_of(&self, holder: Node, held: &[Held]) -> Vec<Redundant> {
        if held.is_empty() {
            return Vec::new();
        }
        let named = self.graph.holder(holder).map(ToString::to_string).unwrap_or_default();
        let given = self.given(&self.graph.reach(holder, Timestamp::MAX), held);
        let redundant = |own: &Held| {
            let (binding, by) = (self.bindings.get(own.binding)?, self.also(own, &given)?);
            let (subject, pointer) = (named.clone(), format!("/subjects/{}", own.index));
            Some(Redundant { subject, binding: binding.clone(), pointer, by: by.clone(), expires_at: end(own.until) })
        };
        held.iter().filter_map(redundant).collect()
    }

    /// Works out what else gives the roles that a holder is bound to.
    fn given(&self, reach: &Reach, held: &[Held]) -> Given<'_> {
        let bound: BTreeSet<usize> = held.iter().map(|own| own.role).collect();
        let mut given = Given::new();
        for (place, reached) in reach.iter().enumerate() {
            for one in self.all_held(reached.holder) {
                let Some(binding) = self.bindings.get(one.binding) else { continue };
                for role in self.roles.closure(one.role).into_iter().filter(|role| bound.contains(role)) {
                    let (until, is_other) = (one.until.min(reached.until), place > 0 || role != one.role);
                    given.entry((one.on, role)).or_default().push(Giving {
                        until,
                        is_other,
                        binding: Reverse(binding),
                    });
                }
            }
        }
        given.values_mut().for_each(|all| all.sort_unstable_by_key(|one| Reverse(*one)));
        given
    }

    /// Finds the binding that gives what another gives.
    fn also<'a>(&self, own: &Held, given: &Given<'a>) -> Option<&'a ResourceId> {
        let binding = self.bindings.get(own.binding)?;
        let longest = |on: On| given.get(&(on, own.role))?.iter().find(|one| one.binding.0 != binding);
        let everywhere = own.on.and_then(|_| longest(None)).filter(|one| one.until >= own.until);
        let like = Giving { until: own.until, is_other: false, binding: Reverse(binding) };
        let beside = longest(own.on).filter(|one| **one > like);
        beside.or(everywhere).map(|one| one.binding.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::kind::{Kind, Spec};

    /// Lists what is redundant among bindings, each with what gives it already.
    fn found(bindings: &[(&str, &str, &[&str], Option<&str>)]) -> Vec<String> {
        let mut specs: Vec<(ResourceId, Spec)> = Vec::new();
        let mut add = |id: &str, spec: Value| {
            let id: ResourceId = id.parse().unwrap();
            specs.push((id.clone(), Spec::read(id.kind, spec).unwrap()));
        };
        add("Organization/acme", json!({"currency": "USD", "timezone": "Europe/Warsaw"}));
        add("Role/developer", json!({"permissions": ["read:agents"]}));
        add("Role/lead", json!({"inherits": ["developer"], "permissions": []}));
        add("Role/auditor", json!({"permissions": ["read:billing"]}));
        add("Role/web/local", json!({"inherits": ["developer"], "permissions": []}));
        ["Team/web", "Team/data"].into_iter().for_each(|team| add(team, json!({"members": ["user:ana"]})));
        add("Group/devs", json!({"members": ["user:ana"]}));
        add("Group/all", json!({"members": ["group:devs"]}));
        add("Group/everybody", json!({"members": ["group:all"]}));
        add("Group/data/own", json!({"members": ["user:ana"]}));
        add("Group/web/own", json!({"members": ["user:bo"]}));
        add("Membership/web/guests", json!({"members": [{"subject": "user:cy", "until": "2026-07-01"}]}));
        for (id, role, subjects, expires) in bindings {
            let (id, spec) = (
                format!("RoleBinding/{id}").parse().unwrap(),
                json!({"role": role, "subjects": subjects, "expires": expires}),
            );
            specs.push((id, Spec::read(Kind::RoleBinding, spec).unwrap()));
        }
        let access = Access::of(&specs.iter().map(|(id, spec)| (id, spec)).collect::<Vec<_>>());
        let told = |one: Redundant| {
            let binding = |id: ResourceId| id.to_string().replace("RoleBinding/", "");
            format!("{}{} {} by {}", binding(one.binding), one.pointer, one.subject, binding(one.by))
        };
        access.redundant().into_iter().map(told).collect()
    }

    #[test]
    fn what_is_given_already_is_found_once() {
        let (ana, devs, until) = (&["user:ana"] as &[&str], &["group:devs"] as &[&str], Some("2026-07-01"));
        let one = |binding: &str| vec![binding.to_owned()];
        for (bindings, expected) in [
            // Of two alike the first stays; what ends before is the one that is redundant, and ends in the zone.
            (
                [("web/a", "developer", &["user:Ana"] as &[&str], None), ("web/b", "developer", ana, None)],
                one("web/b/subjects/0 user:ana by web/a"),
            ),
            (
                [("web/a", "developer", ana, until), ("web/b", "developer", ana, None)],
                one("web/a/subjects/0 user:ana by web/b"),
            ),
            (
                [("web/a", "developer", ana, until), ("web/b", "developer", ana, Some("2026-06-30T22:00:00Z"))],
                one("web/b/subjects/0 user:ana by web/a"),
            ),
            (
                [("web/a", "developer", ana, until), ("web/b", "developer", ana, Some("2026-07-01T22:00:00Z"))],
                one("web/b/subjects/0 user:ana by web/a"),
            ),
            // Through groups and teams.
            (
                [("web/a", "developer", ana, None), ("web/b", "developer", devs, None)],
                one("web/a/subjects/0 user:ana by web/b"),
            ),
            (
                [("web/a", "developer", &["team:web"], None), ("web/b", "developer", ana, None)],
                one("web/b/subjects/0 user:ana by web/a"),
            ),
            ([("web/a", "developer", &["team:web"], None), ("web/b", "developer", &["user:cy"], None)], Vec::new()),
            (
                [("web/a", "developer", &["team:web"], None), ("web/b", "developer", &["user:cy"], Some("2026-06-01"))],
                one("web/b/subjects/0 user:cy by web/a"),
            ),
            ([("web/a", "developer", &["user:ana", "group:devs"], None), ("web/b", "auditor", ana, None)], Vec::new()),
            // Groups in groups.
            (
                [("web/a", "developer", devs, None), ("web/b", "developer", &["user:bo", "group:everybody"], None)],
                one("web/a/subjects/0 Group/devs by web/b"),
            ),
            ([("web/a", "developer", devs, None), ("web/b", "developer", &["group:everybody"], until)], Vec::new()),
            ([("web/a", "developer", &["group:own"], None), ("data/a", "developer", &["group:own"], None)], Vec::new()),
            // What holds everywhere holds on a team, and not the other way round.
            (
                [("all", "developer", devs, None), ("web/a", "developer", ana, None)],
                one("web/a/subjects/0 user:ana by all"),
            ),
            ([("all", "developer", ana, None), ("web/a", "developer", devs, None)], Vec::new()),
            ([("data/a", "developer", ana, None), ("web/a", "developer", ana, None)], Vec::new()),
            // Roles that inherit.
            (
                [("web/a", "developer", ana, None), ("web/b", "lead", ana, None)],
                one("web/a/subjects/0 user:ana by web/b"),
            ),
            (
                [("web/a", "developer", ana, None), ("web/b", "local", ana, None)],
                one("web/a/subjects/0 user:ana by web/b"),
            ),
            ([("web/a", "developer", ana, None), ("web/b", "auditor", ana, None)], Vec::new()),
        ] {
            assert_eq!(found(&bindings), expected, "{bindings:?}");
        }
    }
}
