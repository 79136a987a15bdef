//! Random small organisations: what is declared, and one of the many ways to write it down.
//!
//! Every reference names something that is declared, nothing is in a circle: an organisation without mistakes has no
//! error. The mistakes are added one by one.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::memory::Files;

/// A manifest before it is spelled.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    pub kind: &'static str,
    pub team: Option<String>,
    pub name: String,
    pub spec: Value,
}

/// What an organisation is made of. Numbers name things: a reference takes the one that is there, whatever its number.
#[derive(Debug, Clone)]
pub struct Organisation {
    roles: BTreeMap<u8, Role>,
    groups: BTreeMap<u8, Vec<u8>>,
    teams: BTreeMap<u8, Team>,
    bindings: BTreeMap<u8, Binding>,
    cap: Option<u16>,
    /// Who everybody is, where people are declared: of each id the number of its person, and what that one is.
    persons: Option<Vec<(u8, Person)>>,
    mistakes: BTreeSet<u8>,
}

type Role = (Vec<u8>, Vec<u8>);
type Person = (u8, Option<u8>);
type Binding = (u8, Vec<u8>, Option<u8>, String);

#[derive(Debug, Clone)]
struct Team {
    members: Vec<u8>,
    parent: Option<u8>,
    text: Vec<String>,
    settings: BTreeMap<String, Value>,
    roles: BTreeMap<u8, Role>,
    groups: BTreeMap<u8, Vec<u8>>,
    bindings: BTreeMap<u8, Binding>,
    guests: Option<Vec<(u8, Option<u8>)>>,
    budget: Option<(u16, Option<u8>)>,
}

/// Text that a reader of YAML may take for something else. Not U+2028 and `<<` as a key: the serialiser, which follows
/// YAML 1.1, breaks a line at the one and does not quote the other.
const ODD: &str = "yes§no§null§~§0x1F§1e3§0o17§1_000§.inf§2026-12-31§12:30:45§- a§a: b§#c§a #c§&a§*a§!t§|§>§%x§\
    @x§`x§{a}§[a]§'§\"§\\n§ led§trailed §a\nb§a\n\nb\n§\ttab§é§\u{1f600}§\u{85}§---§...§? q§=§";

fn text() -> impl Strategy<Value = String> {
    let odd: Vec<&str> = ODD.split('§').collect();
    prop_oneof![3 => "[a-z][a-z ]{0,12}", 2 => proptest::sample::select(odd).prop_map(str::to_owned)]
}

fn setting() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<i16>().prop_map(|halves| Value::from(f64::from(halves) / 2.0)),
        text().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map(text(), inner, 0..3).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn role() -> impl Strategy<Value = Role> {
    (vec(any::<u8>(), 0..3), vec(any::<u8>(), 0..4))
}

fn binding() -> impl Strategy<Value = Binding> {
    (any::<u8>(), vec(any::<u8>(), 1..4), proptest::option::of(any::<u8>()), text())
}

fn team() -> impl Strategy<Value = Team> {
    let said = (vec(any::<u8>(), 0..5), proptest::option::of(any::<u8>()), vec(text(), 0..3));
    let held = (
        btree_map("[a-z]{1,4}", setting(), 0..3),
        btree_map(0u8..3, role(), 0..2),
        btree_map(0u8..3, vec(any::<u8>(), 0..3), 0..2),
        btree_map(0u8..4, binding(), 0..3),
        proptest::option::of(vec((any::<u8>(), proptest::option::of(any::<u8>())), 0..3)),
        proptest::option::of((any::<u16>(), proptest::option::of(any::<u8>()))),
    );
    (said, held).prop_map(|((members, parent, text), (settings, roles, groups, bindings, guests, budget))| Team {
        members,
        parent,
        text,
        settings,
        roles,
        groups,
        bindings,
        guests,
        budget,
    })
}

