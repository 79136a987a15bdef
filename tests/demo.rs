//! The demo: what it shows, in which order, and that it leaves nothing behind.
#![allow(clippy::unwrap_used, reason = "a test may")]

mod support;

use std::fs;
use std::process::Output;

use support::Sandbox;

/// What a newcomer reads, in this order. Each is what a real command said, or the command.
const SHOWN: &[&str] = &[
    "== An organisation of four teams",
    "$ charter validate\nok: 16 files, 28 resources, 0 errors, 0 warnings (main@",
    "$ charter apply | tail -n 1\napplied main@",
    "28 added, 0 changed, 0 removed; journal 29 (sqlite:",
    "== A good change",
    "  -   limit: 2000\n  +   limit: 2200\n",
    "plan 0d066d20a6db: 0 to add, 1 to change, 0 to remove; 3 teams untouched",
    "0 added, 1 changed, 0 removed",
    "== A bad change",
    "error[budget-over-cap]",
    "--> teams/backend/budget.yaml:6:10",
    "error[unknown-role]",
    "= help: did you mean `team_lead`?",
    "2 errors, 0 warnings in 16 files",
    "[exit 1]",
    "the last good state stands",
    "refused: nothing was changed",
    "[exit 1]",
    "== A hand edit",
    "$ sqlite3 charter.db \"UPDATE live_resource",
    "Budget/frontend/monthly  modified",
    "limit  3000 -> 30000\n1 open of 1 record",
    "[exit 2]",
    "drift: put back as it was applied\n      limit  30000 -> 3000",
    "== A mass delete",
    "held by guard too-many-deletes: it deletes 4 of 4 Team and leaves none",
    "held: nothing was changed\n[exit 1]",
    "Team  -     frontend\n",
    "== The record",
    "ok: 34 journal entries",
];

/// Plays the demo with a folder of its own for what is temporary.
fn play(sandbox: &Sandbox, words: &[&str]) -> Output {
    let temporary = sandbox.root().join("temporary");
    fs::create_dir_all(&temporary).unwrap();
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_charter"));
    // A store and a repository of somebody's, which the demo must not touch.
    command.env("CHARTER_STORE", "sqlite:/nowhere/theirs.db").env("CHARTER_REPO", "/nowhere");
    command.env("TMPDIR", temporary).arg("demo").args(words).output().unwrap()
}

#[test]
fn the_demo_shows_what_charter_does_and_leaves_nothing() {
    let sandbox = Sandbox::new();
    let output = play(&sandbox, &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]), "{text}");
    let mut rest = text.as_str();
    for shown in SHOWN {
        let at = rest.find(shown).unwrap_or_else(|| panic!("`{shown}` is not shown after what stands before:\n{text}"));
        rest = &rest[at + shown.len()..];
    }
    assert!(!text.contains('\u{1b}'), "colour, and nobody watches");
    assert!(text.lines().count() < 170, "too long to be read: {} lines", text.lines().count());
    assert_eq!(fs::read_dir(sandbox.root().join("temporary")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(sandbox.root().join("state")).unwrap().count(), 0, "a store outside");
}

#[test]
fn a_kept_demo_can_be_played_with_also_inside_a_repository() {
    let sandbox = Sandbox::new();
    let output = play(&sandbox, &["--keep", "play ground", "--color", "always"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\u{1b}[1m== A bad change") && text.ends_with("next: cd 'play ground' && charter status\n"));
    sandbox.shell(
        "cd 'play ground' && test -z \"$(git status --porcelain)\" && test \"$(git log --oneline | wc -l)\" = 5",
    );
    let status = sandbox.charter("status --repo 'play ground' --store 'sqlite:play ground/charter.db'");
    assert!(String::from_utf8_lossy(&status.stdout).contains("28 resources, 0 drift"));
    let again = play(&sandbox, &["--keep", "play ground"]);
    assert_eq!(again.status.code(), Some(69));
    assert!(String::from_utf8_lossy(&again.stderr).contains("play ground: is not empty"));
}
