//! The rows of effective access, and what changes in them: worked out again for what a change touches.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::chain::end;
use super::graph::{Graph, Holder, Node};
use super::roles::{Roles, pattern};
use crate::model::change::Change;
use crate::model::desired::Desired;
use crate::model::effective::{Allowing, Effective, EffectiveChange, Holding, Standing};
use crate::model::expiry::spelled;
use crate::model::id::ResourceId;
use crate::model::kind::organization::Organization;
use crate::model::kind::role_binding::RoleBinding;
use crate::model::kind::{Kind, Spec, Typed};
use crate::model::name::Name;
use crate::model::permission::ALL;
use crate::model::subject::{Subject, SubjectKind};

/// Typed specs by resource.
type Specs<'a> = Vec<(&'a ResourceId, &'a Spec)>;

/// What a change of each says of who is a member of what.
const MEMBERS: &[Kind] = &[Kind::Group, Kind::Team, Kind::Membership];

/// Works out all rows.
pub fn effective(desired: &Desired) -> Effective {
    Side::of(desired, &Touched::new()).all()
}

/// Works out what a plan's changes come to in the rows.
///
/// That costs what they touch: a binding alone itself, a change of members the memberships, a role the roles.
pub fn change(desired: &Desired, changes: &[Change]) -> EffectiveChange {
    let before =
        |change: &Change| change.applied.as_ref().and_then(|spec| Spec::read(change.id.kind, spec.value()).ok());
    let written = changes.iter().filter(|change| change.writes_applied());
    let touched: Touched = written.map(|change| (&change.id, before(change))).collect();
    let none = Touched::new();
    let (before, after) = (Side::of(desired, &touched), Side::of(desired, &none));
    // When a day ends and what `all` stands for is in every row.
    if (&before.zone, &before.actions) != (&after.zone, &after.actions) {
        return EffectiveChange::between(before.all(), after.all());
    }
    let touch = Touch::of(&touched, desired);
    let [members_before, members_after] = members(&touch, [&before, &after]);
    let (before, after) = (before.part(&touch, members_before), after.part(&touch, members_after));
    EffectiveChange::between(before, after)
}

/// Works out for whom those stand, before and after, that are below what changes, before or after.
fn members(touch: &Touch<'_>, sides: [&Side<'_>; 2]) -> [BTreeSet<Standing>; 2] {
    if touch.containers.is_empty() {
        return Default::default();
    }
    let graphs = sides.map(|side| side.graph());
    let below = |graph: &Graph| {
        let nodes = touch.containers.iter().filter_map(|id| graph.members_of(id)).collect();
        graph.below(nodes).into_iter().filter_map(|leaf| graph.subject(leaf).cloned()).collect::<Vec<Subject>>()
    };
    let concerned: BTreeSet<Subject> = graphs.iter().flat_map(below).collect();
    graphs.map(|graph| {
        let leaves = concerned.iter().filter_map(|subject| graph.leaf(subject));
        leaves.flat_map(|leaf| standings(&graph, leaf)).collect()
    })
}

/// What changes, with the specs of before; `None` for what was not there.
type Touched<'a> = BTreeMap<&'a ResourceId, Option<Spec>>;

/// What a change touches in the rows.
struct Touch<'a> {
    bindings: BTreeSet<&'a ResourceId>,
    /// Groups and teams whose lists of members change.
    containers: BTreeSet<ResourceId>,
    roles: bool,
    /// Roles, groups and teams that come or go.
    moved: BTreeSet<(Kind, &'a Name)>,
}

impl<'a> Touch<'a> {
    fn of(touched: &Touched<'a>, desired: &Desired) -> Self {
        let ids = || touched.keys().copied();
        let is_moved = |id: &&ResourceId| {
            let was = touched.get(*id).is_some_and(Option::is_some);
            matches!(id.kind, Kind::Role | Kind::Group | Kind::Team) && was != desired.resources.get(id).is_some()
        };
        Touch {
            bindings: ids().filter(|id| id.kind == Kind::RoleBinding).collect(),
            containers: ids().filter(|id| MEMBERS.contains(&id.kind)).map(container).collect(),
            roles: ids().any(|id| id.kind == Kind::Role),
            moved: ids().filter(is_moved).map(|id| (id.kind, &id.name)).collect(),
        }
    }

