//! Effective access is what an evaluator says that follows the manifests word by word, in the dumbest way.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use charter::access::{self, Access};
use charter::model::change::{Change, Op};
use charter::model::desired::Desired;
use charter::model::effective::{Effective, EffectiveChange};
use charter::model::flaws::Flaws;
use charter::model::grant::Grant;
use charter::model::id::ResourceId;
use charter::model::kind::group::Group;
use charter::model::kind::membership::Membership;
use charter::model::kind::role::Role;
use charter::model::kind::role_binding::RoleBinding;
use charter::model::kind::team::Team;
use charter::model::kind::{Kind, Spec, Typed};
use charter::model::lineage::Lineage;
use charter::model::manifest::Manifest;
use charter::model::name::Name;
use charter::model::origin::Origin;
use charter::model::permission::Permission;
use charter::model::question::{Question, Wanted};
use charter::model::resources::Resources;
use charter::model::site::Site;
use charter::model::subject::{Subject, SubjectKind};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};

use crate::law::{Case, Law};

type Specs = BTreeMap<ResourceId, Spec>;

/// How many questions are asked of an organisation.
const QUESTIONS: usize = 200;

/// Noon of the day on which some things end, in the time zone of the organisation.
const NOW: Timestamp = Timestamp::constant(1_795_000_000, 0);

const WORDS: [&str; 3] = ["read", "write", "manage"];
const THINGS: [&str; 2] = ["agents", "prompts"];
const NAMES: [&str; 5] = ["", "/a", "/ab", "/a*", "/*"];

/// Numbers that look random and are the same for the same seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    fn some(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> Value) -> Vec<Value> {
        (0..self.below(most + 1)).map(|_| one(self)).collect()
    }

    /// Spells a user, a service or an agent: the same ones in several ways.
    fn outsider(&mut self) -> String {
        let spelled = ["user:ana", "user:Ana", "user:bo", "user:BO", "user:cy", "service:ci", "service:CI", "agent:x"];
        self.of(&spelled).to_owned()
    }

    fn end(&mut self) -> Option<String> {
        let hours = [-40, -1, 1, 40][self.below(4)];
        let at = NOW + SignedDuration::from_hours(hours);
        match self.below(6) {
            0 => Some(at.to_string()),
            1 => Some(at.to_zoned(zone()).date().to_string()),
            _ => None,
        }
    }

    /// Names somebody of a team (or none) for whom nothing that comes later is needed: no circle comes of it.
    fn member(&mut self, groups: usize, teams: usize) -> String {
        match self.below(4) {
            0 if groups > 0 => format!("group:g{}", self.below(groups)),
            1 if teams > 0 => format!("team:t{}", self.below(teams)),
            _ => self.outsider(),
        }
    }
}

fn zone() -> TimeZone {
    TimeZone::get("Europe/Warsaw").unwrap()
}

const TEAMS: usize = 3;
const GROUPS: usize = 4;
const ROLES: usize = 4;

fn add(specs: &mut Specs, kind: Kind, team: Option<usize>, name: &str, spec: Value) {
    let team = team.map(|team| format!("t{team}").parse().unwrap());
    let id = ResourceId { kind, team, name: name.parse().unwrap() };
    specs.insert(id, Spec::read(kind, spec).unwrap());
}

/// Makes an organisation. Groups of teams come after those of the organisation, and teams after groups, each with members
/// of what stands before it.
fn organisation(dice: &mut Dice) -> Specs {
    let mut specs = Specs::new();
    add(&mut specs, Kind::Organization, None, "acme", json!({"currency": "USD", "timezone": "Europe/Warsaw"}));
    for group in 0..GROUPS {
        let members = dice.some(3, |dice| json!(dice.member(group, 0)));
        add(&mut specs, Kind::Group, None, &format!("g{group}"), json!({ "members": members }));
    }
    for team in 0..TEAMS {
        let members = dice.some(3, |dice| json!(dice.member(GROUPS, team)));
        add(&mut specs, Kind::Team, None, &format!("t{team}"), json!({ "members": members }));
        let members = dice.some(3, |dice| {
            let (subject, until) = (dice.member(GROUPS, team), dice.end());
            until.map_or(json!(subject), |until| json!({ "subject": subject, "until": until }))
        });
        add(&mut specs, Kind::Membership, Some(team), "more", json!({ "members": members }));
        // A group of the team, of a name that no other has: shadowing is no organisation's.
        let members = dice.some(2, |dice| json!(dice.member(GROUPS, team)));
        add(&mut specs, Kind::Group, Some(team), "own", json!({ "members": members }));
    }
    roles(dice, &mut specs);
    for binding in 0..8 {
        let team = [None, Some(0), Some(1), Some(2)][dice.below(4)];
        let role =
            if team.is_some() && dice.below(3) == 0 { "own".to_owned() } else { format!("r{}", dice.below(ROLES)) };
        let subjects = dice.some(3, |dice| match (team, dice.below(4)) {
            (Some(_), 0) => json!("group:own"),
            _ => json!(dice.member(GROUPS, TEAMS)),
        });
        let mut spec = json!({ "role": role, "subjects": subjects });
        if let Some(end) = dice.end() {
            spec["expires"] = json!(end);
        }
        add(&mut specs, Kind::RoleBinding, team, &format!("b{binding}"), spec);
    }
    specs
}

