//! How long it takes from a commit to a verdict, a plan and the live state: all of it through `reconcile`, with a real
//! repository and a real store.
//!
//! ```text
//! cargo bench                     1,000 and 20,000 resources
//! cargo bench -- 100000           as many as one likes
//! ```

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use charter::model::name::Name;
use charter::plan::Options;
use charter::reconcile::{self, Checked, Intent, Outcome};
use charter::source::{self, At, Source};
use charter::store::{Landing, Store, StoreError};
use jiff::Timestamp;
use tempfile::TempDir;

#[path = "../examples/generate/organisation.rs"]
mod organisation;

type Done = Result<(), Box<dyn Error>>;

/// How often each stage is timed, after one run that is not.
const RUNS: usize = 10;

/// The moment of every run: what is judged must not depend on the day.
const NOW: Timestamp = Timestamp::constant(1_795_000_000, 0);

fn main() -> Done {
    let asked: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if asked.is_empty() { vec![1_000, 20_000] } else { asked };
    say("| stage | resources | min (ms) | median (ms) |\n|---|---|---|---|")?;
    for resources in sizes {
        let bench = Bench::new(resources)?;
        bench.row("validate, cold", |_| bench.validate())?;
        bench.row("first plan and apply", |run| bench.apply(&format!("fresh-{run}.db")))?;
        bench.apply("live.db")?;
        bench.row("plan with nothing to do", |_| bench.plan("live.db"))?;
    }
    Ok(())
}

fn say(text: &str) -> Done {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

/// A generated organisation and a place for stores.
struct Bench {
    resources: usize,
    place: TempDir,
}

impl Bench {
    fn new(resources: usize) -> Result<Self, Box<dyn Error>> {
        let bench = Bench { resources, place: tempfile::tempdir()? };
        organisation::write(resources, &bench.path("repository"))?;
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

fn timed(work: impl FnOnce() -> Done) -> Result<Duration, Box<dyn Error>> {
    let started = Instant::now();
    work().map(|()| started.elapsed())
}

fn expect(holds: bool, otherwise: &str) -> Done {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