    /// Says whether a binding may give something else than before, or to somebody else.
    fn concerns(&self, id: &ResourceId, binding: &RoleBinding) -> bool {
        let names = |subject: &Subject| {
            let kind = if subject.kind() == SubjectKind::Team { Kind::Team } else { Kind::Group };
            self.moved.iter().any(|(moved, name)| *moved == kind && name.as_str() == subject.id())
        };
        let is_named = || self.moved.contains(&(Kind::Role, &binding.role)) || binding.subjects.iter().any(names);
        self.bindings.contains(id) || !self.moved.is_empty() && is_named()
    }
}

/// Returns the group or team to whose members a resource adds.
fn container(id: &ResourceId) -> ResourceId {
    match &id.team {
        Some(team) if id.kind == Kind::Membership => ResourceId { kind: Kind::Team, team: None, name: team.clone() },
        Some(_) | None => id.clone(),
    }
}

/// The state before a change or after it: what is desired, with what was there before in its place.
struct Side<'a> {
    desired: &'a Desired,
    touched: &'a Touched<'a>,
    zone: TimeZone,
    /// What `all` stands for.
    actions: Vec<String>,
}

impl<'a> Side<'a> {
    fn of(desired: &'a Desired, touched: &'a Touched<'a>) -> Self {
        let mut side = Side { desired, touched, zone: TimeZone::UTC, actions: Vec::new() };
        let declared = side.of_kinds(&[Kind::Organization]).into_iter().find_map(|(_, spec)| Organization::of(spec));
        if let Some(organization) = declared {
            side.zone = organization.zone();
            side.actions = organization.vocabulary.actions.canonical().into_iter().map(Name::to_string).collect();
        }
        side
    }

