//! The `git` program as a child: the only one that Charter starts.
//!
//! It asks nobody, runs no hook, and is killed with all that it started when it takes too long. What it says
//! is bounded.

use std::ffi::OsString;
use std::io::{ErrorKind, Read};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::address::{Address, Scheme, redact};
use super::error::SourceError;
use super::host::Host;
use super::limits;
use super::tree::escape;

/// Where a remote repository is, and the bare repository in which its objects are kept.
#[derive(Debug)]
pub struct Transport {
    pub address: Address,
    pub cache: PathBuf,
    /// How long one call of git may take.
    pub timeout: Duration,
    pub host: Host,
}

/// What is set for every call, whatever the user's configuration says.
const SETTINGS: [&str; 8] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "protocol.ext.allow=never",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "fetch.writeCommitGraph=false",
    "transfer.fsckObjects=true",
];

/// What would lead git to another repository, or have it say what it should not.
const UNSET: [&str; 20] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_PROTOCOL_FROM_USER",
    "GIT_TRACE",
    "GIT_TRACE_PACKET",
    "GIT_TRACE_CURL",
    "GIT_CURL_VERBOSE",
    "GIT_TRACE2",
    "GIT_TRACE2_EVENT",
    "GIT_TRACE2_PERF",
];

/// The user and the password reach git by these variables: what is in its arguments everybody on the machine can see.
const USER: &str = "CHARTER_GIT_USER";
const PASSWORD: &str = "CHARTER_GIT_PASSWORD";
/// What git asks for the password, in the shell that it starts for it.
const HELPER: &str = "!answer() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \"$CHARTER_GIT_USER\" \
                      \"$CHARTER_GIT_PASSWORD\"; }; answer";

impl Transport {
    /// Runs a verb of git with the address after its options, and returns what it prints.
    ///
    /// # Errors
    /// Where there is no git, and where it fails, takes too long or says too much; where the program is to end.
    pub fn git(&self, options: &[&str], after: &[String]) -> Result<String, SourceError> {
        let mut command = self.command();
        command.args(options).args(["--", &self.address.url]).args(after);
        self.run(command)
    }

