//! The console blocks of the README are run, in order, in one repository, and must print what stands there.
//!
//! `UPDATE_README=1 cargo test --release --test readme` writes what they print.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use regex::Regex;
use support::Sandbox;
use support::normal::Normal;

const FENCE: &str = "```console\n";

fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// Runs a line: the program where it begins with its name, else the shell, silently.
fn run(sandbox: &Sandbox, line: &str) -> String {
    let Some(words) = line.strip_prefix("charter ") else {
        sandbox.shell(line);
        return String::new();
    };
    let output = sandbox.charter(words);
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    let root = sandbox.root().canonicalize().unwrap();
    text.replace(&format!("{}/state", root.display()), "/home/ana/.local/state")
}

/// Leaves out what differs from machine to machine: the commit, the store's name, when, how long and how long ago.
fn comparable(text: &str) -> String {
    let normal = Normal::new(Path::new("/nowhere"), Timestamp::now()).text(text);
    let commits = Regex::new(r"\b(main@)?[0-9a-f]{7}\b").unwrap();
    let instants = Regex::new(r"20\d\d-\d\d-\d\d \d\d:\d\dZ").unwrap();
    instants.replace_all(&commits.replace_all(&normal, "[ID]"), "[NOW]").into_owned()
}

fn played(sandbox: &Sandbox, block: &str) -> String {
    let commands = block.lines().filter_map(|line| line.strip_prefix("$ "));
    commands.map(|line| format!("$ {line}\n{}", run(sandbox, line))).collect()
}

#[test]
fn the_console_blocks_are_true() {
    let sandbox = Sandbox::new();
    let acme = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme");
    fs::create_dir_all(sandbox.repo().join("examples/acme")).unwrap();
    sandbox.shell(&format!("cp -R '{}/.' examples/acme", acme.display()));
    sandbox.commit("an example organisation");
    let text = fs::read_to_string(readme()).unwrap();
    let mut parts = text.split(FENCE);
    let mut written = parts.next().unwrap().to_owned();
    let mut blocks = 0;
    for part in parts {
        let (block, prose) = part.split_once("```").unwrap();
        let printed = played(&sandbox, block);
        if std::env::var_os("UPDATE_README").is_none() {
            assert_eq!(comparable(block), comparable(&printed), "a block of the README is not what is printed");
        }
        written.push_str(&format!("{FENCE}{printed}```{prose}"));
        blocks += 1;
    }
    assert!(blocks >= 5, "only {blocks} blocks ran");
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(readme(), written).unwrap();
    }
}
