//! The stage: a repository and a store, and what is said, changed and run there.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use super::super::{Context, Exit, Failure, files, print};
use super::{hand, repository};

/// How long a reader has before the next scene; nobody waits where nobody watches.
const PAUSE: Duration = Duration::from_millis(150);

/// A file that changes in one place.
#[derive(Debug)]
pub struct Edit {
    pub path: &'static str,
    pub before: &'static str,
    pub after: &'static str,
}

impl Edit {
    /// Returns the edit that takes this one back.
    fn reversed(&self) -> Edit {
        Edit { path: self.path, before: self.after, after: self.before }
    }
}

/// Where the demo plays, and how it is printed.
pub struct Stage {
    root: PathBuf,
    program: PathBuf,
    color: bool,
}

/// SGR codes (ECMA-48) of what is printed.
const BOLD: u8 = 1;
const RED: u8 = 31;
const GREEN: u8 = 32;
const CYAN: u8 = 36;

impl Stage {
    /// Sets the stage in an empty directory: a repository without a commit.
    pub fn new(root: &Path, context: &Context) -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(|error| files::failure(Path::new("charter"), &error))?;
        repository::create(root)?;
        Ok(Stage { root: root.to_owned(), program, color: context.color })
    }

    /// Returns the directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Begins a scene.
    pub fn title(&self, text: &str) -> Result<(), Failure> {
        if print::is_terminal() {
            std::thread::sleep(PAUSE);
        }
        self.say(&format!("\n{}", self.paint(BOLD, &format!("== {text} =="))))
    }

    /// Tells something.
    pub fn say(&self, text: &str) -> Result<(), Failure> {
        Ok(print::data(&format!("{text}\n"))?)
    }

    /// Writes a file without a word.
    pub fn put(&self, path: &str, text: &str) -> Result<(), Failure> {
        files::write_new(&self.root.join(path), text)
    }

    /// Changes files and shows how.
    pub fn edit(&self, edits: &[Edit]) -> Result<(), Failure> {
        for edit in edits {
            self.replace(edit)?;
            let line = |color, sign, text| self.paint(color, &format!("{sign} {text}"));
            let (before, after) = (line(RED, '-', edit.before), line(GREEN, '+', edit.after));
            self.say(&format!("  {}\n  {before}\n  {after}", edit.path))?;
        }
        Ok(())
    }

    /// Takes edits back without a word.
    pub fn restore(&self, edits: &[Edit]) -> Result<(), Failure> {
        edits.iter().try_for_each(|edit| self.replace(&edit.reversed()))
    }

    fn replace(&self, edit: &Edit) -> Result<(), Failure> {
        let path = self.root.join(edit.path);
        let text = std::fs::read_to_string(&path).map_err(|error| files::failure(&path, &error))?;
        files::write(&path, text.replacen(edit.before, edit.after, 1))
    }

    /// Removes a directory, as `git rm` does.
    pub fn remove(&self, directory: &str) -> Result<(), Failure> {
        self.prompt(&format!("git rm -r -q {directory}"))?;
        let path = self.root.join(directory);
        std::fs::remove_dir_all(&path).map_err(|error| files::failure(&path, &error))
    }

    /// Commits everything.
    pub fn commit(&self, message: &str) -> Result<(), Failure> {
        self.prompt(&format!("git add . && git commit -q -m \"{message}\""))?;
        repository::commit(&self.root, message)
    }

    /// Takes the last commit back, once its files are as they were.
    pub fn revert(&self) -> Result<(), Failure> {
        self.prompt("git revert --no-edit HEAD")?;
        repository::commit(&self.root, "Revert the last commit")
    }

    /// Writes into the store by hand.
    pub fn tamper(&self, statement: &'static str) -> Result<(), Failure> {
        self.prompt(&format!("sqlite3 charter.db \"{statement}\""))?;
        hand::write(&self.root.join("charter.db"), statement)
    }

    /// Runs the program, and shows what it says, or after `| tail -n COUNT` its last lines.
    pub fn charter(&self, line: &str) -> Result<(), Failure> {
        self.prompt(&format!("charter {line}"))?;
        let (words, last) = line.split_once(" | tail -n ").unwrap_or((line, ""));
        let output = self.run(words)?;
        let text = String::from_utf8_lossy(&output.stdout);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let skipped = last.parse().map_or(0, |last| lines.len().saturating_sub(last));
        self.show(&output, &lines.into_iter().skip(skipped).collect::<String>())
    }

    /// Runs the program here, whatever the settings outside are.
    fn run(&self, words: &str) -> Result<Output, Failure> {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHARTER_")) {
            command.env_remove(name);
        }
        command.args(["--color", if self.color { "always" } else { "never" }]).args(words.split(' '));
        command.current_dir(&self.root).output().map_err(|error| files::failure(&self.program, &error))
    }

    fn show(&self, output: &Output, stdout: &str) -> Result<(), Failure> {
        print::data(&format!("{}{stdout}", String::from_utf8_lossy(&output.stderr)))?;
        match output.status.code() {
            Some(0) => Ok(()),
            Some(code) => self.say(&self.paint(RED, &format!("[exit {code}]"))),
            None => Err(Failure::Closed(Exit::Interrupted)),
        }
    }

    fn prompt(&self, line: &str) -> Result<(), Failure> {
        self.say(&format!("\n{}", self.paint(CYAN, &format!("$ {line}"))))
    }

    fn paint(&self, code: u8, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
