//! Circles: roles that inherit, groups and teams that contain, teams that report, each to themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::index::{Index, viewpoint};
use crate::model::code::Code;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::group::Group;
use crate::model::kind::membership::Membership;
use crate::model::kind::person::Person;
use crate::model::kind::role::Role;
use crate::model::kind::team::Team;
use crate::model::kind::{Kind, Typed};
use crate::model::manifest::Manifest;
use crate::model::name::Name;
use crate::model::origin::Origin;
use crate::model::resources::Resources;
use crate::model::subject::{Subject, SubjectKind};

/// From a resource to another that it names, and where it does.
type Edge = (ResourceId, Origin);

/// One way in which resources name one another.
struct Sort {
    message: &'static str,
    /// Says whose edges a manifest adds to, if it adds any.
    start: fn(&Manifest) -> Option<ResourceId>,
    edges: fn(&ResourceId, &Resources, &Index) -> Vec<Edge>,
}

const SORTS: [Sort; 4] = [
    Sort { message: "roles inherit from one another in a circle", start: inherits, edges: inheritance },
    Sort { message: "groups and teams contain one another in a circle", start: contains, edges: containment },
    Sort { message: "teams report to one another in a circle", start: reports, edges: reporting },
    Sort { message: "people report to one another in a circle", start: is_managed, edges: management },
];

/// Reports every circle once, at the place where its first member names the next.
///
/// A circle that is new goes through a manifest that changed: where there was none before, the search begins there.
pub fn find(changed: &[&Arc<Manifest>], were_circles: bool, resources: &Resources, index: &Index) -> Vec<Finding> {
    let search = |starts: &[&Arc<Manifest>]| -> Vec<Finding> {
        SORTS.iter().flat_map(|sort| sort.find(starts, resources, index)).collect()
    };
    let is_clean = !were_circles && search(changed).is_empty();
    if is_clean { Vec::new() } else { search(&resources.iter().collect::<Vec<_>>()) }
}

fn inherits(manifest: &Manifest) -> Option<ResourceId> {
    Role::of(&manifest.spec).filter(|role| !role.inherits.is_empty()).map(|_| manifest.id.clone())
}

fn inheritance(from: &ResourceId, resources: &Resources, index: &Index) -> Vec<Edge> {
    let Some((manifest, role)) = declared::<Role>(from, resources) else { return Vec::new() };
    let edge = |(position, name): (usize, &Name)| {
        let target = index.find(Kind::Role, viewpoint(manifest), name)?;
        Some((target, manifest.site.spec(&format!("/inherits/{position}"))))
    };
    role.inherits.iter().enumerate().filter_map(edge).collect()
}

fn contains(manifest: &Manifest) -> Option<ResourceId> {
    let contains = |subject: &Subject| matches!(subject.kind(), SubjectKind::Group | SubjectKind::Team);
    let (id, spec) = (&manifest.id, &manifest.spec);
    let own = Group::of(spec).map(|group| &group.members).or_else(|| Team::of(spec).map(|team| &team.members));
    if let Some(members) = own {
        return members.iter().any(contains).then(|| id.clone());
    }
    let members = &Membership::of(spec)?.members;
    id.team.clone().filter(|_| members.iter().any(|member| contains(member.subject()))).map(team_id)
}

fn containment(from: &ResourceId, resources: &Resources, index: &Index) -> Vec<Edge> {
    if let Some((manifest, group)) = declared::<Group>(from, resources) {
        return members(manifest, group.members.iter(), index);
    }
    let Some((manifest, team)) = declared::<Team>(from, resources) else { return Vec::new() };
    let mut edges = members(manifest, team.members.iter(), index);
    for manifest in resources.of_team(Kind::Membership, &Some(from.name.clone())) {
        let added = Membership::of(&manifest.spec).into_iter().flat_map(|membership| membership.members.iter());
        edges.extend(members(manifest, added.map(|member| member.subject()), index));
    }
    edges
}

fn members<'a>(manifest: &Manifest, subjects: impl Iterator<Item = &'a Subject>, index: &Index) -> Vec<Edge> {
    let edge = |(position, subject): (usize, &Subject)| {
        let target = contained(subject, viewpoint(manifest), index)?;
        Some((target, manifest.site.spec(&format!("/members/{position}"))))
    };
    subjects.enumerate().filter_map(edge).collect()
}