    fn get(&self, id: &ResourceId) -> Option<&'a Spec> {
        match self.touched.get(id) {
            Some(before) => before.as_ref(),
            None => self.desired.resources.get(id).map(|manifest| &manifest.spec),
        }
    }

    /// Lists what there is of some kinds, sorted.
    fn of_kinds(&self, kinds: &[Kind]) -> Specs<'a> {
        let (desired, touched) = (self.desired, self.touched);
        let stays = |id: &ResourceId| !touched.contains_key(id);
        let now = kinds.iter().flat_map(|kind| desired.resources.of_kind(*kind)).filter(|one| stays(&one.id));
        let before = touched.iter().filter(|(id, _)| kinds.contains(&id.kind));
        let before = before.filter_map(|(id, spec)| Some((*id, spec.as_ref()?)));
        let mut specs: Specs = now.map(|manifest| (&manifest.id, &manifest.spec)).chain(before).collect();
        // Of two ways that are as good the first counts, on both sides the same.
        specs.sort_by_key(|(id, _)| *id);
        specs
    }

    fn graph(&self) -> Graph {
        Graph::of(&self.of_kinds(MEMBERS), &self.zone)
    }

    fn all(&self) -> Effective {
        let graph = self.graph();
        let standings = graph.leaves().flat_map(|leaf| standings(&graph, leaf)).collect();
        Effective { standings, holdings: self.holdings(|_, _| true), allowings: self.allowings() }
    }

    /// Works out the rows that a change may touch, as they are on this side.
    fn part(&self, touch: &Touch<'_>, standings: BTreeSet<Standing>) -> Effective {
        let allowings = if touch.roles { self.allowings() } else { BTreeSet::new() };
        let holdings = if touch.moved.is_empty() {
            touch.bindings.iter().flat_map(|id| self.held(id, self.get(id))).collect()
        } else {
            self.holdings(|id, binding| touch.concerns(id, binding))
        };
        Effective { standings, holdings, allowings }
    }

    fn holdings(&self, wanted: impl Fn(&ResourceId, &RoleBinding) -> bool) -> BTreeSet<Holding> {
        let bindings = self.of_kinds(&[Kind::RoleBinding]).into_iter();
        let bindings = bindings.filter(|(id, spec)| RoleBinding::of(spec).is_some_and(|binding| wanted(id, binding)));
        bindings.flat_map(|(id, spec)| self.held(id, Some(spec))).collect()
    }

    /// Writes out whom a binding gives what.
    fn held(&self, id: &ResourceId, spec: Option<&Spec>) -> Vec<Holding> {
        let from = id.team.as_ref();
        let Some(binding) = spec.and_then(RoleBinding::of) else { return Vec::new() };
        let Some(role) = self.find(Kind::Role, from, &binding.role) else { return Vec::new() };
        let expires_at = binding.expires.map(|expires| spelled(expires.end(&self.zone)));
        let holding = |holder: String| Holding {
            holder,
            binding: id.to_string(),
            team: id.team_or_empty().to_owned(),
            role: role.to_string(),
            expires_at: expires_at.clone(),
        };
        binding.subjects.canonical().into_iter().filter_map(|subject| self.holder(from, subject)).map(holding).collect()
    }

    fn holder(&self, from: Option<&Name>, subject: &Subject) -> Option<String> {
        let (kind, from) = match subject.kind() {
            SubjectKind::Group => (Kind::Group, from),
            SubjectKind::Team => (Kind::Team, None),
            SubjectKind::Agent | SubjectKind::Service | SubjectKind::User => {
                return Some(Holder::Subject(subject.clone()).to_string());
            }
        };
        self.find(kind, from, &subject.id().parse().ok()?).map(|id| id.to_string())
    }

    /// Finds a role, group or team by its name: the team's first, then the organisation's.
    fn find(&self, kind: Kind, from: Option<&Name>, name: &Name) -> Option<ResourceId> {
        let id = |team: Option<&Name>| ResourceId { kind, team: team.cloned(), name: name.clone() };
        let own = from.map(|team| id(Some(team))).filter(|id| self.get(id).is_some());
        own.or_else(|| Some(id(None)).filter(|id| self.get(id).is_some()))
    }

    fn allowings(&self) -> BTreeSet<Allowing> {
        let roles = Roles::of(&self.of_kinds(&[Kind::Role]));
        let every: Vec<&str> = self.actions.iter().map(String::as_str).collect();
        let mut rows = BTreeSet::new();
        for role in roles.all() {
            let Some(id) = roles.id(role) else { continue };
            for permission in roles.permissions(role) {
                let own = [permission.action()];
                let actions = if permission.action() == ALL { every.as_slice() } else { &own };
                rows.extend(actions.iter().map(|action| Allowing {
                    role: id.to_string(),
                    action: (*action).to_owned(),
                    resource: permission.resource().to_owned(),
                    name: pattern(permission),
                }));
            }
        }
        rows
    }
}

/// Writes out for whom a subject stands beside itself.
fn standings(graph: &Graph, leaf: Node) -> Vec<Standing> {
    let reached = graph.reach(leaf);
    let name = |node: Node| graph.holder(node).map(Holder::to_string).unwrap_or_default();
    let mut ways: Vec<String> = Vec::with_capacity(reached.len());
    for one in &reached {
        let before = one.by.and_then(|(below, _)| ways.get(below)).filter(|way| !way.is_empty());
        let own = if one.by.is_some() { name(one.holder) } else { String::new() };
        ways.push(before.map_or(own.clone(), |before| format!("{before} -> {own}")));
    }
    let subject = name(leaf);
    let rows = reached.iter().zip(ways).skip(1).map(|(one, via)| Standing {
        subject: subject.clone(),
        holder: name(one.holder),
        until_at: end(one.until).map(spelled),
        via,
    });
    rows.collect()
}
