//! The one path of the CLI and the daemon: check, plan, land. Reads everything, then thinks, then writes.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::access;
use crate::budget;
use crate::compile::{Compiled, compile};
use crate::model::admitted::Admitted;
use crate::model::applied::Accepted;
use crate::model::code::Code;
use crate::model::desired::Desired;
use crate::model::finding::Finding;
use crate::model::name::Name;
use crate::model::plan::Plan;
use crate::model::report::Report;
use crate::model::snapshot::{Revision, Snapshot};
use crate::parse;
use crate::plan;
use crate::policy;
use crate::source::{At, Source, SourceError};
use crate::store::{Landed, Landing, Store, StoreError};

/// Why a round could not be made. What the user got wrong is no error but a report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The plan is not the one that was asked for by its hash.
    #[error("the plan is {found} now, not {expected}: what it was made from has moved; look at `charter plan` again")]
    OtherPlan { expected: String, found: String },
}

/// A snapshot that was checked.
#[derive(Debug)]
pub struct Checked {
    pub report: Report,
    /// The state that a plan can be made of; `None` where an error stands or no Organization is declared.
    pub admitted: Option<Admitted>,
    pub spent: Spent,
}

/// How long each stage took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    pub read: Duration,
    pub parse: Duration,
    pub compile: Duration,
    pub judge: Duration,
}

/// Reads a source at one moment and checks all of it.
///
/// # Errors
/// Where the source cannot be read.
pub fn check(source: &dyn Source, at: &At, now: Timestamp) -> Result<Checked, SourceError> {
    let mut spent = Spent::default();
    let snapshot = timed(&mut spent.read, || source.snapshot(at))?;
    let mut manifests = timed(&mut spent.parse, || parse::parse(&snapshot));
    let (read, mut findings) = (manifests.read, std::mem::take(&mut manifests.findings));
    let compiled =
        timed(&mut spent.compile, || compile(manifests, snapshot.revision.clone(), snapshot.lineage.clone()));
    let Compiled { desired, findings: compiled } = compiled;
    findings.extend(compiled);
    let resources = desired.resources.len();
    let admitted = timed(&mut spent.judge, || admit(desired, &mut findings, now));
    let findings = place(&snapshot, findings);
    let excerpts = parse::excerpts(&snapshot, &findings);
    let Snapshot { revision, uncommitted, .. } = snapshot;
    Ok(Checked { report: Report { findings, excerpts, read, resources, revision, uncommitted }, admitted, spent })
}

fn timed<T>(spent: &mut Duration, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = work();
    *spent = started.elapsed();
    done
}

/// Judges a whole desired state; one with an error already is not whole, and is not judged.
fn admit(desired: Desired, findings: &mut Vec<Finding>, now: Timestamp) -> Option<Admitted> {
    if findings.iter().any(Finding::is_error) {
        return None;
    }
    let facts = policy::Facts { members: access::expand(&desired, now), allocations: budget::allocate(&desired) };
    let verdict = policy::judge(&desired, &facts, now);
    findings.extend(verdict.findings().iter().cloned());
    Admitted::seal(desired, &verdict).ok()
}

/// Locates and sorts findings, without those that follow from another: in a repository for another version of Charter
/// all the rest may be wrong, and what is not declared may be in a file that could not be read.
fn place(snapshot: &Snapshot, mut findings: Vec<Finding>) -> Vec<Finding> {
    if findings.iter().any(|finding| finding.code == Code::RequiresVersion) {
        findings.retain(|finding| finding.code == Code::RequiresVersion);
    }
    if findings.iter().any(|finding| finding.code.leaves_unread()) {
        findings.retain(|finding| finding.code != Code::NoOrganization);
    }
    parse::locate(snapshot, &mut findings);
    findings.sort_by(|a, b| {
        let place = |finding: &Finding| (finding.origin.path.clone(), finding.origin.span, finding.code);
        place(a).cmp(&place(b)).then_with(|| a.message.cmp(&b.message))
    });
    findings.dedup();
    findings
}

/// A plan and the state that it starts from.
#[derive(Debug)]
pub struct Planned {
    pub plan: Plan,
    pub store: Store,
    pub accepted: Option<Accepted>,
    /// Whether the store holds nothing because there is none yet.
    pub store_is_missing: bool,
    /// What is odd about the store, in one line.
    pub warning: Option<String>,
}

