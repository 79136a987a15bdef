//! `charter demo`: what Charter does, shown on an organisation that lives for ten seconds.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use tempfile::TempDir;

use super::command::quoted;
use super::{Context, Exit, Failure, files};
use stage::Stage;

mod hand;
mod repository;
mod scenes;
mod stage;

/// Shows on an organisation of four teams what Charter does with a good change, a bad one, a hand edit and a mass delete.
///
/// Needs no arguments and no network. Everything happens in a temporary directory, which is removed in the end; each
/// command that is shown is run, and what stands below it is what it said.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter demo                           ten seconds
  charter demo --keep playground         and keeps the repository and the store to play with")]
pub struct Args {
    /// Plays in this directory, and leaves it there; it must be new or empty
    #[arg(long, value_name = "DIR", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    keep: Option<String>,
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let asked = listen()?;
    let ground = Ground::of(args.keep.as_deref())?;
    let stage = Stage::new(ground.path(), context)?;
    for scene in scenes::ALL {
        if asked.load(Ordering::Relaxed) {
            return Ok(Exit::Interrupted);
        }
        scene(&stage)?;
    }
    stage.say(&ground.end())?;
    Ok(Exit::Done)
}

/// Notes who asks for the end: the directory is removed first.
fn listen() -> Result<Arc<AtomicBool>, Failure> {
    let asked = Arc::<AtomicBool>::default();
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&asked))
            .map_err(|error| Failure::No(format!("signals cannot be listened for: {error}")))?;
    }
    Ok(asked)
}

/// Where the demo plays.
enum Ground {
    Kept(String, PathBuf),
    /// Is removed when it is dropped.
    Passing(TempDir),
}

impl Ground {
    fn of(keep: Option<&str>) -> Result<Self, Failure> {
        let Some(keep) = keep else {
            let made = TempDir::with_prefix("charter-demo-");
            return made.map(Ground::Passing).map_err(|error| files::failure(&std::env::temp_dir(), &error));
        };
        let path = Path::new(keep);
        let fail = |cause: &dyn ToString| files::failure(path, &cause.to_string());
        std::fs::create_dir_all(path).map_err(|error| fail(&error))?;
        if std::fs::read_dir(path).map_err(|error| fail(&error))?.next().is_some() {
            return Err(fail(&"is not empty: choose another directory"));
        }
        let whole = path.canonicalize().map_err(|error| fail(&error))?;
        Ok(Ground::Kept(keep.to_owned(), whole))
    }

    fn path(&self) -> &Path {
        match self {
            Ground::Kept(_, path) => path,
            Ground::Passing(directory) => directory.path(),
        }
    }

    fn end(&self) -> String {
        match self {
            Ground::Kept(said, _) => format!("next: cd {} && charter status", quoted(said)),
            Ground::Passing(_) => {
                "All of it is removed now; `charter demo --keep DIR` leaves it.\nnext: charter init acme".to_owned()
            }
        }
    }
}
