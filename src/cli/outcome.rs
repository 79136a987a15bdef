//! What verbs say of a check, a plan and a round.

use serde_json::{Value, json};

use super::args::{Format, Outputs, RepoArgs, StoreArgs};
use super::command::Command;
use super::{Context, Exit, Failure};
use crate::model::applied::Accepted;
use crate::model::code::Severity;
use crate::model::report::Report;
use crate::model::snapshot::Revision;
use crate::reconcile::{Outcome, Planned, Round, Spent};
use crate::report::plan::{Destination, Next};
use crate::report::{check, counted, escape, grouped, json, markdown, plan};
use crate::source::{Source, SourceError};
use crate::store::{Landed, Reader, Store};
use jiff::Timestamp;

/// Says how many errors stand in what landed, and which findings pass by which waiver, where that was asked for.
pub fn passed(report: &Report, context: &Context) {
    let tolerated = report.findings.iter().filter(|finding| finding.is_tolerated()).count();
    if tolerated > 0 {
        let errors = counted(tolerated, "error");
        context
            .note(&format!("warning: {errors} of policies in what landed, which stands; look at `charter validate`"));
    }
    for waived in report.waived.iter().filter(|_| context.verbose) {
        context.note(&check::waived(waived));
    }
}

/// Shows why nothing can be planned.
pub fn invalid(report: &Report, output: &Outputs, context: &Context) -> Result<Exit, Failure> {
    unplanned(report, "", output, context)
}

/// Shows why nothing can be planned, and ends the text with a line.
fn unplanned(report: &Report, last: &str, output: &Outputs, context: &Context) -> Result<Exit, Failure> {
    let report = &report.clone().shown();
    passed(report, context);
    output.emit(&[
        (Format::Text, &|| check::text(report, context.elapsed_ms(), context.color) + last),
        (Format::Json, &|| json::pretty(&json::report(report))),
        (Format::Markdown, &|| markdown::report(report, markdown::COMMENT)),
    ])?;
    if report.is_valid() {
        return Err(Failure::No(
            "no Organization is declared, so there is nothing to plan for: add one, or name its folder with --path"
                .to_owned(),
        ));
    }
    Ok(Exit::No)
}

/// Says how long each stage took, where that was asked for.
pub fn timings(spent: &Spent, context: &Context) {
    if context.verbose {
        let millis = [spent.read, spent.parse, spent.compile, spent.judge].map(|spent| spent.as_millis());
        let [read, parse, compile, judge] = millis;
        context.note(&format!("read {read} ms, parse {parse} ms, compile {compile} ms, judge {judge} ms"));
    }
}

/// Says what is odd about a store.
pub fn notes(planned: &Planned, context: &Context) {
    if planned.store_is_missing {
        context.note(&format!("note: there is no store at {} yet: it reads as empty", planned.store.url()));
    }
    if let Some(warning) = &planned.warning {
        context.note(&format!("warning: {warning}"));
    }
    if let Some(what) = &planned.damage {
        damaged(what, &planned.store, context);
    }
}

/// Says what is damaged in a store that an apply puts back, to somebody who only reads it.
pub fn damage(reader: &mut Reader, store: &Store, context: &Context) -> Result<(), Failure> {
    if let Some(what) = reader.cursor()?.damage() {
        damaged(what, store, context);
    }
    Ok(())
}

fn damaged(what: &str, store: &Store, context: &Context) {
    let what = escape::line(what);
    context.note(&format!("warning: {} is damaged: {what}; `charter apply` puts it back", store.url()));
}

/// The head of a source, or why it cannot be known now: for somebody who only reads the store, which stands without it.
#[derive(Debug, Default)]
pub struct HeadNow {
    pub revision: Option<Revision>,
    pub trouble: Option<SourceError>,
}

