//! Characters that a terminal or a reader acts on, wherever somebody else's text is shown.

use std::process::Output;

use crate::ORGANISATION;
use crate::sql::{Database, quoted};
use crate::support::Sandbox;

/// Each as it may stand in a name: colour, the title of a window, a link, the other way to begin them, deletion,
/// directions, a line that begins anew, and what nobody sees.
const ACTIVE: &[(&str, &str)] = &[
    ("a colour", "\\e[31m"),
    ("a title", "\\e]0;owned\\a"),
    ("a link", "\\e]8;;http://evil.example\\e\\\\"),
    ("a C1 control sequence", "\\x9b2J"),
    ("deletions", "\\b\\b\\x7f"),
    ("a carriage return", "\\rerror"),
    ("a line of one's own", "\\n::error::evil\\n0 errors, 0 warnings"),
    ("a separator of lines", "\\u2028\\u2029\\x85"),
    ("an overriding direction", "\\u202e"),
    ("an isolating direction", "\\u2066\\u2069"),
    ("a mark of a direction", "\\u061c\\u200f"),
    ("nothing to be seen", "\\u200b\\ufeff\\u00ad\\u3164"),
    ("a message in tags", "\\U000E0041\\U000E0042\\U000E007F"),
    ("NUL", "\\0"),
];

/// What may not stand raw in anything that is printed.
fn is_active(c: char) -> bool {
    let is_direction =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_hidden = matches!(
        c,
        '\u{ad}' | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{3164}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    );
    (c.is_control() && c != '\n') || is_direction || is_hidden
}

/// The formats there may be. Those that a verb does not have are refused as usage, and are not run.
const FORMATS: [&str; 10] = ["text", "json", "yaml", "sarif", "junit", "github", "gitlab", "markdown", "html", "csv"];

/// Runs a line in every format that its verb has, and returns what is said, format by format.
fn in_every_format(sandbox: &Sandbox, line: &str) -> Vec<(String, String)> {
    let said = |output: &Output| [&output.stdout[..], &output.stderr].concat();
    let run = |format: &str| {
        let output = sandbox.charter(&format!("{line} -o {format}"));
        let text = String::from_utf8(said(&output)).unwrap();
        assert!(output.status.code().is_some_and(|code| code != 101), "{line} -o {format}: {text}");
        (output.status.code() != Some(64)).then(|| (format!("charter {line} -o {format}"), text))
    };
    let all: Vec<(String, String)> = FORMATS.iter().filter_map(|format| run(format)).collect();
    assert!(all.len() >= 2, "text and JSON at least: {line}");
    all
}

fn assert_harmless(sandbox: &Sandbox, line: &str, hint: &str) {
    for (command, text) in in_every_format(sandbox, line) {
        let active = text.chars().find(|c| is_active(*c));
        assert!(active.is_none(), "{active:?} ({hint}) of `{command}`:\n{text:?}");
        let is_forged = text.lines().any(|line| line.starts_with("::error::evil") || line.starts_with("0 errors"));
        assert!(!is_forged, "a line of one's own in `{command}`:\n{text}");
    }
}

/// Manifests with a text wherever a text may stand, most of them mistakes.
fn manifests(active: &str) -> String {
    let t = format!("a{active}b");
    format!(
        "apiVersion: charter/v1\nkind: Team\nmetadata: {{name: \"{t}\"}}\nspec: {{}}\n\
         ---\napiVersion: charter/v1\nkind: \"{t}\"\nmetadata: {{name: a}}\nspec: {{}}\n\
         ---\napiVersion: \"charter/v1{t}\"\nkind: Team\nmetadata: {{name: a}}\nspec: {{}}\n\
         ---\napiVersion: charter/v1\nkind: Team\nmetadata: {{name: web, labels: {{\"{t}\": \"{t}\"}}, \"{t}\": 1}}\n\
         spec: {{members: [\"user:{t}\", \"{t}\"], \"{t}\": 1, standards: [\"{t}\"], settings: {{\"{t}\": \"{t}\"}}}}\n\
         ---\napiVersion: charter/v1\nkind: Role\nmetadata: {{name: r}}\nspec: {{permissions: [\"{t}\"], inherits: [\"{t}\"]}}\n\
         ---\napiVersion: charter/v1\nkind: RoleBinding\nmetadata: {{name: b}}\nspec: {{role: r, subjects: [], expires: \"{t}\"}}\n\
         ---\napiVersion: charter/v1\nkind: Budget\nmetadata: {{name: b, team: web}}\nspec: {{window: \"{t}\", limit: \"{t}\"}}\n"
    )
}

