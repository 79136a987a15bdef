//! The rows of effective access, and what changes in them: those of the resources that a change touches.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::chain::end;
use super::graph::{Holder, Listed, listed};
use super::lookup;
use crate::model::change::Change;
use crate::model::desired::Desired;
use crate::model::effective::{Allowing, Belonging, Effective, EffectiveChange, Holding, Inheriting};
use crate::model::expiry::{Expiry, spelled};
use crate::model::id::ResourceId;
use crate::model::kind::organization::Organization;
use crate::model::kind::role::Role;
use crate::model::kind::role_binding::RoleBinding;
use crate::model::kind::{Kind, Spec, Typed};
use crate::model::name::Name;
use crate::model::permission::Permission;
use crate::model::subject::Subject;

/// Works out all rows.
pub fn effective(desired: &Desired) -> Effective {
    Side::of(desired, &Touched::new()).all()
}

/// Works out what a plan's changes come to in the rows.
///
/// That costs what they touch: resources that change, and with a role, group or team that comes or goes those that name it.
pub fn change(desired: &Desired, changes: &[Change]) -> EffectiveChange {
    let before =
        |change: &Change| change.applied.as_ref().and_then(|spec| Spec::read(change.id.kind, spec.value()).ok());
    let written = changes.iter().filter(|change| change.writes_applied());
    let touched: Touched = written.map(|change| (&change.id, before(change))).collect();
    let none = Touched::new();
    let (before, after) = (Side::of(desired, &touched), Side::of(desired, &none));
    // When a day ends is in every row.
    if before.zone != after.zone {
        return EffectiveChange::between(before.all(), after.all());
    }
    let ids = concerned(&touched, desired);
    EffectiveChange::between(before.rows(&ids), after.rows(&ids))
}

/// What changes, with the specs of before; `None` for what was not there.
type Touched<'a> = BTreeMap<&'a ResourceId, Option<Spec>>;

/// Lists the resources whose rows may be others: what changes, and what names or belongs to something that comes or goes.
fn concerned<'a>(touched: &Touched<'a>, desired: &'a Desired) -> BTreeSet<&'a ResourceId> {
    let is_moved = |id: &&ResourceId| {
        let was = touched.get(*id).is_some_and(Option::is_some);
        matches!(id.kind, Kind::Role | Kind::Group | Kind::Team) && was != desired.resources.get(id).is_some()
    };
    let moved: BTreeSet<(Kind, &Name)> =
        touched.keys().copied().filter(is_moved).map(|id| (id.kind, &id.name)).collect();
    let mut ids: BTreeSet<&ResourceId> = touched.keys().copied().collect();
    if !moved.is_empty() {
        let all = super::KINDS.iter().flat_map(|kind| desired.resources.of_kind(*kind));
        let is_of = |id: &ResourceId| id.team.as_ref().is_some_and(|team| moved.contains(&(Kind::Team, team)));
        let naming = all.filter(|manifest| is_of(&manifest.id) || names(&manifest.spec, &moved));
        ids.extend(naming.map(|manifest| &manifest.id));
    }
    ids
}

/// Says whether a spec names one of some roles, groups and teams, whosever they are.
fn names(spec: &Spec, moved: &BTreeSet<(Kind, &Name)>) -> bool {
    let role = |name: &Name| moved.contains(&(Kind::Role, name));
    let subject = |subject: &Subject| {
        let name = || subject.id().parse::<Name>().ok();
        lookup::container(subject).zip(name()).is_some_and(|(kind, name)| moved.contains(&(kind, &name)))
    };
    if let Some(binding) = RoleBinding::of(spec) {
        return role(&binding.role) || binding.subjects.iter().any(subject);
    }
    let inherits = Role::of(spec).is_some_and(|heir| heir.inherits.iter().any(role));
    inherits || listed(spec).iter().any(|one| subject(one.subject))
}

/// The state before a change or after it: what is desired, with what was there before in its place.
struct Side<'a> {
    desired: &'a Desired,
    touched: &'a Touched<'a>,
    zone: TimeZone,
}

impl<'a> Side<'a> {
    fn of(desired: &'a Desired, touched: &'a Touched<'a>) -> Self {
        let mut side = Side { desired, touched, zone: TimeZone::UTC };
        let organization = side.ids(&[Kind::Organization]).into_iter().find_map(|id| Organization::of(side.get(id)?));
        side.zone = organization.map_or(TimeZone::UTC, Organization::zone);
        side
    }

