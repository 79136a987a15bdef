//! Remote repositories: the real program and the real git, against real servers.
//!
//! `file://` and ssh (a script in the place of `ssh` that runs `git upload-pack` here and writes down what it was given)
//! need git alone; `https://` needs `python3` and `openssl`, without which it is skipped, or fails under
//! `CHARTER_REQUIRE_SCENES=1`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

mod https;
#[path = "../support/say.rs"]
mod say;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use support::Sandbox;

const PASSWORD: &str = "hunter2";

/// A sandbox whose repository is the server's, and a folder beside it where the program runs.
struct Scene {
    sandbox: Sandbox,
}

/// What the program said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Scene {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        for folder in ["away", "bin"] {
            fs::create_dir(sandbox.root().join(folder)).unwrap();
        }
        let scene = Scene { sandbox };
        scene.commit_org("USD");
        scene
    }

    fn commit_org(&self, currency: &str) {
        let org = format!(
            "apiVersion: charter/v1\nkind: Organization\nmetadata:\n  name: acme\nspec:\n  currency: {currency}\n  timezone: Europe/Warsaw\n"
        );
        self.sandbox.write("organization.yaml", &org);
        self.sandbox.commit("a change");
    }

    fn url(&self) -> String {
        format!("file://{}", self.sandbox.repo().display())
    }

    fn cache(&self) -> PathBuf {
        self.sandbox.root().join("home/.cache/charter")
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.sandbox.command(env!("CARGO_BIN_EXE_charter"));
        command.current_dir(self.sandbox.root().join("away")).args(line.split(' '));
        command
    }

    fn charter(&self, line: &str) -> Said {
        said(&self.command(line).output().unwrap())
    }

    fn script(&self, name: &str, text: &str) -> PathBuf {
        let path = self.sandbox.root().join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Returns the organisation as it is live.
    fn live(&self, url: &str) -> String {
        self.charter(&format!("get --repo {url} Organization -o json")).stdout
    }

    /// Looks through everything below the caches.
    fn holds_password(&self) -> bool {
        let out = Command::new("grep").args(["-rqF", PASSWORD]).arg(self.cache()).status().unwrap();
        out.success()
    }
}

fn said(output: &Output) -> Said {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

impl Said {
    fn is(self, code: i32) -> Said {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(!self.stdout.contains(PASSWORD) && !self.stderr.contains(PASSWORD), "{self:?}");
        self
    }

    fn complains(self, code: i32, of: &str) {
        let said = self.is(code);
        assert!(said.stderr.contains(of), "{said:?}");
    }
}

/// An ssh that writes down its arguments, a line each, and runs what it is given for the host here.
fn ssh(scene: &Scene) -> PathBuf {
    let log = scene.sandbox.root().join("ssh.log");
    let text = format!("printf '%s\\n' \"$@\" >> {}\nfor last; do :; done\neval \"exec $last\"", log.display());
    scene.script("ssh", &text)
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "not in time: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn is_alive(pid: &str) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !state.is_empty() && !state.contains(") Z ")
}

