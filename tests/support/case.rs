//! The folders of `tests/cases`, and the repositories that they hold.

use std::fs;
use std::path::{Path, PathBuf};

use super::Sandbox;

/// Lists the cases whose names hold a word, by name.
pub fn folders(wanted: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        paths.filter(|path| path.join("cmd").is_file() && name(path).contains(wanted)).collect();
    found.sort();
    found
}

/// Returns the name of a case.
pub fn name(case: &Path) -> String {
    case.file_name().unwrap().to_string_lossy().into_owned()
}

/// Builds the repository of a case.
pub fn prepare(case: &Path) -> Sandbox {
    let sandbox = Sandbox::new();
    if case.join("repo").is_dir() {
        sandbox.copy(&case.join("repo"));
    }
    if let Ok(script) = fs::read_to_string(case.join("repo.sh")) {
        sandbox.shell(&script);
    }
    if !case.join("worktree").exists() && !sandbox.has_commit() {
        sandbox.commit("a case");
    }
    sandbox
}