#[test]
fn no_finding_carries_what_a_terminal_acts_on() {
    for (hint, active) in ACTIVE {
        let sandbox = Sandbox::new();
        sandbox.write("organization.yaml", ORGANISATION);
        sandbox.write("teams.yaml", &manifests(active));
        sandbox.write("schemas/settings.schema.json", r#"{"additionalProperties": {"const": 1}}"#);
        assert_harmless(&sandbox, "validate", hint);
        assert_eq!(sandbox.charter("validate").status.code(), Some(1));
    }
}

#[test]
fn no_excerpt_carries_what_stands_raw_in_a_file() {
    for raw in ["\u{1b}[31m", "\u{9b}2J", "\u{202e}", "\u{7f}", "\u{200b}", "\u{2066}", "\u{85}", "\r"] {
        let sandbox = Sandbox::new();
        sandbox.write("organization.yaml", ORGANISATION);
        sandbox.write(
            "a.yaml",
            &format!("apiVersion: charter/v1\nkind: Team # {raw}\nmetadata: {{name: A{raw}}} # {raw}\nspec: {{}}\n"),
        );
        sandbox.write("b.json", &format!("{{\"apiVersion\": \"charter/v1\", \"kind\": \"Tea{raw}m\"}}"));
        assert_harmless(&sandbox, "validate", raw);
    }
}

/// What a valid manifest may hold, and a commit.
const VALID: &str = "\
apiVersion: charter/v1
kind: Team
metadata: {name: web, annotations: {a: \"ACTIVE\"}}
spec: {standards: [\"one ACTIVE\"], contacts: [\"mailto:ACTIVE\"], techStack: [\"ACTIVE\"], settings: {\"ACTIVE\": \"ACTIVE\"}}
---
apiVersion: charter/v1
kind: RoleBinding
metadata: {name: b}
spec: {role: r, subjects: [\"user:a\"], reason: \"ACTIVE\", ticket: \"ACTIVE\"}
---
apiVersion: charter/v1
kind: Role
metadata: {name: r}
spec: {permissions: [\"read:agents/ACTIVE\"]}
";

/// A repository that says what is active in every text of a valid manifest, of a commit and of the live state.
fn hostile(active: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("organization.yaml", ORGANISATION);
    let valid = VALID.replace("read:agents/ACTIVE", "read:agents");
    sandbox.write("web.yaml", &valid.replace("ACTIVE", active));
    sandbox.write("schemas/settings.schema.json", "true");
    let raw: String = serde_yaml::from_str(&format!("\"{active}\"")).unwrap();
    sandbox.write("../message", &format!("one {raw}\n\n{raw}"));
    let mut git = sandbox.command("sh");
    git.args(["-ec", "git add -A && git commit --quiet --file ../message"]);
    assert!(git.env("GIT_AUTHOR_NAME", format!("Eve {raw}")).status().unwrap().success());
    sandbox
}

#[test]
fn no_verb_carries_what_manifests_and_commits_hold() {
    let all: Vec<&str> = ACTIVE.iter().map(|(_, active)| *active).filter(|active| *active != "\\0").collect();
    let (sandbox, store) = (hostile(&all.concat()), "--store sqlite:live.db");
    assert_harmless(&sandbox, &format!("plan {store}"), "");
    assert_harmless(&sandbox, &format!("apply {store} --reason \"$(printf 'r\\033[31m\\302\\2332J')\""), "");
    let verbs = ["status", "history", "history Team/web", "drift", "get teams", "get Team/web", "get RoleBinding/b"];
    verbs.iter().for_each(|verb| assert_harmless(&sandbox, &format!("{verb} {store}"), ""));
    sandbox.write("web.yaml", &VALID.replace("read:agents/ACTIVE", "read:agents").replace("ACTIVE", "other"));
    assert_harmless(&sandbox, &format!("plan {store}"), "");
    assert!(in_every_format(&sandbox, &format!("plan {store}")).iter().all(|(_, text)| text.contains("other")));
}

#[test]
fn no_verb_carries_what_somebody_wrote_into_the_store() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    let specs = [
        "{\"members\":[\"user:\\u001b[31m\"],\"\\u202e\":\"\\u009b2J\"}",
        "{\"limit\":1e999}",
        &deep,
        "\u{1b}[31m\u{202e}",
        "{\"members\": NaN}",
        "",
        "null",
        "{\"a\":1,\"a\":2}",
    ];
    for spec in specs {
        let sandbox = Sandbox::new();
        sandbox.write("organization.yaml", ORGANISATION);
        sandbox.write(
            "web.yaml",
            "apiVersion: charter/v1\nkind: Team\nmetadata: {name: web}\nspec: {members: [\"user:a\"]}\n",
        );
        sandbox.commit("one");
        sandbox.charter("apply --store sqlite:live.db");
        let mut store = Database::open(&sandbox.repo().join("live.db"));
        let spec = quoted(spec);
        store.rows(&format!("UPDATE live_resource SET spec = {spec} WHERE kind = 'Team'"));
        store.rows(&format!("INSERT INTO live_resource (kind, team, name, spec) VALUES ('Evil\u{1b}[2J', '', 'a\u{202e}', {spec}), ('Group', '', 'g', {spec})"));
        drop(store);
        for verb in [
            "plan",
            "drift",
            "get teams",
            "get Team/web",
            "get groups",
            "status",
            "run --once",
            "history",
            "history Team/web",
        ] {
            assert_harmless(&sandbox, &format!("{verb} --store sqlite:live.db"), &spec[..spec.len().min(40)]);
        }
    }
}

#[test]
fn no_error_carries_what_somebody_typed_or_a_file_of_settings_holds() {
    let sandbox = Sandbox::new();
    let typed = "\"$(printf 'a\\033[31m\\302\\233\\342\\200\\256')\"";
    for line in [
        "validate",
        "explain",
        "schema",
        "get",
        "history",
        "validate --rev",
        "plan --path",
        "status --store",
        "status --repo",
        "init /dev/null/",
    ] {
        let output = sandbox.charter(&format!("{line} {typed}"));
        let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert!(!text.chars().any(is_active), "{line}: {text:?}");
    }
    sandbox.write("charter.toml", "\"\\u001b[31m\" = 1\n");
    let output = sandbox.charter("validate");
    assert!(!String::from_utf8_lossy(&output.stderr).chars().any(is_active), "{output:?}");
}