#[test]
fn every_verb_takes_a_file_url_and_a_new_commit_is_seen() {
    let scene = Scene::new();
    let url = scene.url();
    for verb in ["validate", "plan", "run --once", "plan"] {
        scene.charter(&format!("{verb} --repo {url}")).is(0);
    }
    scene.commit_org("EUR");
    scene.charter(&format!("apply --repo {url}")).is(0);
    assert!(scene.live(&url).contains("EUR"));
    scene.charter(&format!("status --repo {url}")).is(0);
    let mode = fs::metadata(scene.cache()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_branch_is_deleted_and_comes_back_and_a_head_on_no_branch_is_followed() {
    let scene = Scene::new();
    scene.sandbox.shell("git branch release");
    let line = format!("validate --repo {} --branch release", scene.url());
    scene.charter(&line).is(0);
    scene.sandbox.shell("git branch -D release");
    scene.charter(&line).complains(69, "has no branch, tag or commit `release`; there is `main`");
    scene.sandbox.shell("git branch release");
    scene.charter(&line).is(0);
    scene.sandbox.shell("git checkout -q --detach");
    scene.commit_org("EUR");
    scene.charter(&format!("apply --repo {}", scene.url())).is(0);
    assert!(scene.live(&scene.url()).contains("EUR"));
    scene.sandbox.shell("git checkout -q main && git branch -m trunk");
    scene.charter(&format!("validate --repo {}", scene.url())).is(0);
}

#[test]
fn a_repository_without_a_commit_and_a_branch_that_cannot_be_are_told() {
    let scene = Scene::new();
    scene.sandbox.shell("git init -q --bare ../unborn");
    let url = format!("file://{}/unborn", scene.sandbox.root().display());
    scene.charter(&format!("validate --repo {url}")).complains(69, "has no commit yet");
    scene.charter(&format!("validate --repo {url} --branch --x..y")).is(64);
    scene.charter(&format!("validate --repo {url} --branch=--x..y")).complains(69, "has no branch");
}

#[test]
fn a_server_that_is_gone_is_unreachable_and_changes_nothing_until_it_is_back() {
    let scene = Scene::new();
    let line = format!("apply --repo {}", scene.url());
    scene.charter(&line).is(0);
    let away = scene.sandbox.root().join("gone");
    fs::rename(scene.sandbox.repo(), &away).unwrap();
    scene.charter(&line).complains(69, "cannot be reached");
    let get = scene.charter(&format!("get --repo {} Organization -o json", scene.url())).is(0);
    assert!(get.stdout.contains("USD") && get.stderr.contains("warning: "), "{get:?}");
    scene.charter(&format!("status --repo {}", scene.url())).complains(1, "warning: ");
    fs::rename(&away, scene.sandbox.repo()).unwrap();
    scene.charter(&line).is(0);
}

#[test]
fn ssh_is_given_the_host_and_the_path_and_no_option() {
    let scene = Scene::new();
    let ssh = ssh(&scene);
    let path = scene.sandbox.repo();
    for url in [format!("ssh://git@acme.example:22{}", path.display()), format!("git@acme.example:{}", path.display())]
    {
        let mut command = scene.command(&format!("validate --repo {url}"));
        said(&command.env("GIT_SSH_COMMAND", &ssh).output().unwrap()).is(0);
    }
    let log = fs::read_to_string(scene.sandbox.root().join("ssh.log")).unwrap();
    assert!(log.contains("git@acme.example\n"), "{log}");
    assert!(log.contains(&format!("git-upload-pack '{}'\n", path.display())), "{log}");
    fs::remove_file(scene.sandbox.root().join("ssh.log")).unwrap();
    for url in ["ssh://-oProxyCommand=x/y", "ssh://-oProxyCommand=x@h/y", "git@-oProxyCommand=x:y", "ssh://h:-1/y"] {
        let mut command = scene.command(&format!("validate --repo {url}"));
        let said = said(&command.env("GIT_SSH_COMMAND", &ssh).output().unwrap());
        said.complains(69, "is not followed");
    }
    assert!(!scene.sandbox.root().join("ssh.log").exists(), "ssh was started");
}

#[test]
fn where_nothing_moved_the_server_is_asked_once() {
    let scene = Scene::new();
    let ssh = ssh(&scene);
    let line = format!("validate --repo git@acme.example:{}", scene.sandbox.repo().display());
    let asked = |times: usize| {
        said(&scene.command(&line).env("GIT_SSH_COMMAND", &ssh).output().unwrap()).is(0);
        let log = fs::read_to_string(scene.sandbox.root().join("ssh.log")).unwrap();
        assert_eq!(log.matches("git-upload-pack").count(), times, "{log}");
    };
    asked(2);
    asked(3);
    scene.commit_org("EUR");
    asked(5);
    scene.sandbox.shell("git branch other");
    asked(6);
}

#[test]
fn status_asks_the_server_once() {
    let scene = Scene::new();
    let ssh = ssh(&scene);
    let url = format!("git@acme.example:{}", scene.sandbox.repo().display());
    let run = |verb: &str| {
        let mut command = scene.command(&format!("{verb} --repo {url}"));
        said(&command.env("GIT_SSH_COMMAND", &ssh).output().unwrap()).is(0);
        let log = fs::read_to_string(scene.sandbox.root().join("ssh.log")).unwrap();
        log.matches("git-upload-pack").count()
    };
    let asked = run("apply");
    assert_eq!(run("status"), asked + 1);
}

#[test]
fn tags_are_found_by_name_and_as_they_are_now() {
    let scene = Scene::new();
    scene.sandbox.shell("git tag light && git tag --annotate v1.0 --message 'The first'");
    scene.commit_org("EUR");
    let plan = |rev: &str| scene.charter(&format!("plan --repo {} --rev {rev} -o json", scene.url()));
    for (rev, currency) in [("v1.0", "USD"), ("light", "USD"), ("main", "EUR")] {
        let said = plan(rev).is(0);
        assert!(said.stdout.contains(currency), "{rev}: {said:?}");
    }
    scene.sandbox.shell("git tag --force light && git tag --delete v1.0");
    assert!(plan("light").is(0).stdout.contains("EUR"));
    plan("v1.0").complains(69, "has no branch, tag or commit `v1.0`");
}

/// Finds the one cache of a scene.
fn cache(scene: &Scene) -> PathBuf {
    let entries = fs::read_dir(scene.cache()).unwrap().map(|entry| entry.unwrap().path());
    entries.into_iter().find(|path| path.is_dir()).unwrap()
}

/// Lists the files of a folder and those below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn a_damaged_cache_is_fetched_anew_with_one_line() {
    let scene = Scene::new();
    let line = format!("validate --repo {}", scene.url());
    scene.charter(&line).is(0);
    let cache = cache(&scene);
    let objects = || files(&cache.join("objects"));
    let ways: [(&str, &dyn Fn()); 5] = [
        ("a HEAD that is none", &|| fs::write(cache.join("HEAD"), "x").unwrap()),
        ("no objects", &|| fs::remove_dir_all(cache.join("objects")).unwrap()),
        ("empty objects", &|| objects().iter().for_each(|path| overwrite(path, b""))),
        ("garbage for objects", &|| objects().iter().for_each(|path| overwrite(path, b"garbage"))),
        ("a reference that is none", &|| overwrite(&cache.join("refs/heads/main"), b"zzz")),
    ];
    for (number, (what, damage)) in ways.into_iter().enumerate() {
        for moved in [false, true] {
            damage();
            if moved {
                scene.commit_org(["EUR", "USD"][number % 2]);
            }
            let said = scene.charter(&line).is(0);
            let lines = said.stderr.lines().filter(|line| line.contains("was damaged and is fetched anew")).count();
            // What git itself can do without, as old objects that it fetches again, is no damage.
            assert!(lines == 1 || (moved && lines == 0), "{what}, moved {moved}: {said:?}");
            assert!(!scene.charter(&line).is(0).stderr.contains("damaged"), "{what}");
        }
    }
    let left: Vec<_> = fs::read_dir(scene.cache()).unwrap().collect();
    assert_eq!(left.len(), 2, "the cache and its lock: {left:?}");
}

/// Writes over a file, whatever its mode.
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_a_killed_fetch_left_is_swept_away() {
    let scene = Scene::new();
    let line = format!("validate --repo {}", scene.url());
    scene.charter(&line).is(0);
    let cache = cache(&scene);
    let left = ["refs/heads/main.lock", "packed-refs.lock", "objects/pack/tmp_pack_x"].map(|name| cache.join(name));
    for path in &left {
        let file = fs::File::create(path).unwrap();
        file.set_modified(std::time::SystemTime::now() - Duration::from_secs(3600)).unwrap();
    }
    let young = cache.join("objects/pack/tmp_pack_y");
    fs::write(&young, "").unwrap();
    scene.commit_org("EUR");
    scene.charter(&line).is(0);
    assert!(left.iter().all(|path| !path.exists()) && young.exists());
}

#[test]
fn what_takes_too_long_is_killed_with_all_that_it_started() {
    let scene = Scene::new();
    let (ssh, pids) = hanging(&scene);
    let begun = Instant::now();
    let mut command = scene.command("validate --repo git@acme.example:org --git-timeout 2");
    said(&command.env("GIT_SSH_COMMAND", &ssh).output().unwrap()).complains(69, "did not answer within 2 s");
    assert!(begun.elapsed() < Duration::from_secs(30));
    all_end(&pids);
}

/// An ssh that starts another program and then nothing comes of either; their numbers are written to a file.
fn hanging(scene: &Scene) -> (PathBuf, PathBuf) {
    let pids = scene.sandbox.root().join("pids");
    let text = format!("sleep 600 & echo $$ $! > {0}.new; mv {0}.new {0}; wait", pids.display());
    (scene.script("ssh", &text), pids)
}

fn all_end(pids: &Path) {
    for pid in fs::read_to_string(pids).unwrap().split_whitespace() {
        until("the child ends", || !is_alive(pid));
    }
}

#[test]
fn who_asks_for_the_end_does_not_wait_for_git() {
    for (verb, signal, code) in
        [("run", "TERM", 0), ("run", "INT", 130), ("validate", "TERM", 130), ("plan", "INT", 130)]
    {
        let scene = Scene::new();
        let (ssh, pids) = hanging(&scene);
        let mut command = scene.command(&format!("{verb} --repo git@acme.example:org --git-timeout 3600"));
        let mut child = command.env("GIT_SSH_COMMAND", &ssh).stderr(Stdio::null()).spawn().unwrap();
        until("git waits", || pids.exists());
        signals(child.id(), signal);
        let mut ended = None;
        until("it ends", || {
            ended = child.try_wait().unwrap();
            ended.is_some()
        });
        assert_eq!(ended.unwrap().code(), Some(code), "{verb} {signal}");
        all_end(&pids);
    }
}

fn signals(pid: u32, name: &str) {
    assert!(Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().unwrap().success());
}

#[test]
fn without_git_remote_repositories_fail_and_local_ones_work() {
    let scene = Scene::new();
    for verb in ["validate", "run"] {
        let mut command = scene.command(&format!("{verb} --repo {}", scene.url()));
        said(&command.env("PATH", "/nowhere").output().unwrap()).complains(69, "there is none: install it");
    }
    let mut command = scene.command(&format!("validate --repo {}", scene.sandbox.repo().display()));
    said(&command.env("PATH", "/nowhere").output().unwrap()).is(0);
}

#[test]
fn a_password_is_in_nothing_that_fails_or_helps() {
    let scene = Scene::new();
    for line in [
        "validate --repo https://ana:hunter2@127.0.0.1:1/org.git",
        "run --once --repo https://hunter2@127.0.0.1:1/org.git",
        "run --repo http://ana:hunter2@127.0.0.1:1/org.git",
        "apply --repo http://ana:hunter2@127.0.0.1:1/org.git",
        "plan --repo ssh://ana:hunter2@127.0.0.1/org.git",
        "status --repo https://ana:hunter2@127.0.0.1:1/org.git",
    ] {
        scene.charter(line).is(69);
    }
    assert!(!scene.holds_password());
    let mut command = scene.command("validate --help");
    said(&command.env("CHARTER_REPO", "https://ana:hunter2@127.0.0.1:1/org.git").output().unwrap()).is(0);
}

#[test]
fn run_follows_a_remote_repository_by_polling() {
    let scene = Scene::new();
    let line = format!("run --repo {} --poll 1 --store sqlite:../live.db", scene.url());
    let log = fs::File::create(scene.sandbox.root().join("log")).unwrap();
    let mut daemon = scene.command(&line).stdout(Stdio::null()).stderr(log).spawn().unwrap();
    let live = || scene.charter("get --store sqlite:../live.db Organization -o json").stdout;
    until("the first commit", || live().contains("USD"));
    scene.commit_org("EUR");
    until("the second commit", || live().contains("EUR"));
    let pid = rustix::process::Pid::from_child(&daemon);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert!(daemon.wait().unwrap().success());
}

#[test]
fn two_processes_share_a_cache() {
    let scene = Scene::new();
    let line = format!("validate --repo {}", scene.url());
    let start = || scene.command(&line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    for child in children {
        said(&child.wait_with_output().unwrap()).is(0);
    }
}

fn exists(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder: PathBuf| Path::new(&folder).join(program).exists())
}
