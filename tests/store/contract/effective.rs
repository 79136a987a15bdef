//! Effective access: tables that only a landing writes, and the view that follows them.

use charter::access::{self, Access};
use charter::model::effective::{Allowing, Belonging, Effective, EffectiveChange, Holding, Inheriting};
use charter::model::expiry::spelled;
use charter::model::name::Name;

use super::*;
use crate::chance::{Dice, Specs, desired, organisation};

fn belonging(member: &str, holder: &str, until_at: Option<&str>) -> Belonging {
    let [member, holder, list] = [member, holder, holder].map(str::to_owned);
    Belonging { member, holder, list, until_at: until_at.map(str::to_owned) }
}

fn holding(holder: &str, binding: &str, expires_at: Option<&str>) -> Holding {
    let team = binding.split('/').nth_back(1).filter(|team| *team != "RoleBinding").unwrap_or_default().to_owned();
    let [holder, binding, role] = [holder, binding, "Role/dev"].map(str::to_owned);
    Holding { holder, binding, team, role, expires_at: expires_at.map(str::to_owned) }
}

fn allowing(role: &str, action: &str, name: Option<&str>) -> Allowing {
    let [role, action, resource] = [role, action, "agents"].map(str::to_owned);
    Allowing { role, action, resource, name: name.map(str::to_owned) }
}

fn rows_of_access() -> Effective {
    Effective {
        belongings: BTreeSet::from([
            belonging("user:ana", "Group/sre", Some("2026-12-31T23:00:00Z")),
            belonging("Group/sre", "Team/web", None),
            belonging("user:bo", "Team/web", None),
        ]),
        holdings: BTreeSet::from([
            holding("Team/web", "RoleBinding/web/devs", Some("2027-06-30T22:00:00Z")),
            holding("user:cy", "RoleBinding/all", None),
        ]),
        inheritings: BTreeSet::from([Inheriting { role: "Role/dev".into(), above: "Role/reader".into() }]),
        allowings: BTreeSet::from([
            allowing("Role/reader", "read", None),
            allowing("Role/dev", "read", None),
            allowing("Role/dev", "all", Some("rev*")),
        ]),
        actions: BTreeSet::from(["read".to_owned(), "execute".to_owned()]),
    }
}

fn put(world: &World, effective: EffectiveChange) {
    world.writer().land(&Plan { effective, ..world.plan(&rows(&[ORGANIZATION])) }, &landing()).unwrap();
}

fn world() -> World {
    let world = World::new();
    put(&world, EffectiveChange { put: rows_of_access(), ..EffectiveChange::default() });
    world
}

const GRANTS: &str = "SELECT * FROM effective_grant ORDER BY subject, action, name";

#[test]
fn members_and_inherited_roles_are_followed_to_the_earliest_end() {
    let row = |subject: &str, grant: &str, rest: &str| format!("{subject}|{grant}|{rest}");
    let grants = ["execute|agents|rev*", "read|agents|NULL", "read|agents|rev*"];
    let expected = [
        ("user:ana", "web|2026-12-31T23:00:00Z|Team/web -> RoleBinding/web/devs -> Role/dev"),
        ("user:bo", "web|2027-06-30T22:00:00Z|Team/web -> RoleBinding/web/devs -> Role/dev"),
        ("user:cy", "|NULL|RoleBinding/all -> Role/dev"),
    ];
    let expected = expected.iter().flat_map(|(subject, rest)| grants.map(|grant| row(subject, grant, rest)));
    assert_eq!(world().read(GRANTS), expected.collect::<Vec<_>>());
}

#[test]
fn who_asks_for_one_subject_searches_for_it() {
    let plan = world().read("EXPLAIN QUERY PLAN SELECT * FROM effective_grant WHERE subject = 'user:ana'");
    for searched in ["SEARCH belongs USING PRIMARY KEY (member=?)", "SEARCH holds USING PRIMARY KEY (holder=?)"] {
        assert!(plan.iter().any(|step| step.contains(searched)), "{plan:#?}");
    }
    for table in ["belongs", "holds", "inherits", "role_grant"] {
        assert!(!plan.iter().any(|step| step.contains(&format!("SCAN {table}"))), "{plan:#?}");
    }
}

