//! What becomes of the program when nobody reads what it prints, or nobody can keep it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod support;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use support::Sandbox;

/// Verbs that print, each with what it needs.
const VERBS: [&[&str]; 7] = [
    &["validate", "-o", "json"],
    &["plan"],
    &["run", "--once"],
    &["history"],
    &["schema", "Team"],
    &["explain", "unknown-role"],
    &["--help"],
];

fn acme() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme"));
    sandbox.commit("Acme");
    sandbox
}

/// Runs a verb with a stdout, and returns its exit code and what it says on stderr.
fn ended(sandbox: &Sandbox, verb: &[&str], stdout: Stdio) -> (Option<i32>, String) {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_charter"));
    let mut child = command.args(verb).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
    // A reader that goes before a word was said.
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// Answers requests that come by stdin.
fn answered(sandbox: &Sandbox, requests: &[u8]) -> (Option<i32>, String, String) {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_charter"));
    command.args(["can", "-f", "-", "--at", "2026-11-22"]).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(requests).unwrap();
    let output = child.wait_with_output().unwrap();
    let [said, told] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code(), said, told)
}

#[test]
fn requests_come_by_stdin() {
    let sandbox = Sandbox::new();
    sandbox.copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/can/repo"));
    let requests = std::fs::read(sandbox.repo().join("requests.jsonl")).unwrap();
    assert_eq!(answered(&sandbox, &requests), (Some(0), "yes\nyes\nno\n".to_owned(), String::new()));
    assert_eq!(answered(&sandbox, b""), (Some(0), String::new(), String::new()));
    for (requests, place) in [(&b"\n{}\n"[..], "-:2: "), (b"\xff\n", "-: ")] {
        let (code, said, told) = answered(&sandbox, requests);
        assert_eq!((code, said.as_str()), (Some(65), ""), "{told}");
        assert!(told.starts_with(&format!("error: {place}")), "{told}");
    }
}

#[test]
fn a_closed_stdout_ends_it_quietly() {
    let sandbox = acme();
    for verb in VERBS {
        let (code, said) = ended(&sandbox, verb, Stdio::piped());
        assert_eq!(code, Some(0), "{verb:?}: {said}");
        assert!(!said.contains("error") && !said.contains("panicked"), "{verb:?}: {said}");
    }
}

#[test]
fn a_stdout_that_is_full_is_said_in_one_line() {
    let sandbox = acme();
    for verb in VERBS {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let (code, said) = ended(&sandbox, verb, full.into());
        assert_eq!(code, Some(69), "{verb:?}: {said}");
        let errors: Vec<&str> = said.lines().filter(|line| !line.starts_with("note: ")).collect();
        assert!(errors.len() == 1 && errors.concat().starts_with("error: "), "{verb:?}: {said}");
    }
}
