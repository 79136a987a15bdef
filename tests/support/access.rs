//! Organisations made by chance, of which it is asked who may do what in them.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use charter::model::desired::Desired;
use charter::model::flaws::Flaws;
use charter::model::id::ResourceId;
use charter::model::kind::{Kind, Spec};
use charter::model::lineage::Lineage;
use charter::model::manifest::Manifest;
use charter::model::origin::Origin;
use charter::model::resources::Resources;
use charter::model::site::Site;
use charter::model::way::Way;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub type Specs = BTreeMap<ResourceId, Spec>;

/// Noon of the day on which some things end, in the time zone of the organisation.
pub const NOW: Timestamp = Timestamp::constant(1_795_000_000, 0);

pub const WORDS: [&str; 3] = ["read", "write", "manage"];
pub const THINGS: [&str; 2] = ["agents", "prompts"];
pub const NAMES: [&str; 5] = ["", "/a", "/ab", "/a*", "/*"];

/// Numbers that look random and are the same for the same seed (SplitMix64).
#[derive(Debug)]
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    pub fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    pub fn some(&mut self, most: usize, mut one: impl FnMut(&mut Self) -> Value) -> Vec<Value> {
        (0..self.below(most + 1)).map(|_| one(self)).collect()
    }

    /// Spells a user, a service or an agent: the same ones in several ways.
    pub fn outsider(&mut self) -> String {
        let spelled = ["user:ana", "user:Ana", "user:bo", "user:BO", "user:cy", "service:ci", "service:CI", "agent:x"];
        self.of(&spelled).to_owned()
    }

    pub fn end(&mut self) -> Option<String> {
        let hours = [-40, -1, 1, 40][self.below(4)];
        let at = NOW + SignedDuration::from_hours(hours);
        match self.below(6) {
            0 => Some(at.to_string()),
            1 => Some(at.to_zoned(zone()).date().to_string()),
            _ => None,
        }
    }

    /// Names somebody of a team (or none) for whom nothing that comes later is needed: no circle comes of it.
    pub fn member(&mut self, groups: usize, teams: usize) -> String {
        match self.below(4) {
            0 if groups > 0 => format!("group:g{}", self.below(groups)),
            1 if teams > 0 => format!("team:t{}", self.below(teams)),
            _ => self.outsider(),
        }
    }
}

/// The time zone of every organisation.
pub fn zone() -> TimeZone {
    TimeZone::get("Europe/Warsaw").unwrap()
}

pub const TEAMS: usize = 3;
pub const GROUPS: usize = 4;
pub const ROLES: usize = 4;

pub fn add(specs: &mut Specs, kind: Kind, team: Option<usize>, name: &str, spec: Value) {
    let team = team.map(|team| format!("t{team}").parse().unwrap());
    let id = ResourceId { kind, team, name: name.parse().unwrap() };
    specs.insert(id, Spec::read(kind, spec).unwrap());
}

/// Makes an organisation. Groups of teams come after those of the organisation, and teams after groups, each with members
/// of what stands before it.
pub fn organisation(dice: &mut Dice) -> Specs {
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

pub fn roles(dice: &mut Dice, specs: &mut Specs) {
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

pub fn lineage() -> Lineage {
    Lineage { path: String::new(), roots: Vec::new() }
}

pub fn desired(specs: &Specs) -> Desired {
    let manifest = |(id, spec): (&ResourceId, &Spec)| {
        let site = Site { origin: Origin::file("a.yaml"), bare: false, left_out: Vec::new() };
        (Way::to(id), Some(Arc::new(Manifest::new(id.clone(), spec.clone(), "{}".into(), site))))
    };
    let mut resources = Resources::default();
    resources.update(specs.iter().map(manifest).collect());
    Desired::new(None, lineage(), resources, Flaws::default())
}
