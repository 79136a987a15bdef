//! Why a source cannot be read.

use super::tree::escape;

/// Why a source cannot be read as a whole: what the operator must mend, where a finding is what an author must.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    #[error("there is nothing at `{repo}`: give the path of a git repository or of a directory")]
    NotFound { repo: String },
    #[error("`{repo}` is not a git repository: {cause}")]
    NotARepository { repo: String, cause: String },
    #[error(
        "`{repo}` has no commit yet: commit the manifests first; `charter validate` reads the working tree without"
    )]
    NoCommit { repo: String },
    #[error("`{repo}` has no branch, tag or commit `{revision}`{hint}")]
    NoSuchRevision { repo: String, revision: String, hint: String },
    #[error("`{revision}` is the beginning of several objects of `{repo}`: write more digits of the commit")]
    AmbiguousRevision { repo: String, revision: String },
    #[error("there is no directory `{path}` in {place}{hint}")]
    NoSuchPath { path: String, place: String, hint: String },
    #[error(
        "`{path}` cannot be a governed path: {rule}; give a directory inside the repository, such as governance/acme"
    )]
    BadPath { path: String, rule: String },
    #[error(
        "`{repo}` uses the repository extension `{extension}`, which Charter cannot read: give a clone of it with SHA-1 \
         objects and the `files` reference format"
    )]
    UnsupportedRepository { repo: String, extension: String },
    #[error(
        "`{repo}` belongs to another user, so that git does not trust it: run as its owner, or \
         `git config --global --add safe.directory {repo}`"
    )]
    NotOwned { repo: String },
    #[error("`{url}` is not followed: {rule}")]
    RefusedUrl { url: String, rule: String },
    #[error("`{url}` cannot be reached: {cause}")]
    Unreachable { url: String, cause: String },
    #[error("`{url}` did not answer within {seconds} s: look at the network, or give it longer with --git-timeout")]
    Timeout { url: String, seconds: u64 },
    #[error("`{url}` is not waited for: somebody asked the program to end")]
    Halted { url: String },
    #[error("`{url}` is fetched by the program `git`, and there is none: install it; local repositories work without")]
    NoGit { url: String },
    #[error("`{path}`, where remote repositories are kept, cannot be used: {cause}")]
    NoCache { path: String, cause: String },
    #[error("`{path}` cannot be read: {cause}")]
    Unreadable { path: String, cause: String },
    #[error("`{path}` cannot be written: {cause}")]
    Unwritable { path: String, cause: String },
    #[error("`{path}` changed while it was being read: run it again")]
    Changed { path: String },
}

impl SourceError {
    /// Says whether nobody answered, which may be otherwise the next moment though nobody mends anything here.
    pub fn is_out_of_reach(&self) -> bool {
        matches!(self, SourceError::Unreachable { .. } | SourceError::Timeout { .. })
    }

    /// Reports what git or the operating system says of a path, on one line.
    pub(super) fn unreadable(path: impl AsRef<[u8]>, cause: impl ToString) -> Self {
        SourceError::Unreadable { path: escape(path.as_ref()), cause: one_line(&cause.to_string()) }
    }
}

/// Takes what a library says as one line without the number that libgit2 adds.
pub(super) fn one_line(text: &str) -> String {
    let text = text.split("; class=").next().unwrap_or(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