fn contained(subject: &Subject, from: Option<&Name>, index: &Index) -> Option<ResourceId> {
    let name = || subject.id().parse::<Name>().ok();
    match subject.kind() {
        SubjectKind::Group => index.find(Kind::Group, from, &name()?),
        SubjectKind::Team => name().map(team_id),
        SubjectKind::Agent | SubjectKind::Service | SubjectKind::User => None,
    }
}

fn reports(manifest: &Manifest) -> Option<ResourceId> {
    Team::of(&manifest.spec)?.parent.as_ref().map(|_| manifest.id.clone())
}

fn reporting(from: &ResourceId, resources: &Resources, _: &Index) -> Vec<Edge> {
    let parent = declared::<Team>(from, resources).and_then(|(manifest, team)| {
        team.parent.clone().map(|parent| (team_id(parent), manifest.site.spec("/parent")))
    });
    parent.into_iter().collect()
}

fn is_managed(manifest: &Manifest) -> Option<ResourceId> {
    Person::of(&manifest.spec)?.manager.as_ref().map(|_| manifest.id.clone())
}

fn management(from: &ResourceId, resources: &Resources, _: &Index) -> Vec<Edge> {
    let manager = declared::<Person>(from, resources).and_then(|(manifest, person)| {
        let id = ResourceId { name: person.manager.clone()?, ..from.clone() };
        Some((id, manifest.site.spec("/manager")))
    });
    manager.into_iter().collect()
}

fn team_id(name: Name) -> ResourceId {
    ResourceId { kind: Kind::Team, team: None, name }
}

fn declared<'a, K: Typed>(id: &ResourceId, resources: &'a Resources) -> Option<(&'a Manifest, &'a K)> {
    let manifest = resources.get(id)?;
    K::of(&manifest.spec).map(|spec| (&**manifest, spec))
}

/// A step of a circle: who names whom, and where.
struct Step {
    from: ResourceId,
    origin: Origin,
}

/// A resource on the way of a walk: its edges, and how many of them were followed.
struct Visit {
    node: ResourceId,
    edges: Vec<Edge>,
    followed: usize,
}

impl Sort {
    /// Finds circles by walking depth first without recursion: each resource is entered once.
    fn find(&self, starts: &[&Arc<Manifest>], resources: &Resources, index: &Index) -> Vec<Finding> {
        let (mut done, mut named, mut found) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        let starts: BTreeSet<ResourceId> = starts.iter().filter_map(|manifest| (self.start)(manifest)).collect();
        let visit = |node: ResourceId| Visit { edges: (self.edges)(&node, resources, index), node, followed: 0 };
        for start in starts {
            let mut on_path = BTreeMap::from([(start.clone(), 0)]);
            let mut path = if done.contains(&start) { Vec::new() } else { vec![visit(start)] };
            while let Some(last) = path.last_mut() {
                let Some((target, _)) = last.edges.get(last.followed) else {
                    on_path.remove(&last.node);
                    done.extend(path.pop().map(|visit| visit.node));
                    continue;
                };
                last.followed += 1;
                if let Some(position) = on_path.get(target) {
                    let circle = path.get(*position..).unwrap_or_default();
                    // In a thicket of circles each resource is named once: whoever cuts there looks again.
                    if circle.iter().all(|visit| named.insert(visit.node.clone())) {
                        found.push(report(&steps(circle), self.message));
                    }
                } else if !done.contains(target) {
                    let target = target.clone();
                    on_path.insert(target.clone(), path.len());
                    path.push(visit(target));
                }
            }
        }
        found
    }
}

/// Turns a stretch of the walk into steps; each node's last followed edge leads to the next.
fn steps(path: &[Visit]) -> Vec<Step> {
    let step = |visit: &Visit| {
        let (_, origin) = visit.edges.get(visit.followed.checked_sub(1)?)?;
        Some(Step { from: visit.node.clone(), origin: origin.clone() })
    };
    path.iter().filter_map(step).collect()
}

fn report(circle: &[Step], message: &str) -> Finding {
    const SHOWN: usize = 8;
    let mut names: Vec<String> = circle.iter().chain(circle.first()).map(|step| step.from.to_string()).collect();
    if names.len() > SHOWN + 1 {
        names.splice(SHOWN / 2..names.len() - SHOWN / 2, [format!("({} more)", names.len() - SHOWN)]);
    }
    let origin = circle.first().map_or_else(|| Origin::file(""), |step| step.origin.clone());
    let finding =
        Finding::new(Code::Cycle, origin, format!("{message}: {}", names.join(" -> "))).help("take one of them out");
    match circle.get(1) {
        Some(second) => finding.related(second.origin.clone(), "which leads back"),
        None => finding,
    }
}