fn roles(dice: &mut Dice, specs: &mut Specs) {
    let permission = |dice: &mut Dice| {
        let action = if dice.below(5) == 0 { "all" } else { dice.of(&WORDS) };
        json!(format!("{action}:{}{}", dice.of(&THINGS), dice.of(&NAMES)))
    };
    for role in 0..ROLES {
        let inherits = dice.some(usize::from(role > 0) * 2, |dice| json!(format!("r{}", dice.below(role))));
        let permissions = dice.some(3, permission);
        add(specs, Kind::Role, None, &format!("r{role}"), json!({ "inherits": inherits, "permissions": permissions }));
    }
    for team in 0..TEAMS {
        let inherits = dice.some(1, |dice| json!(format!("r{}", dice.below(ROLES))));
        let permissions = dice.some(2, permission);
        add(specs, Kind::Role, Some(team), "own", json!({ "inherits": inherits, "permissions": permissions }));
    }
}

fn question(dice: &mut Dice) -> Question {
    let name = ["", "/a", "/ab", "/b", "/x/y"][dice.below(5)];
    let action = if dice.below(8) == 0 { "all" } else { dice.of(&WORDS) };
    let team = dice.below(TEAMS + 1).checked_sub(1).map(|team| format!("t{team}").parse().unwrap());
    let wanted = Wanted::parse(&format!("{action}:{}{name}", dice.of(&THINGS)), team).unwrap();
    Question::new(dice.outsider().parse().unwrap(), wanted).unwrap()
}

/// The evaluator that is there to be believed.
struct Reference<'a>(&'a Specs);

impl Reference<'_> {
    fn find<K: Typed>(&self, from: Option<&Name>, name: &str) -> Option<(&ResourceId, &K)> {
        let find = |team: Option<&Name>| {
            let id = ResourceId { kind: K::KIND, team: team.cloned(), name: name.parse().unwrap() };
            self.0.get_key_value(&id).and_then(|(id, spec)| Some((id, K::of(spec)?)))
        };
        from.and_then(|team| find(Some(team))).or_else(|| find(None))
    }

    fn can(&self, question: &Question) -> bool {
        let bindings = self.0.iter().filter_map(|(id, spec)| Some((id.team.as_ref(), RoleBinding::of(spec)?)));
        bindings.into_iter().any(|(team, binding)| {
            let is_about = team.is_none() || team == question.wanted.team.as_ref();
            let stands = binding.expires.is_none_or(|end| end.end(&zone()) > NOW);
            let role = self.find::<Role>(team, binding.role.as_str());
            is_about
                && stands
                && binding.subjects.iter().any(|subject| self.is_in(&question.subject, subject, team))
                && role.is_some_and(|(id, role)| self.grants(id, role, &question.wanted))
        })
    }

    fn is_in(&self, who: &Subject, of: &Subject, from: Option<&Name>) -> bool {
        match of.kind() {
            SubjectKind::Agent | SubjectKind::Service | SubjectKind::User => {
                who.as_str().to_lowercase() == of.as_str().to_lowercase()
            }
            SubjectKind::Group => self.find::<Group>(from, of.id()).is_some_and(|(id, group)| {
                group.members.iter().any(|member| self.is_in(who, member, id.team.as_ref()))
            }),
            SubjectKind::Team => self.is_in_team(who, of.id()),
        }
    }

    fn is_in_team(&self, who: &Subject, name: &str) -> bool {
        let team = self.find::<Team>(None, name).unwrap().1;
        let memberships = self.0.iter().filter(|(id, _)| id.team.as_ref().is_some_and(|team| team.as_str() == name));
        let mut memberships = memberships.filter_map(|(id, spec)| Some((id.team.as_ref(), Membership::of(spec)?)));
        // Of two entries for one subject in a list the one that ends first counts.
        team.members.iter().any(|member| self.is_in(who, member, None))
            || memberships.any(|(from, membership)| {
                let members: Vec<_> = membership.members.iter().collect();
                members.iter().any(|one| {
                    let ends = members.iter().filter(|other| other.subject() == one.subject());
                    let ends = ends.filter_map(|other| other.until()).map(|until| until.end(&zone()));
                    self.is_in(who, one.subject(), from) && ends.min().is_none_or(|end| end > NOW)
                })
            })
    }

    fn grants(&self, id: &ResourceId, role: &Role, wanted: &Wanted) -> bool {
        let own = role.permissions.iter().any(|permission| covers(permission.as_str(), wanted));
        own || role.inherits.iter().any(|name| {
            self.find::<Role>(id.team.as_ref(), name.as_str()).is_some_and(|(id, role)| self.grants(id, role, wanted))
        })
    }
}

