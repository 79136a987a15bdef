//! Effective access: three tables that only a landing writes, and the view that multiplies them.

use charter::model::effective::{Allowing, Effective, EffectiveChange, Holding, Standing};

use super::*;

fn standing(subject: &str, holder: &str, until_at: Option<&str>) -> Standing {
    let [subject, holder, via] = [subject, holder, holder].map(str::to_owned);
    Standing { subject, holder, until_at: until_at.map(str::to_owned), via }
}

fn holding(holder: &str, binding: &str, expires_at: Option<&str>) -> Holding {
    let team = binding.split('/').nth_back(1).filter(|team| *team != "RoleBinding").unwrap_or_default().to_owned();
    let [holder, binding, role] = [holder, binding, "Role/dev"].map(str::to_owned);
    Holding { holder, binding, team, role, expires_at: expires_at.map(str::to_owned) }
}

fn allowing(action: &str, name: Option<&str>) -> Allowing {
    let [role, action, resource] = ["Role/dev", action, "agents"].map(str::to_owned);
    Allowing { role, action, resource, name: name.map(str::to_owned) }
}

fn rows_of_access() -> Effective {
    Effective {
        standings: BTreeSet::from([
            standing("user:ana", "Team/web", Some("2026-12-31T23:00:00Z")),
            standing("user:bo", "Team/web", None),
        ]),
        holdings: BTreeSet::from([
            holding("Team/web", "RoleBinding/web/devs", Some("2027-06-30T22:00:00Z")),
            holding("user:cy", "RoleBinding/all", None),
        ]),
        allowings: BTreeSet::from([allowing("read", None), allowing("execute", Some("rev*"))]),
    }
}

fn world() -> World {
    let world = World::new();
    let effective = EffectiveChange { put: rows_of_access(), ..EffectiveChange::default() };
    world.writer().land(&Plan { effective, ..world.plan(&rows(&[ORGANIZATION])) }, &landing()).unwrap();
    world
}

const GRANTS: &str = "SELECT * FROM effective_grant ORDER BY subject, action";

#[test]
fn a_grant_is_the_product_of_what_is_kept() {
    let expected = [
        "user:ana|execute|agents|rev*|web|2026-12-31T23:00:00Z|Team/web -> RoleBinding/web/devs -> Role/dev",
        "user:ana|read|agents|NULL|web|2026-12-31T23:00:00Z|Team/web -> RoleBinding/web/devs -> Role/dev",
        "user:bo|execute|agents|rev*|web|2027-06-30T22:00:00Z|Team/web -> RoleBinding/web/devs -> Role/dev",
        "user:bo|read|agents|NULL|web|2027-06-30T22:00:00Z|Team/web -> RoleBinding/web/devs -> Role/dev",
        "user:cy|execute|agents|rev*||NULL|RoleBinding/all -> Role/dev",
        "user:cy|read|agents|NULL||NULL|RoleBinding/all -> Role/dev",
    ];
    assert_eq!(world().read(GRANTS), expected);
}

#[test]
fn what_a_landing_wrote_is_read_again_and_changed_by_the_next() {
    let world = world();
    assert_eq!(world.reader().effective().unwrap(), rows_of_access());
    let mut after = rows_of_access();
    after.standings.pop_first();
    after.holdings.insert(holding("user:di", "RoleBinding/all", None));
    let effective = EffectiveChange::between(rows_of_access(), after.clone());
    world.writer().land(&Plan { effective, ..world.plan(&rows(&[ORGANIZATION])) }, &landing()).unwrap();
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
        "UPDATE stands_for SET subject = 'user:mallory' WHERE subject = 'user:bo'",
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
    let effective = EffectiveChange::between(found, rows_of_access());
    world.writer().land(&Plan { effective, ..world.plan(&rows(&[ORGANIZATION])) }, &landing()).unwrap();
    assert_eq!(world.read(GRANTS).len(), 6);
}
