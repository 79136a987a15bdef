//! A remote repository as a source: a bare cache that follows it, read like any other repository.
//!
//! ```text
//! ls-remote -- URL HEAD refs/heads/BRANCH     has the tip moved?     no  -> the cache as it is
//!                                                                    yes -> lock, fetch all branches, the cache's HEAD
//! ```

use std::cell::{Cell, RefCell};
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use git2::{Error, ErrorCode, Oid, Reference, Repository};

use super::address::Address;
use super::cache;
use super::error::SourceError;
use super::git::Git;
use super::transport::Transport;
use super::tree::escape;
use super::{At, Options, Source};
use crate::model::digest::Digest;
use crate::model::snapshot::{Delta, Revision, Snapshot, SourceFile};

/// How long one call of git may take where nobody says: a first fetch over a slow line is done by then.
const TIMEOUT: Duration = Duration::from_secs(120);

/// What is followed, and what is looked at only when somebody asks for a revision by name: nobody follows a tag.
const BRANCHES: &str = "refs/heads/*";
const TAGS: &str = "refs/tags/*";

/// Where a HEAD that is on no branch is fetched to.
const DETACHED: &str = "refs/charter/head";

/// A remote repository and its cache.
#[derive(Debug)]
pub struct Remote {
    transport: Transport,
    git: RefCell<Git>,
    governed: String,
    /// How much of the repository this process has seen.
    seen: Cell<Seen>,
    /// Whether a fetch was the last that git was asked for: when that fails it may be the cache's fault.
    fetching: Cell<bool>,
    /// Whether the cache was made anew, and nothing came of it since.
    renewed: Cell<bool>,
}

/// How much of a remote repository was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Nothing,
    Tip,
    /// Every branch.
    Branches,
    /// Every branch and tag.
    All,
}

/// What a repository says, or what the cache holds, of the branch that counts.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tip {
    /// The branch that HEAD stands for, such as `refs/heads/main`.
    head: Option<String>,
    commit: Option<Oid>,
}

impl Remote {
    /// Prepares the cache; the repository itself is asked when something is read.
    ///
    /// # Errors
    /// Where the address is refused, and where the cache cannot be made or opened.
    pub fn open(url: &str, governed: String, options: &Options) -> Result<Self, SourceError> {
        let address = Address::parse(url)?;
        let digest = Digest::of([address.url.as_bytes()]);
        let digits: String = digest.hex().chars().take(16).collect();
        let cache = options.cache.join(format!("{digits}.git"));
        let (timeout, host) = (options.timeout.unwrap_or(TIMEOUT), options.host.clone());
        let transport = Transport { address, cache, timeout, host };
        let repo = match cache::open(&options.cache, &transport.cache) {
            Err(damage) if transport.cache.is_dir() => renew(&transport, &damage)?,
            opened => opened?,
        };
        let git = RefCell::new(Git::new(repo, governed.clone(), options.branch.clone()).known_as(transport.url()));
        let (fetching, renewed) = (Cell::new(false), Cell::new(false));
        Ok(Remote { transport, git, governed, seen: Cell::new(Seen::Nothing), fetching, renewed })
    }

    /// Does something with the cache; where that turns out to be damaged it is made anew, once, and all is done again.
    fn with_cache<T>(&self, mut work: impl FnMut(&Git) -> Result<T, SourceError>) -> Result<T, SourceError> {
        let mut done = work(&self.git.borrow());
        if let Err(error) = &done
            && self.is_damaged(error)
        {
            let repo = renew(&self.transport, error)?;
            let branch = self.git.borrow().branch.get().cloned();
            self.git.replace(Git::new(repo, self.governed.clone(), branch).known_as(self.transport.url()));
            self.seen.set(Seen::Nothing);
            self.renewed.set(true);
            done = work(&self.git.borrow());
        }
        self.renewed.set(self.renewed.get() && done.is_err());
        done
    }

    /// Says whether an error comes of a cache that is not whole.
    fn is_damaged(&self, error: &SourceError) -> bool {
        let may_be = matches!(error, SourceError::NoCache { .. } | SourceError::Unreadable { .. })
            || (matches!(error, SourceError::Unreachable { .. }) && self.fetching.get());
        may_be && !self.renewed.get() && self.transport.is_sound().is_ok_and(|is_sound| !is_sound)
    }

