//! Where a history begins.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use git2::{Oid, Repository};

use super::error::SourceError;

/// How many revisions are remembered. A daemon asks for one after the other: with the last one the next is cheap.
const REMEMBERED: usize = 1024;

/// The root commits of the revisions asked for so far: a walk ends where an earlier one began.
#[derive(Debug, Default)]
pub struct Roots(RefCell<HashMap<Oid, BTreeSet<Oid>>>);

impl Roots {
    /// Lists the commits without parents that are reachable from a commit, sorted.
    ///
    /// There are none in a shallow clone, whose beginning is somewhere else.
    ///
    /// # Errors
    /// Where a commit cannot be read.
    pub fn of(&self, repo: &Repository, commit: Oid) -> Result<Vec<String>, SourceError> {
        if repo.is_shallow() {
            return Ok(Vec::new());
        }
        let roots = self.walk(repo, commit)?;
        let listed = roots.iter().map(Oid::to_string).collect();
        let mut known = self.0.borrow_mut();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(commit, roots);
        Ok(listed)
    }

    fn walk(&self, repo: &Repository, commit: Oid) -> Result<BTreeSet<Oid>, SourceError> {
        let known = self.0.borrow();
        let odb = repo.odb().map_err(|error| SourceError::unreadable("objects", error.message()))?;
        let (mut roots, mut met, mut pending) = (BTreeSet::new(), HashSet::from([commit]), vec![commit]);
        while let Some(id) = pending.pop() {
            if let Some(earlier) = known.get(&id) {
                roots.extend(earlier);
                continue;
            }
            let fail = |error: git2::Error| SourceError::unreadable(id.to_string(), error.message());
            let object = odb.read(id).map_err(fail)?;
            let parents = parents(object.data()).collect::<Result<Vec<_>, _>>().map_err(fail)?;
            if parents.is_empty() {
                roots.insert(id);
            }
            pending.extend(parents.into_iter().filter(|parent| met.insert(*parent)));
        }
        Ok(roots)
    }
}

/// Reads the parents out of a commit object: the lines after the first that begin so. It takes half the time of
/// libgit2, which reads all of the commit.
fn parents(commit: &[u8]) -> impl Iterator<Item = Result<Oid, git2::Error>> {
    let lines = commit.split(|byte| *byte == b'\n').skip(1).map_while(|line| line.strip_prefix(b"parent "));
    lines
        .map(|digits| std::str::from_utf8(digits).map_or(Err(git2::Error::from_str("a damaged commit")), Oid::from_str))
}
