//! Revisions: which commit a name means.

use git2::{Commit, Error, ErrorCode, Oid, Repository};
use jiff::Timestamp;

use super::error::SourceError;
use super::tree::escape;
use crate::model::credential;
use crate::model::nearest::did_you_mean;
use crate::model::snapshot::Revision;

/// A commit and the branch or tag by which it was found.
#[derive(Debug)]
pub struct Found<'repo> {
    pub commit: Commit<'repo>,
    pub reference: Option<String>,
}

impl Found<'_> {
    /// Makes the revision that the stages after this one know.
    pub fn revision(&self) -> Revision {
        let author = self.commit.author();
        let (name, email) = (shown(author.name_bytes()), shown(author.email_bytes()));
        let seconds = self.commit.time().seconds();
        let beyond = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Revision {
            commit: self.commit.id().to_string(),
            reference: self.reference.clone(),
            summary: shown(self.commit.summary_bytes().unwrap_or_default()),
            author: format!("{name} <{email}>"),
            time: Timestamp::from_second(seconds).unwrap_or(beyond),
        }
    }
}

/// Reads what somebody wrote into a commit, without credentials; what controls a terminal or is not UTF-8 is escaped.
fn shown(bytes: &[u8]) -> String {
    credential::scrub(&escape(bytes))
}

/// Finds the commit of HEAD, or `None` before the first.
///
/// # Errors
/// Where HEAD cannot be read.
pub fn head(repo: &Repository) -> Result<Option<Found<'_>>, SourceError> {
    match repo.head() {
        Ok(head) => {
            let reference = head.is_branch().then(|| escape(head.shorthand_bytes()));
            let commit = head.peel_to_commit().map_err(|error| SourceError::unreadable("HEAD", error))?;
            Ok(Some(Found { commit, reference }))
        }
        Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
        Err(error) => Err(SourceError::unreadable("HEAD", error)),
    }
}

/// Names the branch that HEAD stands for and that has no commit yet.
pub fn unborn(repo: &Repository) -> Option<String> {
    let head = repo.find_reference("HEAD").ok()?;
    let name = head.symbolic_target().ok()??.to_owned();
    let is_absent = repo.refname_to_id(&name).is_err_and(|error| is_absent(&error));
    name.strip_prefix("refs/heads/").filter(|_| is_absent).map(str::to_owned)
}

/// Finds a commit by the first of the namespaces that has the name.
fn by_reference<'repo>(
    repo: &'repo Repository,
    name: &str,
    spaces: &[&str],
) -> Result<Option<Found<'repo>>, SourceError> {
    for space in spaces {
        match repo.find_reference(&format!("{space}{name}")) {
            Ok(found) => {
                let commit = found.peel_to_commit().map_err(|error| SourceError::unreadable(name, error))?;
                return Ok(Some(Found { commit, reference: Some(name.to_owned()) }));
            }
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(SourceError::unreadable(name, error)),
        }
    }
    Ok(None)
}

fn is_absent(error: &Error) -> bool {
    matches!(error.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::UnbornBranch)
}

/// Finds a commit by a branch's name: one of this repository, else one of a remote as `origin/main`.
///
/// # Errors
/// Where there is no such branch.
pub fn branch<'repo>(repo: &'repo Repository, place: &str, name: &str) -> Result<Found<'repo>, SourceError> {
    let found = by_reference(repo, name, &["refs/heads/", "refs/remotes/"])?;
    found.ok_or_else(|| no_such_revision(repo, place, name))
}

/// Finds a commit by a branch, a tag, or its id or the beginning of it.
///
/// A branch goes before a tag of its name, and both before a beginning; a whole id goes before all.
///
/// # Errors
/// Where there is none, or several.
pub fn named<'repo>(repo: &'repo Repository, place: &str, name: &str) -> Result<Found<'repo>, SourceError> {
    let whole = Oid::from_str(name).ok().filter(|_| name.len() == 40);
    if let Some(commit) = whole.and_then(|id| repo.find_commit(id).ok()) {
        return Ok(Found { commit, reference: None });
    }
    if name == "HEAD" {
        return head(repo)?.ok_or_else(|| no_such_revision(repo, place, name));
    }
    if let Some(found) = by_reference(repo, name, &["refs/heads/", "refs/tags/", "refs/remotes/"])? {
        return Ok(found);
    }
    by_expression(repo, place, name)
}

/// Finds a commit by the beginning of its id or by its distance from another, such as `main~2`.
fn by_expression<'repo>(repo: &'repo Repository, place: &str, name: &str) -> Result<Found<'repo>, SourceError> {
    // Of what git has beside these some is slow and some reads other things than commits.
    let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/-~^".contains(&b));
    let found = if is_plain { repo.revparse_single(name) } else { Err(Error::from_str("not plain")) };
    match found.and_then(|object| object.peel_to_commit()) {
        Ok(commit) => Ok(Found { commit, reference: None }),
        Err(error) if error.code() == ErrorCode::Ambiguous => {
            Err(SourceError::AmbiguousRevision { repo: place.to_owned(), revision: escape(name.as_bytes()) })
        }
        Err(_) => Err(no_such_revision(repo, place, name)),
    }
}

/// Lists the names of branches and tags as somebody would write them, the branches first.
fn names(repo: &Repository) -> Vec<String> {
    let in_space = |space: &str| {
        let references = repo.references_glob(&format!("{space}*")).into_iter().flatten().flatten();
        let names = references.map(|reference| String::from_utf8_lossy(reference.name_bytes()).into_owned());
        names.filter_map(|name| name.strip_prefix(space).map(str::to_owned)).collect::<Vec<_>>()
    };
    ["refs/heads/", "refs/tags/", "refs/remotes/"].iter().flat_map(|space| in_space(space)).collect()
}

fn no_such_revision(repo: &Repository, place: &str, name: &str) -> SourceError {
    let names = names(repo);
    let hint = match did_you_mean(name, &names) {
        Some(near) => format!("; did you mean `{near}`?"),
        None if !repo.path().exists() => return SourceError::NotFound { repo: place.to_owned() },
        None if names.is_empty() => return SourceError::NoCommit { repo: place.to_owned() },
        None => format!(
            "; there is {}",
            names.iter().take(5).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        ),
    };
    let (repo, revision) = (place.to_owned(), escape(name.as_bytes()));
    SourceError::NoSuchRevision { repo, revision, hint: escape(hint.as_bytes()) }
}