    /// Says whether git finds everything in the cache as it should be.
    ///
    /// # Errors
    /// Where that cannot be found out.
    pub fn is_sound(&self) -> Result<bool, SourceError> {
        let mut command = self.command();
        command.args(["fsck", "--no-dangling", "--no-progress"]);
        match self.run(command) {
            Ok(_) => Ok(true),
            Err(SourceError::Unreachable { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn run(&self, mut command: Command) -> Result<String, SourceError> {
        let _until_it_ended = self.host.halt.take_over();
        let mut child = command.spawn().map_err(|error| self.unstarted(&error))?;
        let stdout = child.stdout.take().map(listen);
        let stderr = child.stderr.take().map(listen);
        let status = self.wait(&mut child)?;
        self.go_on()?;
        let (said, complaint) =
            (stdout.map(Heard::end).unwrap_or_default(), stderr.map(Heard::end).unwrap_or_default());
        if !status.success() {
            return Err(self.unreachable(&String::from_utf8_lossy(&complaint), status));
        }
        if said.len() >= limits::TRANSPORT_BYTES {
            return Err(SourceError::Unreachable {
                url: self.url(),
                cause: "it says too much of its branches".to_owned(),
            });
        }
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        for name in UNSET {
            command.env_remove(name);
        }
        let allowed = if self.address.scheme == Scheme::File { "file" } else { "https:ssh" };
        command.env("GIT_ALLOW_PROTOCOL", allowed).env("LC_ALL", "C");
        // Nobody is there to answer; `ssh` asks a program that refuses, and not the terminal.
        command.envs([("GIT_TERMINAL_PROMPT", "0"), ("GIT_ASKPASS", "")]);
        command.envs([("SSH_ASKPASS", "false"), ("SSH_ASKPASS_REQUIRE", "force")]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        self.log_in(&mut command);
        let mut place = OsString::from("--git-dir=");
        place.push(&self.cache);
        command.arg(place).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        command
    }

    /// Hands over what stood before the host: to be told to that host only, and kept by no helper of the user's.
    fn log_in(&self, command: &mut Command) {
        let Some(login) = &self.address.login else { return };
        let key = format!("credential.{}", login.origin);
        command.env(USER, &login.user).arg(format!("--config-env={key}.username={USER}"));
        if let Some(password) = &login.password {
            command.env(PASSWORD, password);
            command.args(["-c", &format!("{key}.helper="), "-c", &format!("{key}.helper={HELPER}")]);
        }
    }

    /// Goes on, unless somebody asked the program to end.
    pub fn go_on(&self) -> Result<(), SourceError> {
        if self.host.halt.is_asked() { Err(SourceError::Halted { url: self.url() }) } else { Ok(()) }
    }

    /// Waits for the end of a child; when it takes too long, or the program is to end, it and all that it started are
    /// killed.
    fn wait(&self, child: &mut Child) -> Result<ExitStatus, SourceError> {
        let fail = |error: std::io::Error| SourceError::Unreachable { url: self.url(), cause: error.to_string() };
        let (until, mut pause) = (Instant::now() + self.timeout, Duration::from_millis(1));
        while Instant::now() < until {
            if let Some(status) = child.try_wait().map_err(fail)? {
                return Ok(status);
            }
            if let Err(halted) = self.go_on() {
                kill(child).map_err(fail)?;
                return Err(halted);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
        kill(child).map_err(fail)?;
        Err(self.timed_out())
    }

    /// Returns the address for an error.
    pub fn url(&self) -> String {
        escape(self.address.url.as_bytes())
    }

    /// Reports that it took too long.
    pub fn timed_out(&self) -> SourceError {
        SourceError::Timeout { url: self.url(), seconds: self.timeout.as_secs() }
    }

    fn unstarted(&self, error: &std::io::Error) -> SourceError {
        if error.kind() == ErrorKind::NotFound {
            return SourceError::NoGit { url: self.url() };
        }
        SourceError::Unreachable { url: self.url(), cause: format!("git cannot be started: {error}") }
    }

    fn unreachable(&self, complaint: &str, status: ExitStatus) -> SourceError {
        let cause = redact(&cause(complaint), self.address.login.as_ref());
        let cause = if cause.is_empty() { format!("git ended with {status}") } else { escape(cause.as_bytes()) };
        SourceError::Unreachable { url: self.url(), cause }
    }
}

/// Kills a child and all that it started: asks first, so that git takes its locks away.
fn kill(child: &mut Child) -> std::io::Result<()> {
    let group = Pid::from_child(child);
    // It is not reaped before the end: until then its number is nobody else's.
    if kill_process_group(group, Signal::TERM).is_ok() {
        thread::sleep(Duration::from_millis(300));
    }
    kill_process_group(group, Signal::KILL).or_else(|_| child.kill())?;
    child.wait().map(drop)
}

/// Makes one line of what git complains of, without its advice.
fn cause(complaint: &str) -> String {
    let lines = complaint.lines().map(str::trim).take_while(|line| !line.starts_with("Please make sure"));
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("warning:") && !line.starts_with("hint:"));
    let lines: Vec<&str> = lines.map(|line| line.strip_prefix("fatal: ").unwrap_or(line)).collect();
    let line = lines.join("; ");
    let shortened: String = line.trim_end_matches('.').chars().take(limits::CAUSE_CHARS).collect();
    shortened
}

/// What a child has said so far.
struct Heard {
    bytes: Arc<Mutex<Vec<u8>>>,
    ended: Receiver<()>,
}

/// Reads all that a child says, so that it is never stopped, and keeps the beginning.
fn listen(mut pipe: impl Read + Send + 'static) -> Heard {
    let (bytes, (end, ended)) = (Arc::new(Mutex::new(Vec::new())), mpsc::channel());
    let kept = Arc::clone(&bytes);
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let room = limits::TRANSPORT_BYTES.saturating_sub(kept.len());
            kept.extend(buffer.iter().take(count.min(room)));
        }
        let _nobody_waits = end.send(());
    });
    Heard { bytes, ended }
}

impl Heard {
    /// Returns what was said by a child that has ended.
    ///
    /// What it left behind, such as the master of an ssh connection, may keep the pipe open, and is not waited for.
    fn end(self) -> Vec<u8> {
        let _open_still = self.ended.recv_timeout(Duration::from_secs(1));
        std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_becomes_one_line_without_advice() {
        let said = "warning: x\nana@host: Permission denied (publickey).\nfatal: Could not read from remote repository.\n\n\
                    Please make sure you have the correct access rights\nand the repository exists.\n";
        let line = "ana@host: Permission denied (publickey).; Could not read from remote repository";
        assert_eq!(cause(said), line);
        assert_eq!(cause(&"x".repeat(9999)).len(), limits::CAUSE_CHARS);
    }

    #[test]
    fn a_password_is_in_no_argument() {
        let address = Address::parse("https://ana:hunter2@acme.example/org").unwrap();
        let (timeout, host) = (Duration::from_secs(1), Host::default());
        let transport = Transport { address, cache: "/cache".into(), timeout, host };
        let command = transport.command();
        assert!(command.get_args().all(|argument| !argument.to_string_lossy().contains("hunter2")));
        assert!(
            command.get_envs().any(|(name, value)| name == PASSWORD && value.is_some_and(|value| value == "hunter2"))
        );
    }
}
