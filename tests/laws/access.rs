//! Effective access is what an evaluator says that follows the manifests word by word, in the dumbest way.

use std::cell::Cell;

use charter::access::{self, Access};
use charter::model::change::{Change, Op};
use charter::model::effective::{Effective, EffectiveChange};
use charter::model::expiry::Expiry;
use charter::model::grant::{Chain, Grant, Step};
use charter::model::id::ResourceId;
use charter::model::kind::group::Group;
use charter::model::kind::membership::Membership;
use charter::model::kind::role::Role;
use charter::model::kind::role_binding::RoleBinding;
use charter::model::kind::team::Team;
use charter::model::kind::{Kind, Spec, Typed};
use charter::model::name::Name;
use charter::model::permission::Permission;
use charter::model::question::{Question, Wanted};
use charter::model::subject::{Subject, SubjectKind};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::json;

use crate::chance::{Dice, NOW, Specs, TEAMS, THINGS, WORDS, add, desired, organisation, zone};
use crate::law::{Case, Law};

/// How many questions are asked of an organisation.
const QUESTIONS: usize = 200;

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

/// What a chain comes to: whose resources it is about, the permission, and the earliest end on the way.
type End = (Option<Name>, String, Option<Timestamp>);

impl Reference<'_> {
    /// Follows a chain from a subject: each link is written where it says, ends when it says, and begins where the one
    /// before it ended.
    fn follow(&self, subject: &Subject, chain: &Chain) -> Option<End> {
        let (mut at, mut on, mut said) = (subject.as_str().to_lowercase(), None, None);
        for link in &chain.links {
            let index = link.pointer.rsplit('/').next()?.parse().ok()?;
            let (id, spec) = self.0.get_key_value(&link.by)?;
            let (from, end) = (id.team.as_ref(), |expiry: Option<Expiry>| expiry.map(|end| end.end(&zone())));
            let (begins, until, to) = match &link.step {
                Step::Member { of } => {
                    let (member, until) = member(spec, index)?;
                    let list = if id.kind == Kind::Membership { format!("Team/{}", from?) } else { id.to_string() };
                    (self.holder(from, member)?, end(until), Some(of.to_string()).filter(|of| *of == list)?)
                }
                Step::Bound { role, on: team } => {
                    let binding = RoleBinding::of(spec).filter(|_| team.as_ref() == from)?;
                    let (bound, _) = self.find::<Role>(from, binding.role.as_str()).filter(|(id, _)| *id == role)?;
                    on = Some(team.clone());
                    (self.holder(from, binding.subjects.iter().nth(index)?)?, end(binding.expires), bound.to_string())
                }
                Step::Inherits { role } => {
                    let name = Role::of(spec)?.inherits.iter().nth(index)?;
                    let (above, _) = self.find::<Role>(from, name.as_str()).filter(|(id, _)| *id == role)?;
                    (id.to_string(), None, above.to_string())
                }
                Step::Permits { permission } => {
                    let own = Role::of(spec)?.permissions.iter().nth(index)?;
                    said = Some(permission.clone()).filter(|said| said == own.as_str());
                    (id.to_string(), None, said.clone()?)
                }
            };
            if begins != at || until != link.until {
                return None;
            }
            at = to;
        }
        let earliest = chain.links.iter().filter_map(|link| link.until).min();
        Some((on?, said.filter(|said| *said == at)?, earliest)).filter(|_| earliest == chain.expires_at)
    }

    /// Finds whom a subject stands for where it is written.
    fn holder(&self, from: Option<&Name>, subject: &Subject) -> Option<String> {
        match subject.kind() {
            SubjectKind::Agent | SubjectKind::Service | SubjectKind::User => Some(subject.as_str().to_lowercase()),
            SubjectKind::Group => self.find::<Group>(from, subject.id()).map(|(id, _)| id.to_string()),
            SubjectKind::Team => self.find::<Team>(None, subject.id()).map(|(id, _)| id.to_string()),
        }
    }
}

