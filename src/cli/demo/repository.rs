//! The repository of the demo: what is done without the `git` program, which may not be there.

use std::path::Path;

use git2::{Error, IndexAddOption, Repository, RepositoryInitOptions, Signature};

use super::super::{Failure, files};

/// Makes a repository of its own, also inside another.
pub fn create(root: &Path) -> Result<(), Failure> {
    let made = Repository::init_opts(root, RepositoryInitOptions::new().initial_head("main").no_reinit(true));
    made.map(drop).map_err(|error| files::failure(root, &error))
}

/// Commits everything that lies in a work tree.
pub fn commit(root: &Path, message: &str) -> Result<(), Failure> {
    record(root, message).map_err(|error| files::failure(root, &error))
}

fn record(root: &Path, message: &str) -> Result<(), Error> {
    let repository = Repository::open(root)?;
    let mut index = repository.index()?;
    index.add_all(["*"], IndexAddOption::DEFAULT, None)?;
    index.write()?;
    let tree = repository.find_tree(index.write_tree()?)?;
    let who = Signature::now("Ana Example", "ana@acme.example")?;
    let parent = repository.head().and_then(|head| head.peel_to_commit()).ok();
    let parents: Vec<_> = parent.iter().collect();
    repository.commit(Some("HEAD"), &who, &who, message, &tree, &parents)?;
    Ok(())
}
