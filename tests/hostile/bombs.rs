//! Small files that ask for much: alias bombs, depth, repetition, size. Each ends, and costs what it is long.

use std::time::{Duration, Instant};

use charter::access::{self, Access};
use charter::model::admitted::Admitted;
use charter::model::question::{Question, Wanted};
use charter::reconcile::Checked;
use charter::report::{check, json};
use jiff::Timestamp;

use crate::{errors, one, team};

#[test]
fn a_billion_laughs_are_not_laughed() {
    let levels: String =
        (1..30).map(|level| format!("a{level}: &a{level} [{}]\n", format!("*a{}, ", level - 1).repeat(9))).collect();
    let found = errors(&one("web.yaml", team(&format!("a0: &a0 ha\n{levels}"))));
    assert!(found.iter().all(|code| *code == "unsupported-yaml") && found.len() > 1, "{found:?}");
}

#[test]
fn a_merge_bomb_is_not_merged() {
    let levels: String =
        (1..30).map(|level| format!("a{level}: &a{level} {{<<: [*a{0}, *a{0}]}}\n", level - 1)).collect();
    assert!(errors(&one("web.yaml", team(&format!("a0: &a0 {{b: c}}\n{levels}")))).contains(&"unsupported-yaml"));
}

#[test]
fn depth_ends_in_a_finding_and_not_on_the_stack() {
    let deep = 200_000;
    let unclosed = ["[", "{a: ", "[{a: ", "- ", "? ", "[? "].map(|open| open.repeat(deep));
    let closed = [("[", "]"), ("{\"a\":", "}")]
        .map(|(open, close)| format!("{}\"charter/v1\"{}", open.repeat(deep), close.repeat(deep)));
    let indented: String = (0..2_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    for text in unclosed.iter().chain(&closed).chain([&indented]) {
        let (yaml, json) = (one("web.yaml", team(text)), one("web.json", format!("{text}\n// charter/v1")));
        assert!(!errors(&yaml).is_empty() && !errors(&json).is_empty(), "{}", &text[..20]);
    }
}

#[test]
fn what_is_said_of_a_huge_word_is_short() {
    let huge = "x".repeat(4 << 20);
    let manifests = [
        format!("apiVersion: charter/v1\nkind: {huge}\nmetadata: {{name: a}}\nspec: {{}}\n"),
        format!("apiVersion: {huge}\nkind: Team\nmetadata: {{name: a}}\nspec: {{}}\n"),
        format!("apiVersion: charter/v1\nkind: Team\nmetadata: {{name: {huge}}}\nspec: {{}}\n"),
        format!("apiVersion: charter/v1\nkind: Team\nmetadata: {{name: a}}\nspec: {{members: [\"user:{huge}\"]}}\n"),
        format!("apiVersion: charter/v1\nkind: Team\nmetadata: {{name: a}}\nspec: {{{huge}: 1}}\n"),
        format!(
            "apiVersion: charter/v1\nkind: Team\nmetadata: {{name: a}}\nspec:\n  settings: {{a: {}}}\n",
            "9".repeat(4 << 20)
        ),
    ];
    for (index, manifest) in manifests.iter().enumerate() {
        let report = one("web.yaml", manifest).report;
        assert!(!report.is_valid(), "{index}");
        let said = check::text(&report, 0, false).len() + json::pretty(&json::report(&report)).len();
        assert!(said < 16 << 10, "{index}: {said} bytes are said");
    }
}

/// Measures how long it takes to check a text and to say what was found.
fn cost(text: &str) -> Duration {
    let begun = Instant::now();
    let report = one("web.yaml", text).report;
    assert!(!check::text(&report, 0, false).is_empty() && !json::report(&report).is_null());
    begun.elapsed()
}

/// Fails where four times as much costs far more than four times the time: a square would cost sixteen times it.
///
/// On a machine that does other work one measurement says nothing; the least of several comes near the truth.
fn grows_with_its_length(what: &str, small: usize, make: impl Fn(usize) -> String) {
    let (small, large) = (make(small), make(4 * small));
    let (mut least, mut most) = (Duration::MAX, Duration::MAX);
    for _ in 0..12 {
        (least, most) = (least.min(cost(&small)), most.min(cost(&large)));
        // What a small run costs in any case.
        if most < 10 * least + Duration::from_millis(20) {
            return;
        }
    }
    panic!("{what}: {least:?} became {most:?}");
}

#[test]
fn the_cost_grows_with_the_length() {
    let lines = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    grows_with_its_length("keys", 10_000, |count| team(&lines(count, &|n| format!("k{n}: 1\n"))));
    grows_with_its_length("a key again and again", 10_000, |count| team(&"a: 1\n".repeat(count)));
    grows_with_its_length("unknown fields", 2_000, |count| {
        format!(
            "apiVersion: charter/v1\nkind: Team\nmetadata: {{name: web}}\nspec:\n{}",
            lines(count, &|n| format!("  k{n}: 1\n"))
        )
    });
    grows_with_its_length("anchors", 10_000, |count| team(&lines(count, &|n| format!("k{n}: &a{n} 1\n"))));
    grows_with_its_length("documents", 10_000, |count| format!("{}---\n{}", team("a: 1"), "---\n".repeat(count)));
    grows_with_its_length("a plain scalar", 200_000, |count| team(&format!("a: {}", "b ".repeat(count))));
    grows_with_its_length("a scalar of many lines", 20_000, |count| team(&format!("a: b\n{}", "  c\n".repeat(count))));
    grows_with_its_length("a quoted scalar", 200_000, |count| team(&format!("a: \"{}\"", "\\n".repeat(count))));
    grows_with_its_length("a block scalar", 20_000, |count| team(&format!("a: |\n{}", "  b\n".repeat(count))));
    grows_with_its_length("a comment", 200_000, |count| team(&format!("a: 1 #{}", "b".repeat(count))));
    grows_with_its_length("a line of a list", 20_000, |count| team(&format!("a: [{}", "1, ".repeat(count))));
    grows_with_its_length("names that are not there", 1_000, |count| {
        let head = "apiVersion: charter/v1\nkind";
        let given = |n| {
            let role = format!("---\n{head}: Role\nmetadata: {{name: role-of-{n}}}\nspec: {{permissions: []}}\n");
            let binding = format!("---\n{head}: RoleBinding\nmetadata: {{name: b{n}}}\n");
            format!("{role}{binding}spec: {{role: rule-of-x{n}, subjects: [\"user:u\"]}}\n")
        };
        let organization = "metadata: {name: acme}\nspec: {currency: USD, timezone: UTC}";
        format!("{head}: Organization\n{organization}\n{}", lines(count, &given))
    });
    grows_with_its_length("what one subject is given", 2_000, |count| {
        let head = "apiVersion: charter/v1\nkind";
        let given = |n| {
            format!(
                "---\n{head}: Team\nmetadata: {{name: t{n}}}\nspec: {{}}\n---\n{head}: RoleBinding\nmetadata: {{name: b, team: t{n}}}\nspec: {{role: r, subjects: [\"user:u\"], expires: 2030-01-01}}\n"
            )
        };
        let policies = "policies: {redundant-grants: {}}";
        format!(
            "{head}: Organization\nmetadata: {{name: acme}}\nspec: {{currency: USD, timezone: UTC, {policies}}}\n---\n{head}: Role\nmetadata: {{name: r}}\nspec: {{permissions: [\"read:agents\"]}}\n{}",
            lines(count, &given)
        )
    });
    grows_with_its_length("members", 10_000, |count| {
        let members = lines(count, &|n| format!("\"user:u{n}\", "));
        format!("apiVersion: charter/v1\nkind: Team\nmetadata: {{name: web}}\nspec: {{members: [{members}]}}\n")
    });
    grows_with_its_length("leads", 10_000, |count| {
        let (head, list) = ("apiVersion: charter/v1\nkind", lines(count, &|n| format!("\"user:u{n}\", ")));
        let organization = "metadata: {name: acme}\nspec: {currency: USD, timezone: UTC}";
        let team = format!("metadata: {{name: web}}\nspec: {{members: [{list}], leads: [{list}]}}");
        format!("{head}: Organization\n{organization}\n---\n{head}: Team\n{team}\n")
    });
    grows_with_its_length("bad members", 2_000, |count| {
        let members = lines(count, &|n| format!("u{n}, "));
        format!("apiVersion: charter/v1\nkind: Team\nmetadata: {{name: web}}\nspec: {{members: [{members}]}}\n")
    });
    grows_with_its_length("users who are nobody", 1_000, |count| {
        let users = |letter| lines(count, &|n| format!("\"user:{letter}.{n}\", "));
        let of = |kind, name, list| {
            format!("apiVersion: charter/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{{list}}}\n---\n")
        };
        of("Person", "all", format!("ids: [{}]", users("ana")))
            + &of("Group", "g", format!("members: [{}]", users("anna")))
    });
    grows_with_its_length("roles that inherit in a chain", 1_000, |count| {
        let roles = lines(count, &|n| format!("- {{name: r{n}, inherits: [r{}], permissions: []}}\n", n + 1));
        format!("roles:\n{roles}- {{name: r{count}, permissions: []}}\n")
    });
}

/// Writes nested groups: each holds the one before it, the first many users; the last is bound to the last of as many roles,
/// each of which inherits from the one before it.
fn chains(depth: usize, users: usize) -> String {
    let list = |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(", ");
    let document = |kind: &str, name: &str, spec: &str| {
        format!("---\napiVersion: charter/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n")
    };
    let users = list(users, &|n| format!("\"user:u{n}\""));
    let mut text = document("Group", "g0", &format!("{{members: [{users}]}}"));
    text += &document("Role", "r0", "{permissions: [\"read:agents/n0\"]}");
    for n in 1..depth {
        text += &document("Group", &format!("g{n}"), &format!("{{members: [\"group:g{}\"]}}", n - 1));
        let spec = format!("{{inherits: [r{}], permissions: [\"read:agents/n{n}\"]}}", n - 1);
        text += &document("Role", &format!("r{n}"), &spec);
    }
    text + &document("RoleBinding", "deep", &format!("{{role: r{0}, subjects: [\"group:g{0}\"]}}", depth - 1))
}

fn admitted(text: &str) -> Admitted {
    let Checked { report, admitted, .. } = one("web.yaml", text);
    admitted.unwrap_or_else(|| panic!("{:?}", report.findings))
}

#[test]
fn what_is_kept_of_chains_is_as_long_as_they_are() {
    let size = |depth: usize| {
        let rows = access::effective(admitted(&chains(depth, depth)).desired());
        format!("{rows:?}").len()
    };
    let (small, large) = (size(200), size(800));
    assert!(large < 5 * small, "four times as long is {} times as much", large / small);
}

#[test]
fn chains_are_followed_to_their_end() {
    let admitted = admitted(&chains(500, 2));
    let access = Access::of(&admitted.desired().specs());
    let wanted = |text: &str| Wanted::parse(text, None).unwrap();
    let can = |text: &str| {
        let question = Question::new("user:U1".parse().unwrap(), wanted(text)).unwrap();
        access.decide(&question, Timestamp::MIN).unwrap()
    };
    assert!(can("read:agents/n0") && can("read:agents/n499"));
    assert!(!can("read:agents/n500") && !can("read:agents"));
    assert_eq!(access.who(&wanted("read:agents/n0"), Timestamp::MIN).unwrap().len(), 2);
}

#[test]
fn who_may_do_what_in_chains_costs_what_they_are_long() {
    let asked = |depth: usize| {
        let admitted = admitted(&chains(depth, depth));
        let question =
            Question::new("user:u1".parse().unwrap(), Wanted::parse("read:agents/n0", None).unwrap()).unwrap();
        move || {
            let begun = Instant::now();
            let access = Access::of(&admitted.desired().specs());
            assert!(access.decide(&question, Timestamp::MIN).unwrap());
            begun.elapsed()
        }
    };
    let (small, large) = (asked(500), asked(2_000));
    let (mut least, mut most) = (Duration::MAX, Duration::MAX);
    for _ in 0..12 {
        (least, most) = (least.min(small()), most.min(large()));
        if most < 8 * least {
            return;
        }
    }
    panic!("{least:?} became {most:?}");
}
