//! Circles: roles that inherit, groups and teams that contain, teams that report, each to themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::index::{Index, viewpoint};
use crate::model::code::Code;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::membership::Membership;
use crate::model::kind::role::Role;
use crate::model::kind::team::Team;
use crate::model::kind::{Kind, Typed};
use crate::model::manifest::Manifest;
use crate::model::name::Name;
use crate::model::origin::Origin;
use crate::model::subject::{Subject, SubjectKind};

/// From a resource to those it names, and where it names each.
type Graph<'a> = BTreeMap<ResourceId, Vec<(ResourceId, &'a Manifest, String)>>;

/// Reports every circle once, at the place where its first member names the next.
pub fn find(manifests: &[Manifest], index: &Index) -> Vec<Finding> {
    let graphs = [
        (inheritance(manifests, index), "roles inherit from one another in a circle"),
        (containment(manifests, index), "groups and teams contain one another in a circle"),
        (reporting(manifests), "teams report to one another in a circle"),
    ];
    graphs
        .iter()
        .flat_map(|(graph, message)| circles(graph).into_iter().map(move |circle| report(&circle, message)))
        .collect()
}

fn inheritance<'a>(manifests: &'a [Manifest], index: &Index) -> Graph<'a> {
    let mut graph = Graph::new();
    for manifest in manifests {
        let Some(role) = Role::of(&manifest.spec) else { continue };
        for (position, name) in role.inherits.iter().enumerate() {
            if let Some(target) = index.find(Kind::Role, viewpoint(manifest), name) {
                graph.entry(manifest.id.clone()).or_default().push((target, manifest, format!("/inherits/{position}")));
            }
        }
    }
    graph
}

fn containment<'a>(manifests: &'a [Manifest], index: &Index) -> Graph<'a> {
    let mut graph = Graph::new();
    for manifest in manifests {
        let Some((container, members)) = container(manifest) else { continue };
        for (position, subject) in members.into_iter().enumerate() {
            if let Some(target) = contained(subject, viewpoint(manifest), index) {
                graph.entry(container.clone()).or_default().push((target, manifest, format!("/members/{position}")));
            }
        }
    }
    graph
}

/// Returns what a manifest adds members to, and the members.
fn container(manifest: &Manifest) -> Option<(ResourceId, Vec<&Subject>)> {
    use crate::model::kind::group::Group;
    if let Some(group) = Group::of(&manifest.spec) {
        return Some((manifest.id.clone(), group.members.iter().collect()));
    }
    if let Some(team) = Team::of(&manifest.spec) {
        return Some((manifest.id.clone(), team.members.iter().collect()));
    }
    let membership = Membership::of(&manifest.spec)?;
    let team = team_id(manifest.id.team.clone()?);
    Some((team, membership.members.iter().map(|member| member.subject()).collect()))
}

fn team_id(name: Name) -> ResourceId {
    ResourceId { kind: Kind::Team, team: None, name }
}

fn contained(subject: &Subject, from: Option<&Name>, index: &Index) -> Option<ResourceId> {
    let name: Name = subject.id().parse().ok()?;
    match subject.kind() {
        SubjectKind::Group => index.find(Kind::Group, from, &name),
        SubjectKind::Team => Some(team_id(name)),
        SubjectKind::Agent | SubjectKind::Service | SubjectKind::User => None,
    }
}

fn reporting(manifests: &[Manifest]) -> Graph<'_> {
    let parent = |manifest: &Manifest| Team::of(&manifest.spec)?.parent.clone();
    let edges = manifests.iter().filter_map(|manifest| Some((manifest, team_id(parent(manifest)?))));
    edges.map(|(manifest, parent)| (manifest.id.clone(), vec![(parent, manifest, "/parent".to_owned())])).collect()
}

/// A step of a circle: who names whom, and where.
struct Step {
    from: ResourceId,
    origin: Origin,
}

/// Finds circles by walking depth first without recursion: each resource is entered once.
fn circles(graph: &Graph<'_>) -> Vec<Vec<Step>> {
    let mut done = BTreeSet::new();
    let mut named = BTreeSet::new();
    let mut found = Vec::new();
    for start in graph.keys() {
        let mut path: Vec<(&ResourceId, usize)> = vec![(start, 0)];
        let mut on_path = BTreeMap::from([(start, 0)]);
        while let Some((node, next)) = path.last_mut() {
            let edge = if done.contains(*node) { None } else { graph.get(*node).and_then(|edges| edges.get(*next)) };
            let Some((target, ..)) = edge else {
                done.insert((*node).clone());
                on_path.remove(*node);
                path.pop();
                continue;
            };
            *next += 1;
            match on_path.get(target) {
                // In a thicket of circles each resource is named once: whoever cuts there looks again.
                Some(position) => {
                    let circle = path.get(*position..).unwrap_or_default();
                    if circle.iter().all(|(node, _)| named.insert(*node)) {
                        found.push(steps(graph, circle));
                    }
                }
                None if !done.contains(target) => {
                    on_path.insert(target, path.len());
                    path.push((target, 0));
                }
                None => {}
            }
        }
    }
    found
}

/// Turns a stretch of the walk into steps; each node's last followed edge leads to the next.
fn steps(graph: &Graph<'_>, path: &[(&ResourceId, usize)]) -> Vec<Step> {
    let step = |(node, next): &(&ResourceId, usize)| {
        let (_, manifest, pointer) = graph.get(*node)?.get(next.checked_sub(1)?)?;
        Some(Step { from: (*node).clone(), origin: manifest.site.spec(pointer) })
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
