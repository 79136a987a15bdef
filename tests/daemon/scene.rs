//! A repository with a daemon beside it: what it writes is read, and it is ended with the test.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::sql::Database;
use crate::support::Sandbox;

/// How long anything may take that must happen. Far more than it takes: a slow machine is no failure.
pub const PATIENCE: Duration = Duration::from_secs(90);

pub const ORG: &str = "apiVersion: charter/v1\nkind: Organization\nmetadata: {name: acme}\n\
    spec: {currency: USD, timezone: UTC}\n---\napiVersion: charter/v1\nkind: Role\nmetadata: {name: dev}\n\
    spec: {permissions: [\"read:agents\"]}\n";

/// Writes a team.
pub fn team(name: &str, members: &[&str]) -> String {
    let members: Vec<String> = members.iter().map(|member| format!("\"user:{member}\"")).collect();
    format!(
        "apiVersion: charter/v1\nkind: Team\nmetadata: {{name: {name}}}\nspec: {{members: [{}]}}\n",
        members.join(", ")
    )
}

/// Writes a binding of a team.
pub fn binding(team: &str) -> String {
    format!(
        "apiVersion: charter/v1\nkind: RoleBinding\nmetadata: {{name: devs, team: {team}}}\n\
         spec: {{role: dev, subjects: [\"team:{team}\"]}}\n"
    )
}

/// A repository with two teams and a binding each.
pub fn founded() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("org.yaml", ORG);
    for name in ["web", "ops"] {
        sandbox.write(&format!("{name}.yaml"), &team(name, &["ana"]));
        sandbox.write(&format!("{name}-devs.yaml"), &binding(name));
    }
    sandbox.commit("Begin");
    sandbox
}

/// What a test does in a sandbox besides.
pub trait Acts {
    /// Commits a team with these members, and returns the commit.
    fn commit_team(&self, name: &str, members: &[&str]) -> String;
    /// Returns the commit that a name means.
    fn commit_of(&self, name: &str) -> String;
    /// Returns the file of the store, which a daemon made.
    fn store(&self) -> PathBuf;
    fn database(&self) -> Database;
    /// Reads the members of a team from the view.
    fn members(&self, team: &str) -> Vec<String>;
    /// Waits until a team has these members.
    fn until_members(&self, team: &str, members: &[&str]);
    /// Runs the program, which must end with this code, and returns what it wrote on stdout and stderr.
    fn ends(&self, line: &str, code: i32) -> String;
    /// Reads the records of drift: resource, class, occurrences, whether flapping, and how it ended or `open`.
    fn records(&self) -> Vec<[String; 5]>;
    /// Reads what `status` says of the source.
    fn standing(&self) -> Value;
}

impl Acts for Sandbox {
    fn commit_team(&self, name: &str, members: &[&str]) -> String {
        self.write(&format!("{name}.yaml"), &team(name, members));
        self.commit(&format!("Team {name}: {}", members.join(" and ")));
        self.commit_of("HEAD")
    }

    fn commit_of(&self, name: &str) -> String {
        let output = self.command("git").args(["rev-parse", "--verify", name]).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn store(&self) -> PathBuf {
        let folder = std::fs::read_dir(self.root().join("state/charter")).unwrap().next().unwrap().unwrap();
        folder.path().join("charter.db")
    }

    fn database(&self) -> Database {
        Database::open(&self.store())
    }

    fn members(&self, team: &str) -> Vec<String> {
        let sql = format!("SELECT subject FROM team_member WHERE team = '{team}' ORDER BY 1");
        let rows = self.database().rows(&sql).concat();
        rows.iter().map(|subject| subject.trim_start_matches("user:").to_owned()).collect()
    }

    fn until_members(&self, team: &str, members: &[&str]) {
        eventually(&format!("{team} has {members:?}"), || self.members(team) == members);
    }

    fn ends(&self, line: &str, code: i32) -> String {
        let Output { status, stdout, stderr } = self.charter(line);
        let said = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert_eq!(status.code(), Some(code), "charter {line}\n{said}");
        said
    }

    fn records(&self) -> Vec<[String; 5]> {
        let columns = "resource, class, CAST(occurrences AS TEXT), CAST(flapping AS TEXT), coalesce(ending, 'open')";
        let rows = self.database().rows(&format!("SELECT {columns} FROM drift_record ORDER BY 1, first_seen"));
        rows.into_iter().map(|row| row.try_into().unwrap()).collect()
    }

    fn standing(&self) -> Value {
        let output = self.charter("status -o json");
        let status: Value = serde_json::from_slice(&output.stdout).unwrap();
        status["sources"][0].clone()
    }
}

/// Waits until something holds.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "never came about: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A running daemon.
pub struct Daemon {
    child: Child,
    lines: Receiver<String>,
    read: Vec<String>,
}

impl Daemon {
    /// Starts one that looks at the source every second.
    pub fn start(sandbox: &Sandbox) -> Self {
        Self::with(sandbox, &["--poll", "1"])
    }

    /// Starts one with arguments of its own.
    pub fn with(sandbox: &Sandbox, arguments: &[&str]) -> Self {
        Self::of(sandbox.command(env!("CARGO_BIN_EXE_charter")).args(["run", "--log", "json"]).args(arguments))
    }

    /// Starts one by a command.
    pub fn of(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Daemon { child, lines, read: Vec::new() }
    }

    /// Waits for the next event with a name that fits.
    pub fn until(&mut self, event: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let line = match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("no `{event}` that fits:\n{}", self.read.join("\n"))
                }
            };
            let value = serde_json::from_str::<Value>(&line);
            self.read.push(line);
            match value {
                Ok(value) if value["event"] == event && fits(&value) => return value,
                Ok(_) | Err(_) => {}
            }
        }
    }

    /// Waits until a commit landed.
    pub fn lands(&mut self, commit: &str) {
        self.until("landed", |event| event["revision"].as_str().unwrap().contains(&commit[..7]));
    }

    /// Waits for a record of drift of a resource, and returns it.
    pub fn drifts(&mut self, resource: &str) -> Value {
        self.until("drift", |event| event["resource"] == resource)
    }

    /// Says whether a line with these words was written up to now.
    pub fn said(&mut self, words: &str) -> bool {
        self.read.extend(self.lines.try_iter());
        self.read.iter().any(|line| line.contains(words))
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as the system does when memory runs out.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal and waits for the end.
    pub fn signal(mut self, name: &str) -> ExitStatus {
        let status = Command::new("kill").args([format!("-{name}"), self.pid().to_string()]).status().unwrap();
        assert!(status.success());
        let mut ended = None;
        eventually("the daemon ends", || {
            ended = self.child.try_wait().unwrap();
            ended.is_some()
        });
        ended.unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
