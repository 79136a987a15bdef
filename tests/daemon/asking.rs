//! Who may do what by what is live: a row that cannot be read is no answer, and neither is a guess at what it said.

use crate::scene::{Acts, founded};
use crate::support::Sandbox;

const GRANTED: &str = "roles: [{name: seer, permissions: [\"read:agents\"]}]\n---\n\
    apiVersion: charter/v1\nkind: Group\nmetadata: {name: sre}\nspec: {members: [\"user:mo\"]}\n---\n\
    apiVersion: charter/v1\nkind: RoleBinding\nmetadata: {name: readers}\n\
    spec: {role: seer, subjects: [\"group:sre\"], expires: 2027-01-01}\n";

/// In Warsaw the binding has ended by then, in UTC it has not.
const ASKED: &str = "can user:mo read:agents --at 2027-01-01T23:30:00Z";

fn applied() -> (Sandbox, String) {
    let sandbox = founded();
    sandbox.shell("sed -i 's/timezone: [A-Za-z]*/timezone: Europe\\/Warsaw/' org.yaml");
    sandbox.write("granted.yaml", GRANTED);
    sandbox.commit("Granted");
    sandbox.ends("apply --at 2026-11-22", 0);
    let store = format!("--store sqlite:{}", sandbox.store().display());
    (sandbox, store)
}

#[test]
fn of_what_cannot_be_read_nobody_can_tell() {
    let (sandbox, store) = applied();
    assert!(sandbox.ends(&format!("{ASKED} {store}"), 1).starts_with("no\n"));
    for (row, spec) in [
        ("Organization/acme", "json_set(spec, '$.vocabulary', 5)"),
        ("Organization/acme", "json_set(spec, '$.timezone', 'Europe/Warzaw')"),
        ("Group/sre", "'no spec'"),
        ("Role/seer", "'{}x'"),
        ("RoleBinding/readers", "json_set(spec, '$.expries', '2030-01-01')"),
    ] {
        let (kind, name) = row.split_once('/').unwrap();
        let by_hand = |spec: &str| {
            let mut database = sandbox.database();
            database.rows(&format!("UPDATE live_resource SET spec = {spec} WHERE kind = '{kind}' AND name = '{name}'"));
        };
        let before = sandbox.database().rows(&format!("SELECT spec FROM live_resource WHERE name = '{name}'")).concat();
        by_hand(spec);
        for asked in [ASKED, "who read:agents", "can user:mo --list"] {
            let said = sandbox.ends(&format!("{asked} {store}"), 65);
            assert!(said.starts_with(&format!("error: the live row {row} cannot be read (")), "{said}");
        }
        by_hand(&crate::sql::quoted(&before.concat()));
        sandbox.ends(&format!("{ASKED} {store}"), 1);
    }
    sandbox.database().rows("INSERT INTO live_resource VALUES ('RoleBinding', '', 'No Name', '{}')");
    assert!(sandbox.ends(&format!("{ASKED} {store}"), 65).contains("RoleBinding//No Name cannot be read"));
}

#[test]
fn a_row_that_is_gone_grants_nothing_but_without_the_organization_nobody_can_tell() {
    let (sandbox, store) = applied();
    let early = format!("can user:mo read:agents --at 2026-12-01 {store}");
    sandbox.ends(&early, 0);
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Group'");
    sandbox.ends(&early, 1);
    sandbox.database().rows("DELETE FROM live_resource WHERE kind = 'Organization'");
    assert!(sandbox.ends(&early, 65).contains("0 rows of Organization are live"));
}

#[test]
fn the_query_of_the_readme_answers_what_can_answers() {
    let (sandbox, store) = applied();
    let readme = include_str!("../../README.md");
    let (_, query) = readme.split_once("```sql\n").unwrap();
    let query = query
        .split_once("```")
        .unwrap()
        .0
        .replace("'frontend'", "'web'")
        .replace("SELECT EXISTS", "SELECT '' || EXISTS");
    let mut told = Vec::new();
    for (subject, action) in [("user:ana", "read"), ("user:mo", "read"), ("user:ana", "write"), ("user:eve", "read")] {
        let query = query.replace("user:ana", subject).replace("'read'", &format!("'{action}'"));
        let found = sandbox.database().rows(&query).concat().concat();
        let asked = sandbox.charter(&format!("can {subject} {action}:agents/reviewer --team web {store}"));
        assert_eq!(found, if asked.status.success() { "1" } else { "0" }, "{subject} {action}");
        told.push(found);
    }
    assert_eq!(told, ["1", "1", "0", "0"]);
}
