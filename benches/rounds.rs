//! How long it takes from a commit to a verdict, a plan and the live state: all of it through `reconcile`, with a real
//! repository and a real store.
//!
//! ```text
//! cargo bench                     1,000 and 20,000 resources
//! cargo bench -- 100000           as many as one likes
//! cargo bench -- rounds 100000    only what a daemon does
//! ```

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use charter::model::name::Name;
use charter::plan::Options;
use charter::reconcile::{self, Checked, Follower, Intent, Outcome, Spent, Treatment};
use charter::source::{self, At, Source};
use charter::store::{Landing, Store, StoreError};
use git2::Repository;
use jiff::Timestamp;
use tempfile::TempDir;

#[path = "../examples/generate/flat.rs"]
mod flat;
#[path = "../examples/generate/organisation.rs"]
mod organisation;

type Done = Result<(), Box<dyn Error>>;

/// How often each stage is timed, after one run that is not.
const RUNS: usize = 10;

/// The moment of every run: what is judged must not depend on the day.
const NOW: Timestamp = Timestamp::constant(1_795_000_000, 0);

/// A change of one file, each time another: a line of it says which.
struct Edit {
    what: &'static str,
    file: &'static str,
    line: &'static str,
}

/// No rule reads a binding but the one of ends.
const BINDING: Edit = Edit { what: "a binding", file: "/cover.yaml", line: "  ticket: GOV-" };
/// The rule of caps reads all teams and all budgets.
const BUDGET: Edit =
    Edit { what: "a budget, all of which a rule reads", file: "/budget.yaml", line: "    evaluation: " };
const FLAT: Edit = Edit { what: "a binding of one directory", file: "/binding-000042.yaml", line: "  ticket: GOV-" };

fn main() -> Done {
    let asked: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if asked.is_empty() { vec![1_000, 20_000] } else { asked };
    let is_brief = std::env::args().any(|argument| argument == "rounds");
    say("| stage | resources | min (ms) | median (ms) |\n|---|---|---|---|")?;
    for resources in sizes {
        let bench = Bench::new(resources, organisation::write)?;
        if !is_brief {
            bench.row("validate, cold", |_| bench.validate())?;
            bench.row("first plan and apply", |run| bench.apply(&format!("fresh-{run}.db")))?;
            bench.apply("live.db")?;
            bench.row("plan with nothing to do", |_| bench.plan("live.db"))?;
        }
        bench.follow("live.db", &BINDING)?;
        bench.follow("live.db", &BUDGET)?;
        bench.daemon("daemon.db", &BINDING)?;
        drop(bench);
        let bench = Bench::new(resources, flat::write)?;
        bench.follow("live.db", &FLAT)?;
        bench.daemon("daemon.db", &FLAT)?;
    }
    Ok(())
}

