//! Who gains and who loses what by a change.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Access;
use super::graph::{Holder, Node};
use crate::model::effective::{Effective, EffectiveChange};
use crate::model::grant::{AccessChange, Grant, Moved};
use crate::model::id::ResourceId;
use crate::model::subject::Subject;

/// Compares what the subjects may do whom a change of rows touches.
pub fn compare(before: &Access, after: &Access, change: &EffectiveChange) -> AccessChange {
    let touched = Touched::by(change);
    let concerned = [before, after].into_iter().flat_map(|access| touched.subjects(access));
    let mut compared = AccessChange::default();
    for subject in concerned.collect::<BTreeSet<Subject>>() {
        let [mut old, new] = [before, after].map(|access| by_what(access.grants(&subject)));
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
        let standings = |rows: &'a Effective| rows.standings.iter().map(|row| row.subject.as_str());
        let holdings = |rows: &'a Effective| rows.holdings.iter().map(|row| row.holder.as_str());
        let allowings = |rows: &'a Effective| rows.allowings.iter().map(|row| row.role.as_str());
        Touched {
            holders: [take, put].into_iter().flat_map(|rows| standings(rows).chain(holdings(rows))).collect(),
            roles: [take, put].into_iter().flat_map(allowings).collect(),
        }
    }

    fn subjects(&self, access: &Access) -> Vec<Subject> {
        let leaves = access.graph.leaves().filter(|leaf| self.concern(access, *leaf));
        leaves.filter_map(|leaf| access.graph.subject(leaf).cloned()).collect()
    }

    fn concern(&self, access: &Access, leaf: Node) -> bool {
        access.reached(leaf).iter().any(|reached| {
            let holder = access.graph.holder(reached.holder).map(Holder::to_string);
            let mut roles = access.all_held(reached.holder).iter().filter_map(|held| access.roles.id(held.role));
            holder.is_some_and(|holder| self.holders.contains(holder.as_str()))
                || !self.roles.is_empty()
                    && roles.any(|role: &ResourceId| self.roles.contains(role.to_string().as_str()))
        })
    }
}
