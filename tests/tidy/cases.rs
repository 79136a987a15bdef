//! Cases: every code of a finding has a folder in `tests/cases`, which shows it.

use std::fs;
use std::path::Path;

use charter::model::code::Code;

use crate::Problems;

/// A folder of `tests/cases`: its name and what it expects on stdout, if that is written yet.
pub struct Folder {
    name: String,
    stdout: Option<String>,
    has_command: bool,
}

/// Lists the folders.
pub fn folders() -> Vec<Folder> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let folder = |path: std::path::PathBuf| Folder {
        name: path.file_name().unwrap().to_str().unwrap().to_owned(),
        stdout: fs::read_to_string(path.join("stdout")).ok(),
        has_command: path.join("cmd").is_file(),
    };
    paths.map(folder).collect()
}

/// Says which codes have no folder of their own, and which folders do not show their code.
pub fn check(folders: &[Folder]) -> Problems {
    let mut problems: Problems = folders
        .iter()
        .filter(|folder| !folder.has_command)
        .map(|folder| format!("tests/cases/{}: no `cmd`", folder.name))
        .collect();
    for code in Code::ALL {
        let own: Vec<&Folder> = folders.iter().filter(|folder| code_of(&folder.name) == Some(*code)).collect();
        if own.is_empty() {
            problems.push(format!("tests/cases/{code}: missing"));
        }
        let shown = |folder: &&Folder| folder.stdout.as_ref().is_none_or(|stdout| stdout.contains(code.as_str()));
        if !own.is_empty() && !own.iter().any(shown) {
            problems.push(format!("tests/cases/{code}*: no stdout shows `{code}`"));
        }
    }
    problems
}

/// Returns the code that a folder is named for: the longest that it begins with.
fn code_of(name: &str) -> Option<Code> {
    let rest = |code: &Code| name.strip_prefix(code.as_str());
    let named = Code::ALL.iter().filter(|code| rest(code).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')));
    named.copied().max_by_key(|code| code.as_str().len())
}

#[test]
fn a_missing_case_is_found() {
    let folder = |name: &str, stdout: Option<&str>| Folder {
        name: name.to_owned(),
        stdout: stdout.map(str::to_owned),
        has_command: true,
    };
    let mut all: Vec<Folder> = Code::ALL.iter().map(|code| folder(code.as_str(), None)).collect();
    assert!(check(&all).is_empty());
    all.retain(|folder| folder.name != "settings");
    assert_eq!(check(&all), ["tests/cases/settings: missing"]);
    all.push(folder("settings-of-a-team", Some("ok")));
    assert_eq!(check(&all), ["tests/cases/settings*: no stdout shows `settings`"]);
    all.push(folder("settings-of-another", Some("error[settings]: …")));
    all.push(Folder { has_command: false, ..folder("plan", None) });
    assert_eq!(check(&all), ["tests/cases/plan: no `cmd`"]);
}