fn covers(permission: &str, wanted: &Wanted) -> bool {
    let (action, target) = permission.split_once(':').unwrap();
    let (resource, name) = target.split_once('/').map_or((target, None), |(resource, name)| (resource, Some(name)));
    let of_name = match (name, &wanted.name) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(name), Some(asked)) => name.strip_suffix('*').map_or(name == asked, |prefix| asked.starts_with(prefix)),
    };
    (action == "all" || action == wanted.action) && resource == wanted.resource && of_name
}

/// Says whether a grant that is written out answers a question.
fn answers(grant: &Grant, wanted: &Wanted) -> bool {
    let name = grant.name.as_ref().map(|name| format!("/{name}")).unwrap_or_default();
    let permission: Permission = format!("{}:{}{name}", grant.action, grant.resource).parse().unwrap();
    let is_now = grant.expires_at.is_none_or(|end| end > NOW);
    is_now && (grant.team.is_none() || grant.team == wanted.team) && covers(permission.as_str(), wanted)
}

fn agrees(access: &Access, reference: &Reference<'_>, question: &Question) -> Result<bool, TestCaseError> {
    let expected = reference.can(question);
    prop_assert_eq!(access.decide(question, NOW).unwrap(), expected, "{:?}", question);
    let explained = access.explain(question, NOW).unwrap();
    prop_assert_eq!(explained.is_some(), expected);
    prop_assert!(explained.is_none_or(|chain| chain.expires_at.is_none_or(|end| end > NOW) && chain.links.len() > 1));
    if !expected {
        let miss = access.nearest_miss(question, NOW).unwrap();
        prop_assert!(miss.is_none_or(|miss| !miss.lacks.is_empty()));
    }
    let listed = access.grants(&question.subject).iter().any(|grant| answers(grant, &question.wanted));
    prop_assert_eq!(listed, expected, "{:?}", access.grants(&question.subject));
    let who = access.who(&question.wanted, NOW).unwrap();
    prop_assert_eq!(who.iter().any(|one| one.subject == question.subject), expected);
    Ok(expected)
}

#[test]
fn access_is_what_the_manifests_say() {
    let law = Law { name: "effective access is that of the reference", cases: 150, telling: 0.7 };
    let (granted, asked) = (Cell::new(0), Cell::new(0));
    law.holds(&any::<u64>(), |seed| {
        let mut dice = Dice(seed);
        let specs = organisation(&mut dice);
        let access = Access::of(&specs.iter().collect::<Vec<_>>());
        let before = granted.get();
        for _ in 0..QUESTIONS {
            let yes = agrees(&access, &Reference(&specs), &question(&mut dice))?;
            granted.set(granted.get() + usize::from(yes));
            asked.set(asked.get() + 1);
        }
        Ok(Case::telling_if(granted.get() > before + QUESTIONS / 20))
    });
    assert!(granted.get() * 10 >= asked.get(), "only {} of {} questions were granted", granted.get(), asked.get());
}

fn lineage() -> Lineage {
    Lineage { path: String::new(), roots: Vec::new() }
}

fn desired(specs: &Specs) -> Desired {
    let manifest = |(id, spec): (&ResourceId, &Spec)| {
        let site = Site { origin: Origin::file("a.yaml"), bare: false, left_out: Vec::new() };
        (id.clone(), Some(Arc::new(Manifest::new(id.clone(), spec.clone(), "{}".into(), site))))
    };
    let mut resources = Resources::default();
    resources.update(specs.iter().map(manifest));
    Desired::new(None, lineage(), resources, Flaws::default())
}