    /// Looks at the repository, and fetches if the branch that counts has moved.
    fn look(&self, git: &Git) -> Result<(), SourceError> {
        let theirs = self.tip(git)?;
        // A branch that is absent on both sides is looked for among all: an error then says which there are.
        let is_known = theirs.commit.is_some() || self.seen.get() != Seen::Nothing;
        if is_known && theirs == self.cached(git, &theirs)? {
            self.seen.set(self.seen.get().max(Seen::Tip));
            return Ok(());
        }
        let _lock = lock(&self.transport)?;
        if !is_known || theirs != self.cached(git, &theirs)? {
            self.fetch(git, &theirs, &[BRANCHES])?;
        }
        self.seen.set(self.seen.get().max(Seen::Branches));
        Ok(())
    }

    /// Looks at the repository unless this process has done so.
    fn look_once(&self, git: &Git) -> Result<(), SourceError> {
        if self.seen.get() == Seen::Nothing { self.look(git) } else { Ok(()) }
    }

    /// Sees to it that a revision is in the cache if it is in the repository: a commit stays as it is, a branch moves.
    fn look_for(&self, git: &Git, revision: &str) -> Result<(), SourceError> {
        let whole = Oid::from_str(revision).ok().filter(|_| revision.len() == 40);
        if self.seen.get() == Seen::All || whole.is_some_and(|id| git.repo.find_commit(id).is_ok()) {
            return Ok(());
        }
        let theirs = self.tip(git)?;
        let _lock = lock(&self.transport)?;
        self.fetch(git, &theirs, &[BRANCHES, TAGS])?;
        self.seen.set(Seen::All);
        Ok(())
    }

    /// Sees to it that a state is in the cache.
    fn look_at(&self, git: &Git, at: &At) -> Result<(), SourceError> {
        match at {
            At::WorkingTree | At::Revision(None) => self.look_once(git),
            At::Revision(Some(revision)) => self.look_for(git, revision),
        }
    }

    /// Asks the repository for the branch that counts.
    fn tip(&self, git: &Git) -> Result<Tip, SourceError> {
        let wanted = match git.branch.get() {
            Some(name) => format!("refs/heads/{name}"),
            None => "HEAD".to_owned(),
        };
        if !Reference::is_valid_name(&wanted) {
            let (repo, revision) = (self.identity(), escape(wanted.as_bytes()));
            return Err(SourceError::NoSuchRevision { repo, revision, hint: String::new() });
        }
        self.fetching.set(false);
        let said = self.transport.git(&["ls-remote", "--quiet", "--symref"], &["HEAD".to_owned(), wanted.clone()])?;
        Ok(read_tip(&said, &wanted))
    }

    /// Reads the same from the cache.
    fn cached(&self, git: &Git, theirs: &Tip) -> Result<Tip, SourceError> {
        let fail = |error: Error| self.uncached(&error);
        let ours = absent(git.repo.find_reference("HEAD")).map_err(fail)?;
        let head = ours.and_then(|head| head.symbolic_target().ok().flatten().map(str::to_owned));
        // An empty repository, and one whose HEAD names a branch that is gone, say nothing of it.
        let head = head.filter(|_| theirs.head.is_some());
        let wanted = match (git.branch.get(), &head) {
            (Some(name), _) => format!("refs/heads/{name}"),
            (None, Some(head)) => head.clone(),
            (None, None) => "HEAD".to_owned(),
        };
        Ok(Tip { head, commit: absent(git.repo.refname_to_id(&wanted)).map_err(fail)? })
    }

    fn fetch(&self, git: &Git, theirs: &Tip, spaces: &[&str]) -> Result<(), SourceError> {
        let options = ["fetch", "--quiet", "--no-tags", "--prune", "--no-recurse-submodules", "--no-write-fetch-head"];
        let is_detached = theirs.head.is_none() && theirs.commit.is_some() && git.branch.get().is_none();
        let mut refs: Vec<String> = spaces.iter().map(|space| format!("+{space}:{space}")).collect();
        refs.extend(is_detached.then(|| format!("+HEAD:{DETACHED}")));
        self.fetching.set(true);
        self.transport.git(&options, &refs)?;
        set_head(&git.repo, theirs, is_detached).map_err(|error| self.uncached(&error))
    }

    fn uncached(&self, error: &Error) -> SourceError {
        cache::failure(&self.transport.cache, error.message())
    }
}

fn set_head(repo: &Repository, theirs: &Tip, is_detached: bool) -> Result<(), Error> {
    if let Some(head) = &theirs.head {
        return repo.reference_symbolic("HEAD", head, true, "follow").map(drop);
    }
    if is_detached {
        return repo.set_head_detached(repo.refname_to_id(DETACHED)?);
    }
    Ok(())
}

