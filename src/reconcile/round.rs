//! One round: a revision is checked, planned, and landed in one transaction.

use jiff::Timestamp;

use super::Error;
use super::check::{Checked, check};
use super::landing::{Gate, gate, land};
use super::memo::Spent;
use super::planning::{Planned, plan};
use crate::model::admitted::Admitted;
use crate::model::name::Name;
use crate::model::report::Report;
use crate::plan::Options;
use crate::source::{At, Source};
use crate::store::{Landed, Landing, Store, StoreError};

/// What is allowed, and journalled, where a revision is judged by its own rules alone.
pub const OWN_RULES: &str = "own-rules";

/// What a round is asked to do.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The revision to apply; `None` for the head of the branch.
    pub revision: Option<String>,
    pub options: Options,
    /// The moment for which to decide; the journal has the moment of the landing.
    pub now: Timestamp,
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
    let is_own = intent.landing.allowed.iter().any(|allowed| allowed == OWN_RULES);
    let checked = check(source, &At::Revision(intent.revision.clone()), intent.now)?;
    let checked = checked.unless_landed(store, is_own, intent.now);
    let (Checked { report, admitted, spent, .. }, store) = match &checked.admitted {
        Some(admitted) => {
            let store = store(admitted.name())?;
            store.upgrade()?;
            (if is_own { checked } else { checked.abide(&store, intent.now)? }, Some(store))
        }
        None => (checked, None),
    };
    let outcome = match admitted.zip(store) {
        Some((admitted, store)) => apply(source, &admitted, store, intent)?,
        None => Outcome::Invalid,
    };
    Ok(Round { report, outcome, spent })
}

fn apply(source: &dyn Source, admitted: &Admitted, store: Store, intent: &Intent) -> Result<Outcome, Error> {
    let mut planned = Box::new(plan(source, admitted, store, &intent.options, intent.now)?);
    if let Some(accepted) = planned.accepted.as_ref().filter(|_| !intent.landing.adopt_store) {
        planned.store.admits(accepted, &planned.plan.organization, &planned.plan.lineage)?;
    }
    let effect = &planned.plan.effect;
    if let Some(expected) = intent.expected.as_ref().filter(|expected| !effect.hex().starts_with(expected.as_str())) {
        return Err(Error::OtherPlan { expected: expected.clone(), found: effect.short() });
    }
    if planned.damage.is_some() {
        let mended = planned.store.writer()?.mend(&intent.landing.actor, intent.landing.at)?;
        *planned = Planned { mended, ..plan(source, admitted, planned.store, &intent.options, intent.now)? };
    }
    Ok(match gate(&planned.plan, planned.accepted.as_ref(), &intent.landing.allowed) {
        Gate::Blocked => Outcome::Blocked(planned),
        Gate::Held => Outcome::Held(planned),
        Gate::Current => Outcome::Current(planned),
        Gate::Open => {
            let landed = land(&planned.store, &planned.plan, &intent.landing)?;
            Outcome::Landed(planned, landed)
        }
    })
}