/// Plans what a store needs to be as an admitted state asks for. Reads the store and writes nothing.
///
/// # Errors
/// Where the store or the source's history cannot be read.
pub fn plan(source: &dyn Source, admitted: &Admitted, store: Store, options: &plan::Options) -> Result<Planned, Error> {
    let mut reader = store.reader()?;
    let store_is_missing = reader.is_missing();
    let (live, applied) = reader.state()?;
    let rewound = is_rewound(source, admitted.desired().revision.as_ref(), applied.accepted.as_ref())?;
    let plan = plan::plan(admitted, &applied, &live, &plan::Options { rewound, ..options.clone() });
    let warning = applied.accepted.as_ref().and_then(|accepted| foreign(accepted, &plan));
    Ok(Planned { plan, store, accepted: applied.accepted, store_is_missing, warning })
}

/// Says whether a revision does not build on the accepted one.
fn is_rewound(
    source: &dyn Source,
    revision: Option<&Revision>,
    accepted: Option<&Accepted>,
) -> Result<bool, SourceError> {
    let accepted = accepted.and_then(|accepted| accepted.revision.as_ref());
    let Some((revision, accepted)) = revision.zip(accepted) else { return Ok(false) };
    Ok(!source.descends(&revision.commit, &accepted.commit)?)
}

/// Says that a store belongs to another organisation or path than the plan.
fn foreign(accepted: &Accepted, plan: &Plan) -> Option<String> {
    let same = accepted.organization == plan.organization && accepted.lineage.path == plan.lineage.path;
    (!same).then(|| {
        let of = |organization: &Name, path: &str| {
            if path.is_empty() { format!("`{organization}`") } else { format!("`{organization}` in `{path}`") }
        };
        let (theirs, ours) =
            (of(&accepted.organization, &accepted.lineage.path), of(&plan.organization, &plan.lineage.path));
        format!("the store belongs to {theirs}, and this is {ours}")
    })
}

/// What a round is asked to do.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The revision to apply; `None` for the head of the branch.
    pub revision: Option<String>,
    pub options: plan::Options,
    pub landing: Landing,
    /// The beginning of the effect hash of the plan that was looked at.
    pub expected: Option<String>,
}

/// How a round ended.
#[derive(Debug)]
pub enum Outcome {
    /// The revision has errors or no Organization: the last good state stands.
    Invalid,
    /// Live resources that are not Charter's stand in the way.
    Blocked(Box<Planned>),
    /// A guard holds the plan.
    Held(Box<Planned>),
    /// Live, applied and accepted are as desired already: nothing was written.
    Current(Box<Planned>),
    Landed(Box<Planned>, Landed),
}

/// A round: what was checked and how it ended.
#[derive(Debug)]
pub struct Round {
    pub report: Report,
    pub outcome: Outcome,
    pub spent: Spent,
}

/// Makes one round: reads a revision, checks it, plans it, and lands the plan in one transaction.
///
/// The store is found by the organisation's name, which nobody knows before the check.
///
/// # Errors
/// Where the source or the store cannot be used, or the plan is not the expected one.
pub fn round(
    source: &dyn Source,
    store: &dyn Fn(&Name) -> Result<Store, StoreError>,
    intent: &Intent,
) -> Result<Round, Error> {
    let checked = check(source, &At::Revision(intent.revision.clone()), intent.landing.at)?;
    let Checked { report, admitted, spent } = checked;
    let outcome = match admitted {
        Some(admitted) => apply(source, &admitted, store(admitted.name())?, intent)?,
        None => Outcome::Invalid,
    };
    Ok(Round { report, outcome, spent })
}

fn apply(source: &dyn Source, admitted: &Admitted, store: Store, intent: &Intent) -> Result<Outcome, Error> {
    let planned = Box::new(plan(source, admitted, store, &intent.options)?);
    let (plan, landing) = (&planned.plan, &intent.landing);
    if let Some(expected) =
        intent.expected.as_ref().filter(|expected| !plan.effect.as_str().starts_with(expected.as_str()))
    {
        return Err(Error::OtherPlan { expected: expected.clone(), found: plan.effect.short().to_owned() });
    }
    if !plan.conflicts.is_empty() {
        return Ok(Outcome::Blocked(planned));
    }
    if plan.holds.iter().any(|hold| !landing.allowed.contains(&hold.guard)) {
        return Ok(Outcome::Held(planned));
    }
    if plan.changes.is_empty() && is_accepted(&planned) {
        return Ok(Outcome::Current(planned));
    }
    let landed = planned.store.writer()?.land(plan, landing)?;
    Ok(Outcome::Landed(planned, landed))
}

/// Says whether the plan's revision is the accepted one already.
fn is_accepted(planned: &Planned) -> bool {
    let commit = |revision: &Option<Revision>| revision.as_ref().map(|revision| revision.commit.clone());
    let plan = &planned.plan;
    let same = |accepted: &Accepted| {
        commit(&accepted.revision) == commit(&plan.revision)
            && accepted.organization == plan.organization
            && accepted.lineage == plan.lineage
    };
    planned.accepted.as_ref().is_some_and(same)
}
