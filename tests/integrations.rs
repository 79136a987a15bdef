//! What brings Charter to other places: hooks, actions, templates, and the scripts that pack and download it.
//!
//! What needs those places themselves (a hosted runner, a registry of images) is not run here; what can be read, is.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use support::Sandbox;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

const GITLAB: &str = "integrations/gitlab.yml";

const YAML: [&str; 5] =
    [".pre-commit-hooks.yaml", "action.yml", GITLAB, ".github/workflows/ci.yml", ".github/workflows/release.yml"];

/// Reads every document of a YAML file of the project.
fn documents(path: &str) -> Vec<Value> {
    let text = fs::read_to_string(root().join(path)).unwrap();
    let read = |document| Value::deserialize(document).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_yaml::Deserializer::from_str(&text).map(read).collect()
}

/// Lists the texts that stand under a key, at any depth.
fn under<'v>(value: &'v Value, key: &str, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                found.extend(value.as_str().filter(|_| name == key));
                found.extend(value.as_array().filter(|_| name == key).into_iter().flatten().filter_map(Value::as_str));
                under(value, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| under(item, key, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn all_under(path: &str, key: &str) -> Vec<String> {
    let documents = documents(path);
    let mut found = Vec::new();
    documents.iter().for_each(|document| under(document, key, &mut found));
    found.into_iter().map(str::to_owned).collect()
}

fn bash(script: &str) -> Output {
    Command::new("bash").args(["-n", "-c", script]).output().unwrap()
}

#[test]
fn what_runs_elsewhere_is_yaml_with_shell_that_bash_reads() {
    let mut scripts = 0;
    for path in YAML {
        assert!(!documents(path).is_empty(), "{path}");
        for key in ["run", "before_script", "script"] {
            for script in all_under(path, key) {
                let read = bash(&script);
                assert!(read.status.success(), "{path}: {script}\n{}", String::from_utf8_lossy(&read.stderr));
                scripts += 1;
            }
        }
    }
    assert!(scripts > 12, "only {scripts} scripts were found");
    assert!(!bash("if true").status.success());
}

#[test]
fn every_action_that_is_used_is_pinned_by_its_commit() {
    let used: Vec<String> = YAML.iter().flat_map(|path| all_under(path, "uses")).collect();
    assert!(used.len() > 4, "{used:?}");
    for action in used {
        let (_, commit) = action.split_once('@').unwrap();
        assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{action}");
    }
}

#[test]
fn the_action_uses_each_input_and_no_other() {
    let text = fs::read_to_string(root().join("action.yml")).unwrap();
    let action = &documents("action.yml")[0];
    let declared: Vec<&String> = action["inputs"].as_object().unwrap().keys().collect();
    for input in &declared {
        assert!(text.contains(&format!("inputs.{input} ")), "`{input}` is not used");
    }
    for used in text.split("inputs.").skip(1) {
        let name: String = used.chars().take_while(char::is_ascii_alphanumeric).collect();
        assert!(declared.contains(&&name), "`{name}` is not declared");
    }
    let run = all_under("action.yml", "run").concat();
    assert!(!run.contains("${{"), "what somebody else writes is handed to a shell as a variable, not as text: {run}");
}

/// A release in a folder: one archive, of the binary under test, and its digest.
struct Release {
    sandbox: Sandbox,
    digest: String,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn target() -> String {
    let system = if cfg!(target_os = "macos") { "apple-darwin" } else { "unknown-linux-musl" };
    format!("{}-{system}", std::env::consts::ARCH)
}

impl Release {
    fn packed() -> Self {
        let sandbox = Sandbox::new();
        let folder = sandbox.root().join(format!("releases/v{VERSION}"));
        let mut package = sandbox.command("bash");
        package.arg(root().join("integrations/package"));
        let packed = package.args([env!("CARGO_BIN_EXE_charter"), &target()]).arg(&folder).output().unwrap();
        assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
        let archive = folder.join(format!("charter-{VERSION}-{}.tar.gz", target()));
        assert_eq!(
            String::from_utf8_lossy(&packed.stdout).trim_end(),
            archive.canonicalize().unwrap().to_str().unwrap()
        );
        let digest = Sha256::digest(fs::read(archive).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect();
        Release { sandbox, digest }
    }

    fn base(&self) -> String {
        format!("file://{}/releases", self.sandbox.root().display())
    }

    fn installed(&self) -> PathBuf {
        self.sandbox.root().join("bin")
    }

    fn download(&self, base: &str, version: &str, digest: &str) -> Output {
        let mut command = self.sandbox.command("bash");
        command.arg(root().join("integrations/download")).args([base, version, digest]).arg(self.installed());
        command.env("TMPDIR", self.sandbox.root()).output().unwrap()
    }

    fn runs(&self, binary: &Path) -> bool {
        let said = self.sandbox.command(binary.to_str().unwrap()).arg("--version").output();
        said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout) == format!("charter {VERSION}\n"))
    }
}

/// A digest of as many digits, and another.
fn other(digest: &str) -> String {
    let last = if digest.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &digest[..63])
}

#[test]
fn a_release_is_installed_by_its_digest() {
    let release = Release::packed();
    let output = release.download(&release.base(), VERSION, &release.digest);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(release.runs(&release.installed().join("charter")));
}

#[test]
fn a_release_of_another_digest_is_not_installed() {
    let release = Release::packed();
    let base = release.base();
    let refusals = [
        (release.download(&base, VERSION, &other(&release.digest)), "nothing is installed"),
        (release.download(&base, VERSION, &release.digest.to_uppercase()), "64 hexadecimal digits"),
        (release.download(&base, VERSION, ""), "64 hexadecimal digits"),
        (release.download(&base, "../0.1.0", &release.digest), "is no version"),
        (release.download(&base, "9.9.9", &release.digest), "curl"),
        (release.download(&base.replace("file://", "http://localhost/"), VERSION, &release.digest), "http"),
    ];
    for (output, why) in refusals {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(why), "{why}: {said}");
    }
    assert!(!release.installed().exists());
}