fn say(text: &str) -> Done {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

type Write = fn(usize, &Path) -> Result<organisation::Written, organisation::Failure>;

/// A generated organisation and a place for stores.
struct Bench {
    resources: usize,
    place: TempDir,
}

impl Bench {
    fn new(resources: usize, write: Write) -> Result<Self, Box<dyn Error>> {
        let bench = Bench { resources, place: tempfile::tempdir()? };
        write(resources, &bench.path("repository"))?;
        Ok(bench)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Times a stage and prints its row.
    fn row(&self, stage: &str, work: impl Fn(usize) -> Done) -> Done {
        work(0)?;
        let mut times = (1..=RUNS).map(|run| timed(|| work(run))).collect::<Result<Vec<Duration>, _>>()?;
        times.sort();
        let millis = |index: usize| times.get(index).map_or(0, Duration::as_millis);
        say(&format!("| {stage} | {} | {} | {} |", self.resources, millis(0), millis(RUNS / 2)))
    }

    /// Opens the repository anew, as each run of the program does.
    fn source(&self) -> Result<Box<dyn Source>, Box<dyn Error>> {
        Ok(source::open(&self.path("repository").to_string_lossy(), &source::Options::default())?)
    }

    fn store(&self, name: &str) -> Result<Store, StoreError> {
        Store::at(&format!("sqlite:{}", self.path(name).display()))
    }

    fn check(&self) -> Result<Checked, Box<dyn Error>> {
        let checked = reconcile::check(self.source()?.as_ref(), &At::Revision(None), NOW)?;
        let is_whole = checked.report.findings.is_empty() && checked.report.resources == self.resources;
        expect(is_whole, "the organisation is not valid")?;
        Ok(checked)
    }

    fn validate(&self) -> Done {
        self.check().map(drop)
    }

    fn plan(&self, store: &str) -> Done {
        let admitted = self.check()?.admitted.ok_or("nothing can be planned")?;
        let planned =
            reconcile::plan(self.source()?.as_ref(), &admitted, self.store(store)?, &Options::default(), NOW)?;
        expect(planned.plan.is_empty(), "there is something to do")
    }

    fn apply(&self, store: &str) -> Done {
        let landing = Landing { actor: "bench".into(), at: NOW, reason: None, allowed: Vec::new(), adopt_store: false };
        let intent = Intent { revision: None, options: Options::default(), now: NOW, landing, expected: None };
        let locate = |_: &Name| self.store(store);
        let round = reconcile::round(self.source()?.as_ref(), &locate, &intent)?;
        let is_all = matches!(round.outcome, Outcome::Landed(_, landed) if landed.written == self.resources);
        expect(is_all, "not all of it was applied")
    }
}

impl Bench {
    /// Times the rounds of a follower, each for a commit of one file, with what it tells of itself.
    fn follow(&self, store: &str, edit: &Edit) -> Done {
        let (source, place) = (self.source()?, |_: &Name| self.store(store));
        let commits = Commits::to(&self.path("repository"), edit)?;
        let mut follower =
            Follower::new("central".parse()?, source.as_ref(), &place, Treatment::default(), "bench".into());
        follower.step(true, NOW)?;
        let (mut times, mut stages) = (Vec::new(), [Duration::ZERO; 4]);
        for round in 0..COMMITS {
            commits.make(round)?;
            let started = Instant::now();
            let step = follower.step(true, NOW)?;
            times.push(started.elapsed());
            let step = step.ok_or("there was nothing to do")?;
            let Spent { read, parse, compile, judge, .. } = step.spent;
            stages.iter_mut().zip([read, parse, compile, judge]).for_each(|(sum, spent)| *sum += spent);
            let landed = step.landed.ok_or("nothing landed")?;
            expect(landed.changes.len() == 1, "more than one resource changed")?;
        }
        let rest = times.iter().sum::<Duration>().saturating_sub(stages.iter().sum());
        let [read, parse, compile, judge] = stages.map(mean);
        self.percentiles(&format!("round for a commit of {}", edit.what), times)?;
        let of = format!("of it: read {read:.1}, parse {parse:.1}, compile {compile:.1}, judge {judge:.1}");
        say(&format!("| {of}, plan and land {:.1} | {} | | |", mean(rest), self.resources))
    }

    /// Times how long it takes until a commit of one file is live, with the program as a daemon, and weighs the program.
    fn daemon(&self, store: &str, edit: &Edit) -> Done {
        let url = format!("sqlite:{}", self.path(store).display());
        let mut charter = Command::new(env!("CARGO_BIN_EXE_charter"));
        charter.arg("run").arg("--repo").arg(self.path("repository")).args(["--store", &url, "-q"]);
        let mut daemon = charter.stdin(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let timed = self.latency(store, edit);
        let weighed = weight(daemon.id());
        daemon.kill()?;
        daemon.wait()?;
        timed?;
        say(&format!("| most memory of the daemon | {} | {} MiB | |", self.resources, weighed? >> 10))
    }

    fn latency(&self, store: &str, edit: &Edit) -> Done {
        let commits = Commits::to(&self.path("repository"), edit)?;
        let first = commits.head()?.id().to_string();
        while self.store(store)?.reader()?.accepted()?.and_then(|accepted| accepted.revision).map(|r| r.commit)
            != Some(first.clone())
        {
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut reader = self.store(store)?.reader()?;
        let mut times = Vec::new();
        for round in 0..COMMITS {
            let commit = commits.make(COMMITS + round)?.to_string();
            let started = Instant::now();
            while reader.accepted()?.and_then(|accepted| accepted.revision).map(|r| r.commit).as_ref() != Some(&commit)
            {
                std::thread::sleep(Duration::from_micros(500));
            }
            times.push(started.elapsed());
            std::thread::sleep(Duration::from_millis(30));
        }
        self.percentiles(&format!("from a commit of {} to live", edit.what), times)
    }

    fn percentiles(&self, stage: &str, mut times: Vec<Duration>) -> Done {
        times.sort();
        let millis = |share: usize| times.get(times.len() * share / 100).map_or(0.0, Duration::as_secs_f64) * 1000.0;
        say(&format!(
            "| {stage} | {} | p0 {:.1} | p50 {:.1}, p99 {:.1} |",
            self.resources,
            millis(0),
            millis(50),
            millis(99)
        ))
    }
}

/// How many commits of one file are timed.
const COMMITS: usize = 100;

/// Commits that change one file, one after another.
struct Commits<'a> {
    repo: Repository,
    edit: &'a Edit,
    path: String,
}

impl<'a> Commits<'a> {
    /// Finds the first file that an edit is about.
    fn to(place: &Path, edit: &'a Edit) -> Result<Self, Box<dyn Error>> {
        let repo = Repository::open(place)?;
        let mut found = None;
        let walked = repo.head()?.peel_to_tree()?.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
            let path = format!("{folder}{}", entry.name().unwrap_or_default());
            found = path.ends_with(edit.file).then_some(path);
            if found.is_some() { git2::TreeWalkResult::Abort } else { git2::TreeWalkResult::Ok }
        });
        match (found, walked) {
            (Some(path), _) => Ok(Commits { repo, edit, path }),
            (None, walked) => Err(walked.err().map_or_else(|| "there is no such file".into(), Into::into)),
        }
    }

    fn head(&self) -> Result<git2::Commit<'_>, git2::Error> {
        self.repo.head()?.peel_to_commit()
    }

    /// Commits the file with another number in its line.
    fn make(&self, number: usize) -> Result<git2::Oid, Box<dyn Error>> {
        let Commits { repo, edit, path } = self;
        let (head, tree) = (self.head()?, self.head()?.tree()?);
        let text = repo.find_blob(tree.get_path(Path::new(path))?.id())?.content().to_vec();
        let line = |line: &str| match line.starts_with(edit.line) {
            true => format!("{}{}\n", edit.line, 1 + number),
            false => format!("{line}\n"),
        };
        let id = repo.blob(String::from_utf8(text)?.lines().map(line).collect::<String>().as_bytes())?;
        let tree =
            git2::build::TreeUpdateBuilder::new().upsert(path, id, git2::FileMode::Blob).create_updated(repo, &tree)?;
        let author = head.author();
        Ok(repo.commit(Some("HEAD"), &author, &author, "Another number", &repo.find_tree(tree)?, &[&head])?)
    }
}

/// Reads the most memory that a process ever had, in KiB, by `proc(5)`.
fn weight(process: u32) -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}

/// Returns the mean of a commit in milliseconds.
fn mean(sum: Duration) -> f64 {
    sum.as_secs_f64() * 1000.0 / COMMITS as f64
}

fn timed(work: impl FnOnce() -> Done) -> Result<Duration, Box<dyn Error>> {
    let started = Instant::now();
    work().map(|()| started.elapsed())
}

fn expect(holds: bool, otherwise: &str) -> Done {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
