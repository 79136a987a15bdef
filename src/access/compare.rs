//! Who gains and who loses what by a change.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Access;
use super::graph::Node;
use crate::model::effective::EffectiveChange;
use crate::model::grant::{AccessChange, Grant, Moved};
use crate::model::id::ResourceId;
use crate::model::subject::Subject;

/// Compares what the subjects may do whom a change of rows touches.
pub fn compare(before: &Access, after: &Access, change: &EffectiveChange) -> AccessChange {
    let touched = Touched::by(change);
    let concerned = [before, after].into_iter().flat_map(|access| touched.subjects(access));
    let mut compared = AccessChange::default();
    for subject in concerned.collect::<BTreeSet<Subject>>() {
        let [mut old, new] = [before, after].map(|access| by_what(access.grants_of(&subject)));
        for (what, grant) in new {
            match old.remove(&what) {
                None => compared.gained.push(grant),
                Some(other) if other.expires_at != grant.expires_at => {
                    compared.moved.push(Moved { before: other, after: grant })
                }
                Some(_) => {}
            }
        }
        compared.lost.extend(old.into_values());
    }
    compared
}

/// Puts grants by what they grant, without their ends and ways.
fn by_what(grants: Vec<Grant>) -> BTreeMap<Grant, Grant> {
    let what = |grant: &Grant| Grant { expires_at: None, via: String::new(), ..grant.clone() };
    grants.into_iter().map(|grant| (what(&grant), grant)).collect()
}

/// Whom and what rows name.
struct Touched<'a> {
    /// Subjects, groups and teams.
    holders: HashSet<&'a str>,
    roles: HashSet<&'a str>,
}

impl<'a> Touched<'a> {
    fn by(EffectiveChange { take, put }: &'a EffectiveChange) -> Self {
        let both = || [take, put].into_iter();
        let belongings = both().flat_map(|rows| &rows.belongings).map(|row| row.member.as_str());
        let holdings = both().flat_map(|rows| &rows.holdings).map(|row| row.holder.as_str());
        let inheritings = both().flat_map(|rows| &rows.inheritings).map(|row| row.role.as_str());
        let allowings = both().flat_map(|rows| &rows.allowings).map(|row| row.role.as_str());
        Touched { holders: belongings.chain(holdings).collect(), roles: inheritings.chain(allowings).collect() }
    }

    /// Lists the subjects that stand for somebody who is named, or for somebody who holds what is.
    fn subjects(&self, access: &Access) -> Vec<Subject> {
        let nodes = access.graph.nodes().filter(|node| self.names(access, *node));
        let leaves = access.graph.below(nodes.collect());
        leaves.into_iter().filter_map(|leaf| access.graph.subject(leaf).cloned()).collect()
    }

    fn names(&self, access: &Access, node: Node) -> bool {
        let is_named = || access.graph.holder(node).is_some_and(|one| self.holders.contains(one.to_string().as_str()));
        let holds = || access.all_held(node).iter().any(|held| self.is_of(access, held.role));
        is_named() || !self.roles.is_empty() && holds()
    }

    /// Says whether a role is named, or inherits from one that is.
    fn is_of(&self, access: &Access, role: usize) -> bool {
        access.roles.closure(role).into_iter().any(|role| {
            let id = access.roles.id(role).map(ResourceId::to_string);
            id.is_some_and(|id| self.roles.contains(id.as_str()))
        })
    }
}