/// Lists until when each subject may do what, by the view.
fn viewed(world: &World) -> BTreeMap<String, String> {
    let longest = "SELECT subject, action, resource, coalesce(name, ''), team, max(coalesce(expires_at, 'never'))
        FROM effective_grant GROUP BY 1, 2, 3, 4, 5";
    let rows = world.read(longest).into_iter();
    rows.map(|row| row.rsplit_once('|').map(|(what, until)| (what.to_owned(), until.to_owned())).unwrap()).collect()
}

/// Lists the same as `can --list` does.
fn listed(specs: &Specs) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for grant in Access::of(&specs.iter().collect::<Vec<_>>()).grants().into_values().flatten() {
        let until = grant.expires_at.map_or_else(|| "never".to_owned(), spelled);
        let every = ["read", "write", "execute", "manage"];
        for action in every.iter().filter(|action| ["all", **action].contains(&grant.action.as_str())) {
            let (name, team) =
                (grant.name.as_deref().unwrap_or_default(), grant.team.as_ref().map_or("", Name::as_str));
            let subject = grant.subject.as_str().to_lowercase();
            let longest: &mut String =
                all.entry(format!("{subject}|{action}|{}|{name}|{team}", grant.resource)).or_default();
            *longest = until.clone().max(std::mem::take(longest));
        }
    }
    all
}

#[test]
fn the_view_says_what_is_listed_of_any_organisation() {
    let mut told = 0;
    for seed in 0..40 {
        let (specs, world) = (organisation(&mut Dice(seed)), World::new());
        put(&world, EffectiveChange { put: access::effective(&desired(&specs)), ..EffectiveChange::default() });
        let viewed = viewed(&world);
        assert_eq!(viewed, listed(&specs), "{seed}");
        told += viewed.len();
    }
    assert!(told > 1_000, "{told} grants say little");
}

#[test]
fn what_a_landing_wrote_is_read_again_and_changed_by_the_next() {
    let world = world();
    assert_eq!(world.reader().effective().unwrap(), rows_of_access());
    let mut after = rows_of_access();
    after.belongings.pop_first();
    after.inheritings.clear();
    after.allowings.pop_first();
    after.actions.pop_first();
    after.holdings.insert(holding("user:di", "RoleBinding/all", None));
    put(&world, EffectiveChange::between(rows_of_access(), after.clone()));
    assert_eq!(world.reader().effective().unwrap(), after);
}

#[test]
fn nobody_else_writes_it() {
    let world = world();
    let before = world.read(GRANTS);
    for sql in [
        "INSERT INTO holds VALUES ('user:mallory', 'RoleBinding/all', '', 'Role/dev', NULL)",
        "UPDATE holds SET expires_at = NULL",
        "DELETE FROM role_grant",
        "UPDATE belongs SET member = 'user:mallory' WHERE member = 'user:bo'",
        "INSERT INTO inherits VALUES ('Role/dev', 'Role/admin')",
        "DELETE FROM action_word",
        "INSERT OR REPLACE INTO role_grant VALUES ('Role/dev', 'agents', 'manage', '')",
    ] {
        let mut other = Other::on(world.store.path());
        let statement = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut other.connection);
        let error = other.runtime.block_on(statement).unwrap_err().to_string();
        assert!(error.contains("nobody but Charter writes it"), "{sql}: {error}");
    }
    assert_eq!(world.read(GRANTS), before);
}

#[test]
fn a_lost_table_comes_back_empty_and_is_written_by_the_next_landing() {
    let world = world();
    world.by_hand("DROP TABLE holds");
    assert!(world.mend().contains(&"the table holds was dropped".to_owned()));
    assert!(world.read(GRANTS).is_empty());
    let found = world.reader().effective().unwrap();
    put(&world, EffectiveChange::between(found, rows_of_access()));
    assert_eq!(world.read(GRANTS).len(), 9);
}