/// Makes of an organisation another: some of it as in a third, some of it gone.
fn changed(dice: &mut Dice, before: &Specs) -> Specs {
    let other = organisation(dice);
    let mut after = before.clone();
    for (id, spec) in &other {
        match dice.below(8) {
            0 => drop(after.insert(id.clone(), spec.clone())),
            1 if id.kind != Kind::Organization => drop(after.remove(id)),
            _ => {}
        }
    }
    if dice.below(10) == 0 {
        let moved = json!({"currency": "USD", "timezone": "Asia/Tokyo", "vocabulary": {"actions": ["read", "write"]}});
        add(&mut after, Kind::Organization, None, "acme", moved);
    }
    after
}

fn changes(before: &Specs, after: &Specs) -> Vec<Change> {
    let mut ids: Vec<&ResourceId> = before.keys().chain(after.keys()).collect();
    ids.sort();
    ids.dedup();
    let change = |id: &ResourceId| {
        let [applied, desired] = [before, after].map(|specs| specs.get(id).map(Spec::canonical));
        Change { id: id.clone(), op: Op::Update, drift: false, desired, live: applied.clone(), applied }
    };
    ids.into_iter().map(change).filter(Change::writes_applied).collect()
}

/// Makes rows as they are after a change.
fn after(mut rows: Effective, EffectiveChange { take, put }: EffectiveChange) -> Effective {
    rows.standings.retain(|row| !take.standings.contains(row));
    rows.holdings.retain(|row| !take.holdings.contains(row));
    rows.allowings.retain(|row| !take.allowings.contains(row));
    rows.standings.extend(put.standings);
    rows.holdings.extend(put.holdings);
    rows.allowings.extend(put.allowings);
    rows
}

/// Multiplies the rows as the view does: what is granted to whom, and how long at most.
fn granted(rows: &Effective) -> BTreeMap<[String; 5], String> {
    let mut grants = BTreeMap::new();
    let never = || "never".to_owned();
    for held in &rows.holdings {
        let own = held.holder.contains(':').then(|| (held.holder.clone(), never()));
        let through = rows.standings.iter().filter(|row| row.holder == held.holder);
        let through = through.map(|row| (row.subject.clone(), row.until_at.clone().unwrap_or_else(never)));
        for (subject, until) in own.into_iter().chain(through) {
            let until = until.min(held.expires_at.clone().unwrap_or_else(never));
            for allowed in rows.allowings.iter().filter(|row| row.role == held.role) {
                let name = allowed.name.clone().unwrap_or_default();
                let key = [subject.clone(), allowed.action.clone(), allowed.resource.clone(), name, held.team.clone()];
                let longest: &mut String = grants.entry(key).or_default();
                *longest = until.clone().max(std::mem::take(longest));
            }
        }
    }
    grants
}

/// Lists the same by way of what `can --list` shows.
fn listed(specs: &Specs, actions: &[&str]) -> BTreeMap<[String; 5], String> {
    let mut grants = BTreeMap::new();
    for (subject, all) in Access::of(&specs.iter().collect::<Vec<_>>()).all_grants() {
        for grant in all {
            let own = [grant.action.as_str()];
            let until = grant.expires_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
            for action in if grant.action == "all" { actions } else { &own } {
                let team = grant.team.as_ref().map_or("", Name::as_str).to_owned();
                let (action, name) = ((*action).to_owned(), grant.name.clone().unwrap_or_default());
                let key = [subject.to_string().to_lowercase(), action, grant.resource.clone(), name, team];
                let longest: &mut String = grants.entry(key).or_default();
                *longest = until.clone().max(std::mem::take(longest));
            }
        }
    }
    grants
}

#[test]
fn the_rows_of_effective_access_follow_a_change() {
    let law = Law { name: "rows of effective access, step by step and at once", cases: 300, telling: 0.8 };
    law.holds(&any::<u64>(), |seed| {
        let mut dice = Dice(seed);
        let old = organisation(&mut dice);
        let new = changed(&mut dice, &old);
        let [before, now] = [&old, &new].map(desired);
        let rows = access::effective(&before);
        prop_assert_eq!(granted(&rows), listed(&old, &["read", "write", "execute", "manage"]));
        let change = access::change(&now, &changes(&old, &new));
        let is_telling = !change.is_empty();
        prop_assert_eq!(after(rows, change), access::effective(&now));
        Ok(Case::telling_if(is_telling))
    });
}
