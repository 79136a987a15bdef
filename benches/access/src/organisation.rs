//! An organisation that all of them can express: teams, groups in groups, roles that inherit, names and prefixes, bindings
//! on teams and everywhere, some of which have ended.

use std::collections::BTreeMap;

use charter::model::id::ResourceId;
use charter::model::kind::{Kind, Spec};
use charter::model::question::{Question, Wanted};
use serde_json::{Value, json};

use crate::Done;

/// The roles: what each inherits and grants.
pub const ROLES: [(&str, Option<&str>, &[&str]); 7] = [
    ("developer", None, &["read:agents", "execute:agents/review*", "read:prompts"]),
    ("lead", Some("developer"), &["write:prompts/team-*", "manage:team_budget", "execute:agents"]),
    ("auditor", None, &["read:config", "read:billing", "read:sessions/2026-*"]),
    ("operator", Some("auditor"), &["all:config", "manage:users"]),
    ("trainer", None, &["execute:agents/trainer", "write:prompts/base", "read:knowledge/public*"]),
    ("librarian", Some("trainer"), &["all:knowledge"]),
    ("deputy", Some("lead"), &["manage:projects/checkout", "read:billing"]),
];

const WANTED: [&str; 12] = [
    "read:agents",
    "read:agents/reviewer",
    "execute:agents/reviewer",
    "execute:agents/trainer",
    "execute:agents",
    "write:prompts/team-x",
    "write:prompts/base",
    "manage:team_budget",
    "write:config",
    "read:knowledge/public/faq",
    "read:sessions/2026-11-22",
    "manage:projects/checkout",
];

/// How many bindings a team has.
const OF_TEAM: usize = 10;

/// An organisation of some bindings.
#[derive(Debug)]
pub struct Organisation {
    pub teams: Vec<Vec<Member>>,
    pub bindings: Vec<Binding>,
    /// Who is in which group: users, and groups of a higher number.
    pub groups: Vec<Vec<String>>,
}

/// A member of a team.
#[derive(Debug)]
pub struct Member {
    pub user: String,
    pub end: End,
}

/// When something ends, seen from the moment of all questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Never,
    Later,
    Past,
}

/// A role of somebody on a team, or everywhere.
#[derive(Debug)]
pub struct Binding {
    pub team: Option<usize>,
    pub role: usize,
    /// A user, a group, or a team.
    pub holder: String,
    pub end: End,
}

/// One question.
#[derive(Debug)]
pub struct Asked {
    pub user: String,
    pub wanted: &'static str,
    /// `None` for the organisation's own.
    pub team: Option<usize>,
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn end(&mut self) -> End {
        [End::Never, End::Never, End::Never, End::Later, End::Past][self.below(5)]
    }

    /// Spells a user, whom a capital makes no other.
    fn user(&mut self, users: usize) -> String {
        format!("user:{}{}", if self.below(4) == 0 { 'U' } else { 'u' }, self.below(users))
    }
}

impl End {
    /// Says whether what ends so stands when it is asked.
    pub fn stands(self) -> bool {
        self != End::Past
    }

    fn day(self) -> Option<&'static str> {
        match self {
            End::Never => None,
            End::Later => Some("2027-06-30"),
            End::Past => Some("2026-06-30"),
        }
    }
}

impl Organisation {
    /// Makes an organisation: a tenth as many teams, half as many users, a group for every twenty bindings.
    pub fn of(bindings: usize) -> Self {
        let (mut dice, teams, users) = (Dice(5), bindings / OF_TEAM, bindings / 2);
        let groups = bindings / 20;
        let member = |dice: &mut Dice, group: usize| match dice.below(6) {
            0 if group + 1 < groups => format!("group:g{}", group + 1 + dice.below((groups - group - 1).min(8))),
            _ => dice.user(users),
        };
        let of_group = |dice: &mut Dice, group| (0..6).map(|_| member(dice, group)).collect();
        let groups = (0..groups).map(|group| of_group(&mut dice, group)).collect::<Vec<Vec<String>>>();
        let of_team = |_| (0..5).map(|_| Member { user: dice.user(users), end: dice.end() }).collect();
        let of_teams: Vec<Vec<Member>> = (0..teams).map(of_team).collect();
        let binding = |place: usize| {
            let holder = match dice.below(6) {
                0 | 1 => format!("group:g{}", dice.below(groups.len())),
                2 => format!("team:t{}", dice.below(teams)),
                _ => dice.user(users),
            };
            let team = (dice.below(50) != 0).then_some(place / OF_TEAM % teams);
            Binding { team, role: dice.below(ROLES.len()), holder, end: dice.end() }
        };
        let bindings = (0..bindings).map(binding).collect();
        Organisation { teams: of_teams, bindings, groups }
    }

