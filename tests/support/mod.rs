//! What the tests of the program share: a repository in a folder of its own, and the real binary in a clean environment.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

pub mod case;
pub mod normal;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// When every commit of a test is made, so that its hash is always the same.
const COMMITTED: &str = "2026-01-05T09:00:00+01:00";

/// A folder that holds a repository, a home and the state of the program, and vanishes in the end.
pub struct Sandbox {
    root: tempfile::TempDir,
}

impl Sandbox {
    /// Makes a sandbox with an empty repository on branch `main`.
    pub fn new() -> Self {
        let sandbox = Sandbox { root: tempfile::tempdir().unwrap() };
        for folder in ["repo", "home", "state"] {
            fs::create_dir(sandbox.root.path().join(folder)).unwrap();
        }
        sandbox.shell("git init --quiet --initial-branch=main");
        sandbox
    }

    /// Returns the folder of everything.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Returns the repository's folder.
    pub fn repo(&self) -> PathBuf {
        self.root.path().join("repo")
    }

    /// Writes a file of the repository, with the folders above it.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.repo().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Copies a folder into the repository.
    pub fn copy(&self, from: &Path) {
        copy(from, &self.repo());
    }

    /// Commits everything that is in the working tree.
    pub fn commit(&self, message: &str) {
        self.shell(&format!("git add --all && git commit --quiet --allow-empty --message '{message}'"));
    }

    /// Says whether something was committed.
    pub fn has_commit(&self) -> bool {
        self.command("git").args(["rev-parse", "--quiet", "--verify", "HEAD"]).output().unwrap().status.success()
    }

    /// Runs a POSIX shell script in the repository; a command of it that fails fails the test.
    pub fn shell(&self, script: &str) {
        let output = self.command("sh").args(["-euc", script]).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the script failed ({}):\n{script}\n{error}", output.status);
    }

    /// Runs the program in the repository with a line of shell words.
    pub fn charter(&self, line: &str) -> Output {
        let script = format!("exec \"$0\" {line}");
        self.command("sh").args(["-c", &script, env!("CARGO_BIN_EXE_charter")]).output().unwrap()
    }

    /// Prepares a program in the repository: nothing of the outer environment but the search path.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.repo()).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.env("HOME", self.root().join("home")).env("XDG_STATE_HOME", self.root().join("state"));
        command.envs([("NO_COLOR", "1"), ("COLUMNS", "120"), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC"), ("USER", "ana")]);
        command.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")]);
        command.env("GIT_CEILING_DIRECTORIES", self.root());
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Ana Example").env(format!("GIT_{role}_DATE"), COMMITTED);
            command.env(format!("GIT_{role}_EMAIL"), "ana@acme.example");
        }
        command
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
