//! Resources that share what they have in common are what plain maps are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use charter::model::id::ResourceId;
use charter::model::kind::{Kind, Spec};
use charter::model::manifest::Manifest;
use charter::model::name::Name;
use charter::model::origin::Origin;
use charter::model::resources::Resources;
use charter::model::site::Site;
use charter::model::way::Way;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use crate::law::{Case, Law};
use crate::organisation::Dice;

/// The same as a map: each resource by its version.
type Plain = BTreeMap<ResourceId, u8>;

/// A resource that is set, or taken out where there is no version.
type Set = (ResourceId, Option<u8>);

fn manifest(id: &ResourceId, version: u8) -> Arc<Manifest> {
    let field = if id.kind == Kind::Group { "members" } else { "permissions" };
    let value = if id.kind == Kind::Group { format!("user:u{version}") } else { format!("read:r{version}") };
    let spec = Spec::read(id.kind, json!({ field: [value] })).unwrap();
    let site = Site { origin: Origin::file("a.yaml"), bare: false, left_out: Vec::new() };
    Arc::new(Manifest::new(id.clone(), spec, "{}".into(), site))
}

/// Names a resource: nearly all of one kind and one place.
fn id() -> impl Strategy<Value = ResourceId> {
    let kind = prop_oneof![8 => Just(Kind::Role), 1 => Just(Kind::Group)];
    let team = prop_oneof![8 => Just(None), 4 => Just(Some("web")), 1 => Just(Some("data"))];
    (kind, team, 0u16..400).prop_map(|(kind, team, name)| ResourceId {
        kind,
        team: team.map(|team| team.parse().unwrap()),
        name: format!("n{name}").parse().unwrap(),
    })
}

fn sets(most: usize) -> impl Strategy<Value = Vec<Set>> {
    vec((id(), prop_oneof![3 => (0u8..3).prop_map(Some), 2 => Just(None)]), 0..most)
}

fn update(resources: &mut Resources, sets: &[Set]) {
    let change = |(id, version): &Set| (Way::to(id), version.map(|version| manifest(id, version)));
    resources.update(sets.iter().map(change).collect());
}

fn plainly(plain: &mut Plain, sets: &[Set]) {
    for (id, version) in sets {
        match version {
            Some(version) => drop(plain.insert(id.clone(), *version)),
            None => drop(plain.remove(id)),
        }
    }
}

/// Makes resources anew, one after another in any order.
fn anew(plain: &Plain, seed: u64) -> Resources {
    let mut all: Vec<Set> = plain.iter().map(|(id, version)| (id.clone(), Some(*version))).collect();
    Dice(seed).shuffle(&mut all);
    let mut resources = Resources::default();
    all.chunks(7).for_each(|some| update(&mut resources, some));
    resources
}

fn differing(ours: &Plain, theirs: &Plain) -> BTreeSet<ResourceId> {
    ours.keys().chain(theirs.keys()).filter(|id| ours.get(*id) != theirs.get(*id)).cloned().collect()
}

/// Compares all that resources tell with a map.
fn same(resources: &Resources, plain: &Plain) -> Result<(), TestCaseError> {
    let told = |id: &ResourceId| plain.get(id).map(|version| manifest(id, *version).canonical.clone());
    prop_assert_eq!((resources.len(), resources.is_empty()), (plain.len(), plain.is_empty()));
    let listed: Vec<&ResourceId> = resources.iter().map(|manifest| &manifest.id).collect();
    prop_assert!(listed.is_sorted_by_key(|id| id.kind), "what is referred to comes first");
    prop_assert_eq!(listed.len(), plain.len());
    prop_assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), plain.keys().collect());
    for (kind, team, name) in [(Kind::Role, None, "n7"), (Kind::Role, Some("web"), "n8"), (Kind::Group, None, "n9")] {
        let team: Option<Name> = team.map(|team| team.parse().unwrap());
        let of = |id: &&ResourceId| id.kind == kind && id.team == team;
        let found: BTreeSet<_> = resources.of_team(kind, &team).map(|manifest| &manifest.id).collect();
        prop_assert_eq!(found, plain.keys().filter(of).collect());
        prop_assert_eq!(resources.count(kind), plain.keys().filter(|id| id.kind == kind).count());
        let absent = ResourceId { kind, team, name: name.parse().unwrap() };
        prop_assert_eq!(resources.get(&absent).map(|found| found.canonical.clone()), told(&absent));
    }
    for id in plain.keys() {
        prop_assert_eq!(resources.get(id).map(|found| found.canonical.clone()), told(id));
    }
    Ok(())
}

#[test]
fn what_is_shared_is_told_as_by_plain_maps() {
    let law = Law { name: "resources and plain maps", cases: 400, telling: 0.8 };
    law.holds(&(sets(600), vec(sets(12), 1..6), any::<u64>()), |(first, steps, seed)| {
        let (mut resources, mut plain) = (Resources::default(), Plain::new());
        let mut states = Vec::new();
        for sets in std::iter::once(&first).chain(&steps) {
            update(&mut resources, sets);
            plainly(&mut plain, sets);
            states.push((resources.clone(), plain.clone()));
        }
        let mut telling = false;
        for (state, told) in &states {
            // What was cloned is as it was, whatever became of the other.
            same(state, told)?;
            prop_assert_eq!(state.digest(), anew(told, seed).digest());
            for (other, other_told) in &states {
                let differing = differing(told, other_told);
                prop_assert_eq!(state.digest() == other.digest(), differing.is_empty());
                prop_assert_eq!(&state.differing(other), &differing);
                telling |= !differing.is_empty() && differing.len() < told.len() / 2;
            }
        }
        Ok(Case::telling_if(telling))
    });
}