/// Makes a damaged cache anew and says so: all that is in it comes from the repository.
fn renew(transport: &Transport, damage: &SourceError) -> Result<Repository, SourceError> {
    let _lock = lock(transport)?;
    let repo = cache::renew(&transport.cache)?;
    transport.host.tell(&format!("the copy of `{}` was damaged and is fetched anew: {damage}", transport.url()));
    Ok(repo)
}

/// Waits until no other process fetches into the cache; the lock ends with what is returned. What a killed fetch left
/// behind is gone then.
fn lock(transport: &Transport) -> Result<File, SourceError> {
    let path = transport.cache.with_extension("lock");
    let fail = |error: std::io::Error| cache::failure(&path, error);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(fail)?;
    let until = Instant::now() + transport.timeout;
    loop {
        transport.go_on()?;
        match file.try_lock() {
            Ok(()) => {
                cache::sweep(&transport.cache, transport.timeout * 2);
                return Ok(file);
            }
            Err(TryLockError::WouldBlock) if Instant::now() < until => thread::sleep(Duration::from_millis(20)),
            Err(TryLockError::WouldBlock) => return Err(transport.timed_out()),
            Err(TryLockError::Error(error)) => return Err(fail(error)),
        }
    }
}

fn absent<T>(found: Result<T, Error>) -> Result<Option<T>, Error> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::UnbornBranch) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads what `ls-remote --symref` prints: `ref: refs/heads/main<TAB>HEAD` and `ID<TAB>NAME`. Names that only end like
/// those that were asked for do not count.
fn read_tip(said: &str, wanted: &str) -> Tip {
    let mut tip = Tip::default();
    for (value, name) in said.lines().filter_map(|line| line.split_once('\t')) {
        match value.strip_prefix("ref: ") {
            Some(target) if name == "HEAD" && is_branch(target) => tip.head = Some(target.to_owned()),
            None if name == wanted => tip.commit = Oid::from_str(value).ok(),
            Some(_) | None => {}
        }
    }
    tip
}

fn is_branch(name: &str) -> bool {
    name.starts_with("refs/heads/") && Reference::is_valid_name(name)
}

impl Source for Remote {
    fn describe(&self) -> String {
        self.git.borrow().describe()
    }

    fn read(&self, at: &At, seen: &mut dyn FnMut(&SourceFile)) -> Result<Snapshot, SourceError> {
        self.with_cache(|git| {
            self.look_at(git, at)?;
            git.read(at, seen)
        })
    }

    fn delta(&self, base: &Snapshot) -> Result<Option<Delta>, SourceError> {
        self.with_cache(|git| {
            self.look_once(git)?;
            git.delta(base)
        })
    }

    fn head(&self) -> Result<Option<Revision>, SourceError> {
        self.with_cache(|git| {
            self.look(git)?;
            git.head()
        })
    }

    fn stay_on(&self, branch: &str) {
        self.git.borrow().stay_on(branch);
    }

    fn identity(&self) -> String {
        self.transport.url()
    }

    fn resolve(&self, revision: &str) -> Result<Option<Revision>, SourceError> {
        self.with_cache(|git| {
            self.look_for(git, revision)?;
            git.resolve(revision)
        })
    }

    fn merge_base(&self, revision: &str, at: &At) -> Result<Option<String>, SourceError> {
        self.with_cache(|git| {
            self.look_for(git, revision)?;
            self.look_at(git, at)?;
            git.merge_base(revision, at)
        })
    }

    fn watched(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    fn is_far(&self) -> bool {
        true
    }

    fn descends(&self, commit: &str, from: &str) -> Result<bool, SourceError> {
        self.with_cache(|git| {
            self.look_for(git, commit)?;
            git.descends(commit, from)
        })
    }

    fn governed_path(&self) -> &str {
        &self.governed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_that_were_asked_for_count() {
        let id = "d66298f000000000000000000000000000000000";
        let other = "1111111111111111111111111111111111111111";
        let said = format!("ref: refs/heads/main\tHEAD\n{id}\tHEAD\n{other}\trefs/heads/x/HEAD\nnoise\n");
        let tip = Tip { head: Some("refs/heads/main".to_owned()), commit: Oid::from_str(id).ok() };
        assert_eq!(read_tip(&said, "HEAD"), tip);
        assert_eq!(read_tip(&format!("ref: ../../x\tHEAD\n{id}\tHEAD\n"), "HEAD"), Tip { head: None, ..tip });
        assert_eq!(read_tip("", "HEAD"), Tip::default());
    }
}