/// Makes organisations without mistakes.
pub fn organisation() -> impl Strategy<Value = Organisation> {
    let parts = (
        btree_map(0u8..5, role(), 0..4),
        btree_map(0u8..5, vec(any::<u8>(), 0..4), 0..4),
        btree_map(0u8..6, team(), 1..5),
        btree_map(0u8..4, binding(), 0..3),
        proptest::option::of(any::<u16>()),
        proptest::option::of(vec((0u8..6, (any::<u8>(), proptest::option::of(any::<u8>()))), people().len())),
    );
    parts.prop_map(|(roles, groups, teams, bindings, cap, persons)| Organisation {
        roles,
        groups,
        teams,
        bindings,
        cap,
        persons,
        mistakes: BTreeSet::new(),
    })
}

/// Makes organisations with mistakes of several sorts.
pub fn with_mistakes() -> impl Strategy<Value = Organisation> {
    (organisation(), proptest::collection::btree_set(0u8..12, 1..4))
        .prop_map(|(organisation, mistakes)| Organisation { mistakes, ..organisation })
}

/// Takes the element of a number, from the beginning again after the end; `None` of an empty list.
fn pick<T: Clone>(from: &[T], number: u8) -> Option<T> {
    from.get(usize::from(number).checked_rem(from.len())?).cloned()
}

fn picked(from: &[String], numbers: &[u8]) -> Vec<String> {
    let all: BTreeSet<String> = numbers.iter().filter_map(|number| pick(from, *number)).collect();
    all.into_iter().collect()
}

fn people() -> Vec<String> {
    ["ana", "Bo", "cy.d", "d@x.example", "e-", "0"].map(|id| format!("user:{id}")).to_vec()
}

fn robots() -> Vec<String> {
    ["agent:reviewer", "service:ci"].map(str::to_owned).to_vec()
}

fn permissions() -> Vec<String> {
    let all =
        "read:agents write:agents all:config manage:team_budget read:prompts/release* write:knowledge/faq all:users";
    all.split(' ').map(str::to_owned).collect()
}

fn day(number: u8) -> String {
    format!("20{:02}-{:02}-{:02}", 27 + number % 9, 1 + number % 12, 1 + number % 28)
}

fn spec_of_role((inherits, permitted): &Role, before: &[String]) -> Value {
    json!({ "inherits": picked(before, inherits), "permissions": picked(&permissions(), permitted) })
}

fn spec_of_binding((role, subjects, expires, reason): &Binding, roles: &[String], whom: &[String]) -> Option<Value> {
    let mut spec = json!({ "role": pick(roles, *role)?, "subjects": picked(whom, subjects), "reason": reason });
    if let Some(expires) = expires {
        spec["expires"] = json!(day(*expires));
    }
    Some(spec)
}

/// Names the things of a kind that have numbers, those below `number` alone where that is given.
fn named<T>(prefix: &str, of: &BTreeMap<u8, T>, below: u8) -> Vec<String> {
    of.keys().filter(|number| **number < below).map(|number| format!("{prefix}-{number}")).collect()
}

fn subjects(of: &[String], kind: &str) -> Vec<String> {
    of.iter().map(|name| format!("{kind}:{name}")).collect()
}

impl Organisation {
    /// Lists what is declared.
    pub fn declarations(&self) -> Vec<Declaration> {
        let mut all = vec![declaration("Organization", None, "acme", self.organization())];
        for (number, role) in &self.roles {
            let spec = spec_of_role(role, &named("role", &self.roles, *number));
            all.push(declaration("Role", None, &format!("role-{number}"), spec));
        }
        for (number, members) in &self.groups {
            let whom = [people(), subjects(&named("group", &self.groups, *number), "group")].concat();
            let spec = json!({ "members": picked(&whom, members) });
            all.push(declaration("Group", None, &format!("group-{number}"), spec));
        }
        let (roles, whom) = (named("role", &self.roles, u8::MAX), self.whom());
        for (number, binding) in &self.bindings {
            let spec = spec_of_binding(binding, &roles, &whom);
            all.extend(spec.map(|spec| declaration("RoleBinding", None, &format!("binding-{number}"), spec)));
        }
        for (number, team) in &self.teams {
            all.extend(self.declared_by(*number, team));
        }
        all.extend(self.persons());
        all.extend(self.mistakes.iter().map(|mistake| mistaken(*mistake)));
        all
    }