impl HeadNow {
    /// Looks at the source once, where it can be looked at.
    pub fn of(source: &dyn Source, trouble: Option<SourceError>) -> Self {
        match trouble.map_or_else(|| source.head(), Err) {
            Ok(revision) => HeadNow { revision, trouble: None },
            Err(trouble) => HeadNow { revision: None, trouble: Some(trouble) },
        }
    }
}

/// What there is for somebody who only reads the store.
pub struct Stored {
    pub source: Box<dyn Source>,
    /// Why the source cannot be known now: a repository that is gone takes no store with it.
    pub trouble: Option<SourceError>,
    pub store: Option<Store>,
}

impl Stored {
    /// Finds the store.
    pub fn find(repo: &RepoArgs, store: &StoreArgs, context: &Context) -> Result<Self, Failure> {
        let (source, trouble) = repo.open_or_stand_in(context)?;
        match (store.find(source.as_ref(), context)?, trouble) {
            (None, Some(trouble)) => Err(trouble.into()),
            (store, trouble) => Ok(Stored { source, trouble, store }),
        }
    }
}

/// Says why the source cannot be known now to somebody who asks for the store alone.
pub fn without_source(trouble: Option<&SourceError>, context: &Context) {
    if let Some(trouble) = trouble {
        context.note(&format!("warning: {}", escape::line(&trouble.to_string())));
    }
}

/// Says what is odd about a store to somebody who only reads it: there is none, or it is about something else.
pub fn reader_notes(source: &dyn Source, head: &HeadNow, store: &Store, context: &Context) -> Result<(), Failure> {
    let mut reader = store.reader()?;
    if reader.is_missing() {
        context.note(&format!("note: there is no store at {} yet: it reads as empty", store.url()));
    }
    damage(&mut reader, store, context)?;
    let Some(accepted) = reader.accepted()? else { return Ok(()) };
    without_source(head.trouble.as_ref(), context);
    let theirs = accepted.revision.map(|revision| revision.commit).unwrap_or_default();
    let builds_on = |head: &Revision| source.descends(&head.commit, &theirs).unwrap_or(true);
    let is_known = theirs.is_empty() || head.revision.as_ref().is_none_or(builds_on);
    if accepted.lineage.path != source.governed_path() {
        let (path, ours) = (&accepted.lineage.path, source.governed_path());
        context.note(&format!(
            "warning: the store is about `{}` in `{path}`, and this is `{ours}`",
            accepted.organization
        ));
    } else if !is_known {
        let short = theirs.get(..7).unwrap_or(&theirs);
        context.note(&format!("warning: the store holds {short}, on which the head here does not build"));
    }
    Ok(())
}

/// Names where a plan lands, and how; without a command it must be committed first.
pub fn destination(planned: &Planned, report: &Report, command: Option<&Command<'_>>) -> Destination {
    let (plan, accepted) = (&planned.plan, planned.accepted.as_ref());
    let applied = accepted.map(|accepted| plan::label(accepted.revision.as_ref()));
    let is_ours = accepted.is_none_or(|accepted| accepted.belongs_to(&plan.organization, &plan.lineage));
    let next = match command {
        None => Next::Commit,
        Some(command) if is_ours || command.adopt_store => Next::Command(command.line(plan)),
        Some(_) => Next::Elsewhere,
    };
    Destination { store: planned.store.url(), applied, found: found(report, accepted), next }
}

/// Counts what was found in what is valid, and says how to see it.
fn found(report: &Report, accepted: Option<&Accepted>) -> Option<String> {
    let (warnings, new) = (report.count(Severity::Warning), report.of_new_rules());
    let revision = accepted.and_then(|accepted| accepted.revision.as_ref()).filter(|_| new > 0);
    let since = revision.map_or_else(String::new, |revision| format!(" --since {}", revision.short()));
    let new = if new > 0 { format!(", under the new rules: {}", counted(new, "finding")) } else { String::new() };
    (warnings > 0).then(|| format!("{}{new}   (charter validate{since})", counted(warnings, "warning")))
}

