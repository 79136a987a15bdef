//! Effective access as rows: what readers of a store are shown, taken apart so that it is as large as what is written.
//!
//! Each row is what one resource says, with the names in it looked up. That a member of a member is a member, and that a
//! role has what it inherits, is followed where it is read.

use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A member of a group or a team, as a resource lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Belonging {
    /// A user, an agent or a service in lower case such as `user:ana`, or a group or a team such as `Group/sre`.
    pub member: String,
    /// The group or team.
    pub holder: String,
    /// The resource that lists it: the group or team itself, or a membership.
    pub list: String,
    /// When it ends, as views spell it; `None` for never.
    pub until_at: Option<String>,
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

/// A role that has what another has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inheriting {
    pub role: String,
    pub above: String,
}

/// A permission that is written in a role; the action may be `all`.
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
    pub belongings: BTreeSet<Belonging>,
    pub holdings: BTreeSet<Holding>,
    pub inheritings: BTreeSet<Inheriting>,
    pub allowings: BTreeSet<Allowing>,
    /// What `all` stands for.
    pub actions: BTreeSet<String>,
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
        let Effective { belongings, holdings, inheritings, allowings, actions } = self;
        let has_links = !belongings.is_empty() || !holdings.is_empty() || !inheritings.is_empty();
        !has_links && allowings.is_empty() && actions.is_empty()
    }
}

impl EffectiveChange {
    /// Makes the change from some rows to others.
    pub fn between(mut before: Effective, mut after: Effective) -> Self {
        part(&mut before.belongings, &mut after.belongings);
        part(&mut before.holdings, &mut after.holdings);
        part(&mut before.inheritings, &mut after.inheritings);
        part(&mut before.allowings, &mut after.allowings);
        part(&mut before.actions, &mut after.actions);
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