/// Finds a member of a list, and when it ends: of two entries for one subject when the first of them does.
fn member(spec: &Spec, index: usize) -> Option<(&Subject, Option<Expiry>)> {
    if let Some(membership) = Membership::of(spec) {
        let subject = membership.members.iter().nth(index)?.subject();
        let entries = membership.members.iter().filter(|one| one.subject() == subject);
        let until = entries.filter_map(|one| one.until()).min_by_key(|until| until.end(&zone()));
        return Some((subject, until));
    }
    let members = Group::of(spec).map(|group| &group.members).or(Team::of(spec).map(|team| &team.members));
    Some((members?.iter().nth(index)?, None))
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
    if let Some(chain) = explained {
        let end = reference.follow(&question.subject, &chain);
        let grants = end.is_some_and(|(on, permission, until)| {
            let is_about = on.is_none() || on == question.wanted.team;
            is_about && covers(&permission, &question.wanted) && until.is_none_or(|end| end > NOW)
        });
        prop_assert!(grants, "{:?}: {:?}", question, chain);
    } else if let Some(miss) = access.nearest_miss(question, NOW).unwrap() {
        let leads = reference.follow(&question.subject, &miss.chain).is_some();
        prop_assert!(leads && !miss.lacks.is_empty(), "{:?}: {:?}", question, miss);
    }
    let listed = access.grants_of(&question.subject).iter().any(|grant| answers(grant, &question.wanted));
    prop_assert_eq!(listed, expected, "{:?}", access.grants_of(&question.subject));
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

/// Takes out of an organisation what bindings give that is given already, and counts that.
fn without_redundant(specs: &Specs) -> (Specs, usize) {
    let (mut left, access) = (specs.clone(), Access::of(&specs.iter().collect::<Vec<_>>()));
    let redundant = access.redundant();
    for (id, spec) in specs {
        let Some(binding) = RoleBinding::of(spec) else { continue };
        let of = |index| redundant.iter().any(|one| one.binding == *id && one.pointer == format!("/subjects/{index}"));
        let subjects = binding.subjects.placed().into_iter().filter(|(index, _)| !of(*index));
        let subjects: Vec<&Subject> = subjects.map(|(_, subject)| subject).collect();
        let spec = json!({"role": binding.role, "subjects": subjects, "expires": binding.expires});
        left.insert(id.clone(), Spec::read(Kind::RoleBinding, spec).unwrap());
    }
    (left, redundant.len())
}

/// Says whether one grant is about what another is, on the same team or everywhere, and lasts as long.
fn is_as_much(one: &Grant, other: &Grant) -> bool {
    let what = |grant: &Grant| (grant.action.clone(), grant.resource.clone(), grant.name.clone());
    let is_there = one.team.is_none() || one.team == other.team;
    what(one) == what(other)
        && is_there
        && one.expires_at.is_none_or(|end| other.expires_at.is_some_and(|it| it <= end))
}

#[test]
fn nobody_loses_anything_by_what_is_redundant() {
    let law = Law { name: "redundant grants, taken out", cases: 150, telling: 0.5 };
    law.holds(&any::<u64>(), |seed| {
        let specs = organisation(&mut Dice(seed));
        let (left, redundant) = without_redundant(&specs);
        let grants = |specs: &Specs| Access::of(&specs.iter().collect::<Vec<_>>()).grants();
        let left = grants(&left);
        for (subject, grants) in grants(&specs) {
            for grant in grants {
                let stays = left.get(&subject).is_some_and(|left| left.iter().any(|one| is_as_much(one, &grant)));
                prop_assert!(stays, "{:?} is lost", grant);
            }
        }
        Ok(Case::telling_if(redundant > 0))
    });
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
    rows.belongings.retain(|row| !take.belongings.contains(row));
    rows.holdings.retain(|row| !take.holdings.contains(row));
    rows.inheritings.retain(|row| !take.inheritings.contains(row));
    rows.allowings.retain(|row| !take.allowings.contains(row));
    rows.actions.retain(|row| !take.actions.contains(row));
    rows.belongings.extend(put.belongings);
    rows.holdings.extend(put.holdings);
    rows.inheritings.extend(put.inheritings);
    rows.allowings.extend(put.allowings);
    rows.actions.extend(put.actions);
    rows
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
        let change = access::change(&now, &changes(&old, &new));
        let is_telling = !change.is_empty();
        prop_assert_eq!(after(rows, change), access::effective(&now));
        Ok(Case::telling_if(is_telling))
    });
}