    /// Declares who everybody is: some have several ids.
    fn persons(&self) -> Vec<Declaration> {
        let mut of: BTreeMap<u8, (Vec<String>, Person)> = BTreeMap::new();
        for ((number, person), id) in self.persons.iter().flatten().zip(people()) {
            of.entry(*number).or_insert_with(|| (Vec::new(), *person)).0.push(id);
        }
        let spec = |number: u8, ids: &[String], (status, manager): Person| {
            let status = ["active", "leave", "left"][usize::from(status % 3)];
            let mut spec = json!({ "status": status, "ids": ids });
            if let Some(manager) = manager.and_then(|manager| pick(&named("person", &of, number), manager)) {
                spec["manager"] = json!(manager);
            }
            spec
        };
        let one = |(number, (ids, person)): (&u8, &(Vec<String>, Person))| {
            declaration("Person", None, &format!("person-{number}"), spec(*number, ids, *person))
        };
        of.iter().map(one).collect()
    }

    fn organization(&self) -> Value {
        // The limits of all teams fit below any cap that there is.
        let budgets: Vec<Value> =
            self.cap.iter().map(|cap| json!({ "window": "month", "limit": 1_000_000 + u32::from(*cap) })).collect();
        json!({ "currency": "USD", "timezone": "Europe/Warsaw", "council": ["user:ana", "user:cy.d"], "budgets": budgets })
    }

    /// Everybody whom the organisation can name.
    fn whom(&self) -> Vec<String> {
        let groups = subjects(&named("group", &self.groups, u8::MAX), "group");
        [people(), robots(), groups, subjects(&named("team", &self.teams, u8::MAX), "team")].concat()
    }

    fn declared_by(&self, number: u8, team: &Team) -> Vec<Declaration> {
        let name = format!("team-{number}");
        let own = |kind, called: String, spec| declaration(kind, Some(&name), &called, spec);
        let mut all = vec![declaration("Team", None, &name, self.spec_of_team(number, team))];
        let central = named("role", &self.roles, u8::MAX);
        for (role, parts) in &team.roles {
            let before = [central.clone(), named("own", &team.roles, *role)].concat();
            all.push(own("Role", format!("own-{role}"), spec_of_role(parts, &before)));
        }
        for (group, members) in &team.groups {
            let whom = [people(), subjects(&named("own-group", &team.groups, *group), "group")].concat();
            all.push(own("Group", format!("own-group-{group}"), json!({ "members": picked(&whom, members) })));
        }
        let roles = [central, named("own", &team.roles, u8::MAX)].concat();
        let whom = [self.whom(), subjects(&named("own-group", &team.groups, u8::MAX), "group")].concat();
        for (binding, parts) in &team.bindings {
            let spec = spec_of_binding(parts, &roles, &whom);
            all.extend(spec.map(|spec| own("RoleBinding", format!("binding-{binding}"), spec)));
        }
        all.extend(team.guests.iter().map(|guests| own("Membership", "guests".into(), spec_of_guests(guests))));
        all.extend(team.budget.iter().map(|budget| own("Budget", "monthly".into(), spec_of_budget(*budget))));
        all
    }

    fn spec_of_team(&self, number: u8, team: &Team) -> Value {
        let groups = subjects(&named("group", &self.groups, u8::MAX), "group");
        let members = picked(&[people(), robots(), groups].concat(), &team.members);
        let users: Vec<&String> = members.iter().filter(|member| member.starts_with("user:")).collect();
        let mut spec = json!({
            "leads": users.iter().take(2).collect::<Vec<_>>(),
            "standards": team.text,
            "settings": team.settings,
            "members": members,
        });
        if let Some(parent) = team.parent.and_then(|parent| pick(&named("team", &self.teams, number), parent)) {
            spec["parent"] = json!(parent);
        }
        spec
    }
}

fn declaration(kind: &'static str, team: Option<&str>, name: &str, spec: Value) -> Declaration {
    Declaration { kind, team: team.map(str::to_owned), name: name.to_owned(), spec }
}

fn spec_of_guests(guests: &[(u8, Option<u8>)]) -> Value {
    let of: BTreeMap<String, &Option<u8>> =
        guests.iter().filter_map(|(who, until)| Some((pick(&people(), *who)?, until))).collect();
    let member = |(who, until): (String, &Option<u8>)| match until {
        Some(until) => json!({ "subject": who, "until": day(*until) }),
        None => json!(who),
    };
    json!({ "members": of.into_iter().map(member).collect::<Vec<_>>() })
}