    /// Makes questions: every other one about somebody who is bound to something on the team.
    pub fn questions(&self, many: usize) -> Vec<Asked> {
        let (mut dice, users) = (Dice(6), self.bindings.len() / 2);
        let question = |place: usize| {
            let binding = &self.bindings[dice.below(self.bindings.len())];
            let bound = Some(binding.holder.clone()).filter(|holder| place % 2 == 0 && holder.starts_with("user:"));
            let user = bound.unwrap_or_else(|| dice.user(users));
            Asked { user, wanted: WANTED[dice.below(WANTED.len())], team: binding.team }
        };
        (0..many).map(question).collect()
    }

    /// Lists who is in a group or a team now, in lower case; `None` for a user.
    pub fn members(&self, holder: &str) -> Option<Vec<String>> {
        let of = |prefix: &str| holder.strip_prefix(prefix).and_then(|number| number.parse::<usize>().ok());
        if let Some(group) = of("group:g") {
            return Some(self.groups[group].iter().map(|member| member.to_lowercase()).collect());
        }
        let standing = self.teams[of("team:t")?].iter().filter(|member| member.end.stands());
        Some(standing.map(|member| member.user.to_lowercase()).collect())
    }

    /// Writes it as Charter's specs.
    pub fn specs(&self) -> Done<BTreeMap<ResourceId, Spec>> {
        let mut specs = BTreeMap::new();
        let mut add = |kind: Kind, team: Option<String>, name: String, spec: Value| -> Done {
            let team = team.map(|team| team.parse()).transpose()?;
            specs.insert(ResourceId { kind, team, name: name.parse()? }, Spec::read(kind, spec)?);
            Ok(())
        };
        add(Kind::Organization, None, "acme".into(), json!({"currency": "USD", "timezone": "UTC"}))?;
        for (role, inherits, permissions) in ROLES {
            let inherits: Vec<&str> = inherits.into_iter().collect();
            add(Kind::Role, None, role.into(), json!({"inherits": inherits, "permissions": permissions}))?;
        }
        for (team, members) in self.teams.iter().enumerate() {
            add(Kind::Team, None, format!("t{team}"), json!({}))?;
            // One list each: of two entries for one user in a list the first that ends counts.
            for (place, Member { user, end }) in members.iter().enumerate() {
                let member = end.day().map_or(json!(user), |day| json!({"subject": user, "until": day}));
                add(Kind::Membership, Some(format!("t{team}")), format!("m{place}"), json!({"members": [member]}))?;
            }
        }
        for (group, members) in self.groups.iter().enumerate() {
            add(Kind::Group, None, format!("g{group}"), json!({ "members": members }))?;
        }
        for (place, Binding { team, role, holder, end }) in self.bindings.iter().enumerate() {
            let mut spec = json!({"role": ROLES[*role].0, "subjects": [holder]});
            if let Some(day) = end.day() {
                spec["expires"] = json!(day);
            }
            add(Kind::RoleBinding, team.map(|team| format!("t{team}")), format!("b{place}"), spec)?;
        }
        Ok(specs)
    }
}

impl Asked {
    /// Asks it of Charter.
    pub fn question(&self) -> Done<Question> {
        let team = self.team.map(|team| format!("t{team}").parse()).transpose()?;
        Ok(Question::new(self.user.parse()?, Wanted::parse(self.wanted, team)?)?)
    }

    /// Takes apart what is wanted: the action, and the resource with the name.
    pub fn parts(&self) -> (&'static str, &'static str) {
        self.wanted.split_once(':').unwrap_or_default()
    }
}