/// Shows a round: the plan that it made and how it ended.
pub fn round(
    round: &Round,
    command: &Command<'_>,
    output: &Outputs,
    now: Timestamp,
    context: &Context,
) -> Result<Exit, Failure> {
    timings(&round.spent, context);
    let (planned, exit) = match &round.outcome {
        Outcome::Invalid => return unplanned(&round.report, "refused: nothing was changed\n", output, context),
        Outcome::Blocked(planned) | Outcome::Held(planned) => (planned, Exit::No),
        Outcome::Current(planned) | Outcome::Landed(planned, _) => (planned, Exit::Done),
    };
    passed(&round.report, context);
    let destination = destination(planned, &round.report, Some(command));
    if let Some(warning) = &planned.warning {
        context.note(&format!("warning: {warning}"));
    }
    if !planned.mended.is_empty() {
        let what = escape::line(&planned.mended.join("; "));
        context.note(&format!("note: {} was damaged and is whole again: {what}", planned.store.url()));
    }
    output.emit(&[
        (Format::Text, &|| text(round, planned, &destination, now)),
        (Format::Json, &|| json::without_credentials(&value(round, planned, &destination))),
    ])?;
    Ok(exit)
}

fn text(round: &Round, planned: &Planned, destination: &Destination, now: Timestamp) -> String {
    let plan = &planned.plan;
    let shown = || plan::text(plan, destination, 0, now);
    match &round.outcome {
        Outcome::Invalid => String::new(),
        Outcome::Current(_) => {
            let (at, resources) = (plan::label(plan.revision.as_ref()), counted(plan.resources, "resource"));
            let asides = plan::asides(plan);
            let left_alone = plan::left_alone(plan);
            let verdict = if plan.is_in_sync() { "in sync" } else { "unchanged, and not in sync" };
            format!("{asides}{verdict}: {resources} at {at}, nothing to do{left_alone} ({})\n", destination.store)
        }
        Outcome::Blocked(_) => {
            format!("{}blocked: live resources that are not Charter's stand in the way; nothing was changed\n", shown())
        }
        Outcome::Held(_) => format!("{}held: nothing was changed\n", shown()),
        Outcome::Landed(_, landed) => applied(planned, landed, destination, now),
    }
}

/// Says what was done: the plan's effect, the guards that were lifted, and one line that sums up.
fn applied(planned: &Planned, landed: &Landed, destination: &Destination, now: Timestamp) -> String {
    let plan = &planned.plan;
    let effect = if plan.is_in_sync() { String::new() } else { plan::effect(plan, destination, 0, now) };
    let lifted: String =
        plan.holds.iter().map(|hold| format!("guard {} lifted: {}\n", hold.guard, hold.reason)).collect();
    let counts = plan.counts();
    let [add, change, remove] = [counts.add, counts.change, counts.remove].map(grouped);
    let done = if counts.is_quiet() {
        plan::quiet(&counts)
    } else {
        format!("{add} added, {change} changed, {remove} removed")
    };
    let (at, entries) = (plan::label(plan.revision.as_ref()), landed.head.count);
    let (store, left_alone) = (&destination.store, plan::left_alone(plan));
    format!("{effect}{lifted}applied {at}: {done}{left_alone}; journal {entries} ({store})\n")
}

fn value(round: &Round, planned: &Planned, destination: &Destination) -> Value {
    let (outcome, journal) = match &round.outcome {
        Outcome::Invalid => ("invalid", None),
        Outcome::Blocked(_) => ("blocked", None),
        Outcome::Held(_) => ("held", None),
        Outcome::Current(_) => ("current", None),
        Outcome::Landed(_, landed) => ("landed", Some(&landed.head)),
    };
    let mut value = json::plan(&planned.plan, destination, 0);
    if let Some(object) = value.as_object_mut() {
        object.insert("outcome".to_owned(), json!(outcome));
        object.insert("journal".to_owned(), json!(journal));
        object.insert("work".to_owned(), json!(round.spent.work));
    }
    value
}