fn spec_of_budget((limit, project): (u16, Option<u8>)) -> Value {
    let mut spec = json!({ "window": "month", "limit": format!("{limit}.5"), "alertAt": [50, 80] });
    if let Some(project) = project {
        spec["projects"] = json!({ "checkout": u16::from(project).min(limit) });
    }
    spec
}

/// Declares something that is wrong, or doubtful: each number its own way.
fn mistaken(number: u8) -> Declaration {
    let name = format!("mistake-{number}");
    let (kind, spec) = match number {
        0 => ("RoleBinding", json!({ "role": "nobody-has-it", "subjects": ["user:ana"] })),
        1 => ("Group", json!({ "members": ["group:nowhere", "team:nowhere", "user:ana"] })),
        2 => ("Team", json!({ "leads": ["user:not-in-it"], "members": ["user:ana"] })),
        3 => ("Team", json!({ "members": ["user:ana"], "membres": [] })),
        4 => ("Role", json!({ "permissions": ["fly:agents", "read:agents"] })),
        5 => ("Group", json!({ "members": ["user:ana", "user:bo", "user:ana"] })),
        6 => ("Role", json!({ "inherits": ["mistake-6"] })),
        7 => ("Person", json!({ "ids": ["user:ANA"], "manager": "mistake-8" })),
        8 => ("Person", json!({ "ids": ["user:stranger", "user:bo"], "manager": "mistake-7" })),
        9 => ("Person", json!({ "ids": ["user:ana", "nobody"], "manager": "nobody" })),
        10 => ("Group", json!({ "members": ["user:STRANGER", "user:anna"] })),
        _ => ("Role", json!({ "permissions": "read:agents" })),
    };
    declaration(kind, None, &name, spec)
}

/// Numbers that look random and are the same for a seed (SplitMix64).
#[derive(Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// Returns a number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % bound.max(1)
    }

    /// Brings a list into another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// The fields that are sets.
const SETS: [&str; 7] = ["ids", "members", "subjects", "permissions", "inherits", "council", "leads"];

impl Declaration {
    /// Returns the name of the resource.
    pub fn id(&self) -> String {
        let team = self.team.as_ref().map_or(String::new(), |team| format!("{team}/"));
        format!("{}/{team}{}", self.kind, self.name)
    }

    /// Returns the whole manifest.
    pub fn manifest(&self) -> Value {
        let mut metadata = json!({ "name": self.name });
        if let Some(team) = &self.team {
            metadata["team"] = json!(team);
        }
        json!({ "apiVersion": "charter/v1", "kind": self.kind, "metadata": metadata, "spec": self.spec })
    }

    /// Writes the manifest with its sets and keys in any order, as YAML or as JSON.
    fn document(&self, dice: &mut Dice) -> String {
        let mut manifest = self.manifest();
        for field in SETS {
            if let Some(Value::Array(items)) = manifest["spec"].get_mut(field) {
                dice.shuffle(items);
            }
        }
        for part in ["", "/spec", "/metadata"] {
            let Some(Value::Object(map)) = manifest.pointer_mut(part) else { continue };
            let mut entries: Vec<(String, Value)> = std::mem::take(map).into_iter().collect();
            dice.shuffle(&mut entries);
            map.extend(entries);
        }
        if dice.below(4) == 0 { format!("{manifest}\n") } else { serde_yaml::to_string(&manifest).unwrap() }
    }
}

/// Spells declarations as files: in any order, in any files, in any form.
pub fn spelled(declarations: &[Declaration], seed: u64) -> Files {
    let mut dice = Dice(seed);
    let mut order: Vec<&Declaration> = declarations.iter().collect();
    dice.shuffle(&mut order);
    let folders = 1 + dice.below(order.len());
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for declaration in order {
        let file = files.entry(format!("d{}/{}.yaml", dice.below(3), dice.below(folders))).or_default();
        if !file.is_empty() {
            file.push_str("---\n");
        }
        file.push_str(&declaration.document(&mut dice));
    }
    files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect()
}