    fn get(&self, id: &ResourceId) -> Option<&'a Spec> {
        match self.touched.get(id) {
            Some(before) => before.as_ref(),
            None => self.desired.resources.get(id).map(|manifest| &manifest.spec),
        }
    }

    fn ids(&self, kinds: &[Kind]) -> BTreeSet<&'a ResourceId> {
        let declared = kinds.iter().flat_map(|kind| self.desired.resources.of_kind(*kind));
        let touched = self.touched.keys().copied().filter(|id| kinds.contains(&id.kind));
        declared.map(|manifest| &manifest.id).chain(touched).collect()
    }

    fn all(&self) -> Effective {
        self.rows(&self.ids(super::KINDS))
    }

    /// Works out the rows of some resources.
    fn rows(&self, ids: &BTreeSet<&ResourceId>) -> Effective {
        let mut rows = Effective::default();
        for (id, spec) in ids.iter().filter_map(|id| Some((*id, self.get(id)?))) {
            if let Some(organization) = Organization::of(spec) {
                rows.actions.extend(organization.vocabulary.actions.iter().map(Name::to_string));
            } else if let Some(role) = Role::of(spec) {
                rows.inheritings.extend(self.inherited(id, role));
                rows.allowings.extend(allowed(id, role));
            } else if let Some(binding) = RoleBinding::of(spec) {
                rows.holdings.extend(self.held(id, binding));
            } else {
                rows.belongings.extend(self.belonging(id, spec));
            }
        }
        rows
    }

    fn inherited(&self, id: &ResourceId, role: &Role) -> Vec<Inheriting> {
        let find = |name| lookup::find(Kind::Role, id.team.as_ref(), name, |id| self.known(id));
        let above = role.inherits.iter().filter_map(find);
        above.map(|above| Inheriting { role: id.to_string(), above: above.to_string() }).collect()
    }

    /// Writes out whom a binding gives what.
    fn held(&self, id: &ResourceId, binding: &RoleBinding) -> Vec<Holding> {
        let known = |id: &ResourceId| self.known(id);
        let Some((role, _)) = lookup::given(id, binding, known, known) else { return Vec::new() };
        let holding = |holder: Holder| Holding {
            holder: holder.to_string(),
            binding: id.to_string(),
            team: id.team_or_empty().to_owned(),
            role: role.to_string(),
            expires_at: self.ends(binding.expires),
        };
        binding.subjects.iter().filter_map(|subject| self.holder(id.team.as_ref(), subject)).map(holding).collect()
    }

    /// Writes out who belongs to a group or a team by what a resource lists.
    fn belonging(&self, id: &ResourceId, spec: &Spec) -> Vec<Belonging> {
        let Some(holder) = super::graph::container(id).filter(|holder| self.get(holder).is_some()) else {
            return Vec::new();
        };
        let belonging = |Listed { subject, until, .. }: Listed<'_>| {
            let member = self.holder(id.team.as_ref(), subject)?.to_string();
            Some(Belonging { member, holder: holder.to_string(), list: id.to_string(), until_at: self.ends(until) })
        };
        listed(spec).into_iter().filter_map(belonging).collect()
    }

    fn ends(&self, expiry: Option<Expiry>) -> Option<String> {
        end(expiry.map_or(Timestamp::MAX, |expiry| expiry.end(&self.zone))).map(spelled)
    }

    fn holder(&self, from: Option<&Name>, subject: &Subject) -> Option<Holder> {
        if lookup::container(subject).is_none() {
            return Some(Holder::Subject(subject.clone()));
        }
        lookup::members(from, subject, |id| self.known(id)).map(Holder::Members)
    }

    fn known(&self, id: &ResourceId) -> Option<ResourceId> {
        self.get(id).map(|_| id.clone())
    }
}

fn allowed(id: &ResourceId, role: &Role) -> Vec<Allowing> {
    let allowing = |permission: &Permission| Allowing {
        role: id.to_string(),
        action: permission.action().to_owned(),
        resource: permission.resource().to_owned(),
        name: permission.pattern(),
    };
    role.permissions.iter().map(allowing).collect()
}