#[test]
fn an_archive_holds_the_manual_the_completions_and_the_licences() {
    let release = Release::packed();
    let archive = format!("../releases/v{VERSION}/charter-{VERSION}-{}.tar.gz", target());
    release.sandbox.shell(&format!("tar -xzf {archive} --strip-components 1"));
    for file in ["charter", "man/man1/charter-plan.1", "completions/charter.zsh", "LICENSE-MIT", "README.md"] {
        assert!(release.sandbox.repo().join(file).metadata().unwrap().len() > 500, "{file}");
    }
}

/// Runs the lines of the GitLab template that come before the check, as its runner does, and then one more.
fn gitlab(release: &Release, digest: &str) -> Output {
    let lines = all_under(GITLAB, "before_script").join("\n");
    let mut command = release.sandbox.command("bash");
    command.args(["-eo", "pipefail", "-c", &format!("{lines}\n\"$folder/charter\" --version")]);
    command.env("CHARTER_VERSION", VERSION).env("CHARTER_SHA256", digest).env("CHARTER_BASE", release.base());
    command.env("CI_PROJECT_DIR", release.sandbox.repo()).env("TMPDIR", release.sandbox.root()).output().unwrap()
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn the_gitlab_template_checks_the_digest_before_it_unpacks() {
    let release = Release::packed();
    let good = gitlab(&release, &release.digest);
    let said = String::from_utf8_lossy(&good.stdout);
    assert!(said.ends_with(&format!("charter {VERSION}\n")), "{said}{}", String::from_utf8_lossy(&good.stderr));
    let bad = gitlab(&release, &other(&release.digest));
    assert!(!bad.status.success() && !String::from_utf8_lossy(&bad.stdout).contains("charter "));
}
