//! Cases: a folder of `tests/cases` is a repository, what is typed in it, and what the program then says.
//!
//! ```text
//! repo/      the files; committed before the first command
//! repo.sh    a POSIX script that builds what files cannot hold; it runs in the copy of repo/, and may commit
//! worktree   where this file stands, nothing is committed
//! cmd        a line of shell words after `charter`, or several; `!` begins a line for the shell, `#` a comment
//! stdout, stderr, exit     what is expected, of several commands with `$ charter …` above each
//! ```
//!
//! `UPDATE_CASES=1 cargo test --release --test cases` writes what is expected; read the diff before you commit it.
//! `CASES=unknown` runs the cases whose names hold that word.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test may")]

mod support;

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use rayon::prelude::*;
use similar::TextDiff;
use support::Sandbox;
use support::case::{folders, name, prepare};
use support::normal::Normal;

/// What a case says: the three files that are compared.
#[derive(Default)]
struct Said {
    stdout: String,
    stderr: String,
    exit: String,
}

impl Said {
    fn files(&self) -> [(&'static str, &str); 3] {
        [("stdout", &self.stdout), ("stderr", &self.stderr), ("exit", &self.exit)]
    }
}

fn run(case: &Path) -> Said {
    let sandbox = prepare(case);
    let commands = fs::read_to_string(case.join("cmd")).unwrap();
    let lines: Vec<&str> = commands.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).collect();
    let several = lines.iter().filter(|line| !line.starts_with('!')).count() > 1;
    let begun = Timestamp::now();
    let mut said = Said::default();
    for line in lines {
        match line.strip_prefix('!') {
            Some(script) => sandbox.shell(script),
            None => say(&mut said, &sandbox, line, several),
        }
    }
    let normal = Normal::new(sandbox.root(), begun);
    Said { stdout: normal.text(&said.stdout), stderr: normal.text(&said.stderr), exit: said.exit }
}

fn say(said: &mut Said, sandbox: &Sandbox, line: &str, several: bool) {
    let output = sandbox.charter(line);
    for (text, bytes) in [(&mut said.stdout, &output.stdout), (&mut said.stderr, &output.stderr)] {
        if several && !bytes.is_empty() {
            text.push_str(&format!("$ charter {line}\n"));
        }
        text.push_str(&String::from_utf8_lossy(bytes));
    }
    said.exit.push_str(&output.status.code().map_or("killed".to_owned(), |code| code.to_string()));
    said.exit.push('\n');
}

/// Compares a case with what is expected, or writes it.
fn check(case: &Path, update: bool) -> Option<String> {
    let said = run(case);
    let mut problem = String::new();
    for (file, actual) in said.files() {
        let path = case.join(file);
        if update {
            fs::write(&path, actual).unwrap();
            continue;
        }
        match fs::read_to_string(&path) {
            Ok(expected) if expected == actual => {}
            Ok(expected) => problem.push_str(&diff(file, &expected, actual)),
            Err(_) => problem.push_str(&format!("{file} is not written yet; the program says:\n{actual}")),
        }
    }
    (!problem.is_empty()).then(|| format!("==== tests/cases/{}\n{problem}", name(case)))
}

fn diff(file: &str, expected: &str, actual: &str) -> String {
    TextDiff::from_lines(expected, actual)
        .unified_diff()
        .header(&format!("{file} expected"), &format!("{file} actual"))
        .to_string()
}

#[test]
fn every_case_says_what_is_expected() {
    let update = std::env::var("UPDATE_CASES").is_ok_and(|value| value == "1");
    let cases = folders(&std::env::var("CASES").unwrap_or_default());
    let failures: Vec<String> = cases.par_iter().filter_map(|case| check(case, update)).collect();
    println!("{} cases ran, {} failed{}", cases.len(), failures.len(), if update { ", all are rewritten" } else { "" });
    assert!(!cases.is_empty(), "no case has that name");
    assert!(failures.is_empty(), "\n{}\n{} of {} cases failed", failures.join("\n"), failures.len(), cases.len());
}

#[test]
fn a_difference_is_shown() {
    let shown = diff("stdout", "one\ntwo\n", "one\nthree\n");
    assert!(shown.contains("-two") && shown.contains("+three"), "{shown}");
}
