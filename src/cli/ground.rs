//! Where `can` and `who` look: at what a repository declares, or at what is live.

use clap::Args;

use super::Context;
use super::args::{ClockArgs, RepoArgs};
use super::failure::Failure;
use crate::model::fault::Fault;
use crate::model::name::Name;
use crate::model::question::Wanted;
use crate::reconcile::{self, Ground};
use crate::source::At;
use crate::store::Store;

/// What is asked about, and as of when.
#[derive(Debug, Args)]
pub struct GroundArgs {
    /// A branch, tag or commit to ask instead of the working tree
    #[arg(long)]
    rev: Option<String>,
    /// The store to ask instead of a repository, such as sqlite:charter.db: what is live
    #[arg(long, value_name = "URL", conflicts_with = "rev")]
    store: Option<String>,
    /// The team whose resources are meant; the organisation's own by default.
    #[arg(long, value_name = "NAME")]
    pub team: Option<String>,
    #[command(flatten)]
    repo: RepoArgs,
    #[command(flatten)]
    pub clock: ClockArgs,
}

impl GroundArgs {
    /// Works out who may do what. Where that cannot be known nothing is answered.
    pub fn open(&self, context: &Context) -> Result<Ground, Failure> {
        if let Some(url) = &self.store {
            if let Some(flag) = self.repo.flag() {
                return Err(Failure::Usage(format!("the argument '--store' cannot be used with '{flag}'")));
            }
            let missing =
                || Failure::File { path: url.clone(), cause: "there is no store yet: `charter apply` makes it".into() };
            return reconcile::live(&Store::at(url)?)?.ok_or_else(missing);
        }
        let source = self.repo.open(None, context)?;
        let at = self.rev.clone().map_or(At::WorkingTree, |rev| At::Revision(Some(rev)));
        let reading = format!("reading {}", source.describe());
        Ok(context.during(reading, || reconcile::declared(source.as_ref(), &at))?)
    }

    /// Returns the team that is meant.
    pub fn team(&self) -> Result<Option<Name>, Failure> {
        let team = self.team.as_ref().map(|team| team.parse());
        team.transpose().map_err(refused)
    }

    /// Reads what somebody wants to do.
    pub fn wanted(&self, text: &str) -> Result<Wanted, Failure> {
        Wanted::parse(text, self.team()?).map_err(|error| Failure::Usage(error.to_string()))
    }
}

/// Refuses an argument, with how to write it.
pub fn refused(fault: Fault) -> Failure {
    let help = fault.help.as_ref().map(|help| format!(": {help}")).unwrap_or_default();
    Failure::Usage(format!("{fault}{help}"))
}
