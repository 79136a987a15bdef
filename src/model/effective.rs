//! Effective access as rows: what readers of a store are shown, taken apart so that it is as large as what is written.
//!
//! A grant is a subject that stands for a holder, the holder's role on a team, and a permission of the role. The three are
//! kept apart: all grants together are their product.

use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A subject that stands for itself, or for a group or a team that it is in, to any depth.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Standing {
    /// In lower case, such as `user:ana`.
    pub subject: String,
    /// The subject itself, or `Group/sre`.
    pub holder: String,
    /// When the last way there ends, as views spell it; `None` for never.
    pub until_at: Option<String>,
    /// The groups and teams on that way, such as `Group/sre -> Group/oncall`; empty for the subject itself.
    pub via: String,
}

/// A role that a binding gives to a holder, on a team or with an empty one everywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holding {
    pub holder: String,
    pub binding: String,
    pub team: String,
    pub role: String,
    /// When it ends, as views spell it; `None` for never.
    pub expires_at: Option<String>,
}

/// A permission that a role has, its own or inherited: of `all` one for each action.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Allowing {
    pub role: String,
    pub action: String,
    pub resource: String,
    /// `None` for every name, `pre*` for a prefix.
    pub name: Option<String>,
}

/// Rows of effective access.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effective {
    pub standings: BTreeSet<Standing>,
    pub holdings: BTreeSet<Holding>,
    pub allowings: BTreeSet<Allowing>,
}

/// What changes in the rows of effective access.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EffectiveChange {
    pub take: Effective,
    pub put: Effective,
}

impl Effective {
    /// Says whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.standings.is_empty() && self.holdings.is_empty() && self.allowings.is_empty()
    }
}

impl EffectiveChange {
    /// Makes the change from some rows to others.
    pub fn between(mut before: Effective, mut after: Effective) -> Self {
        part(&mut before.standings, &mut after.standings);
        part(&mut before.holdings, &mut after.holdings);
        part(&mut before.allowings, &mut after.allowings);
        EffectiveChange { take: before, put: after }
    }

    /// Says whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.take.is_empty() && self.put.is_empty()
    }
}

/// Takes out of two sets what they have in common.
fn part<T: Ord>(before: &mut BTreeSet<T>, after: &mut BTreeSet<T>) {
    let (old, new) = (std::mem::take(before), std::mem::take(after));
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    while let (Some(a), Some(b)) = (old.peek(), new.peek()) {
        match a.cmp(b) {
            Ordering::Less => before.extend(old.next()),
            Ordering::Greater => after.extend(new.next()),
            Ordering::Equal => drop((old.next(), new.next())),
        }
    }
    before.extend(old);
    after.extend(new);
}
