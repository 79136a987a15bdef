//! What verbs say of a check, a plan and a round.

use serde_json::{Value, json};

use super::args::{Format, OutputArgs};
use super::{Context, Exit, Failure};
use crate::model::report::Report;
use crate::reconcile::{Outcome, Planned, Round, Spent};
use crate::report::plan::Destination;
use crate::report::{check, counted, json, plan};
use jiff::Timestamp;

/// Shows why nothing can be planned.
pub fn invalid(report: &Report, output: &OutputArgs, context: &Context) -> Result<Exit, Failure> {
    output.emit(|format| match format {
        Format::Text => Some(check::text(report, context.elapsed_ms(), context.color)),
        Format::Json => Some(json::pretty(&json::report(report))),
        Format::Yaml => None,
    })?;
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
}

/// Names where a plan lands.
pub fn destination(planned: &Planned) -> Destination {
    let applied = planned.accepted.as_ref().map(|accepted| plan::label(accepted.revision.as_ref()));
    Destination { store: planned.store.url(), applied }
}

/// Shows a round: the plan that it made and how it ended.
pub fn round(round: &Round, output: &OutputArgs, now: Timestamp, context: &Context) -> Result<Exit, Failure> {
    timings(&round.spent, context);
    let (planned, exit) = match &round.outcome {
        Outcome::Invalid => return invalid(&round.report, output, context),
        Outcome::Blocked(planned) | Outcome::Held(planned) => (planned, Exit::No),
        Outcome::Current(planned) | Outcome::Landed(planned, _) => (planned, Exit::Done),
    };
    let destination = destination(planned);
    if let Some(warning) = &planned.warning {
        context.note(&format!("warning: {warning}"));
    }
    output.emit(|format| match format {
        Format::Text => Some(text(round, planned, &destination, now)),
        Format::Json => Some(json::pretty(&value(round, planned, &destination))),
        Format::Yaml => None,
    })?;
    Ok(exit)
}

fn text(round: &Round, planned: &Planned, destination: &Destination, now: Timestamp) -> String {
    let shown = plan::text(&planned.plan, destination, 0, now);
    let at = plan::label(planned.plan.revision.as_ref());
    match &round.outcome {
        Outcome::Invalid => String::new(),
        Outcome::Current(_) => format!(
            "in sync: {} at {at}, nothing to do ({})\n",
            counted(planned.plan.resources, "resource"),
            destination.store
        ),
        Outcome::Blocked(_) => {
            format!("{shown}blocked: live resources that are not Charter's stand in the way; nothing was changed\n")
        }
        Outcome::Held(_) => format!("{shown}held: nothing was changed\n"),
        Outcome::Landed(_, landed) => {
            let counts = planned.plan.counts();
            let [add, change, remove] = [counts.add, counts.change, counts.remove].map(crate::report::grouped);
            let body = if planned.plan.is_in_sync() { String::new() } else { without_summary(&shown) };
            format!(
                "{body}applied {at}: {add} added, {change} changed, {remove} removed; journal {} ({})\n",
                crate::report::grouped(landed.head.count as usize),
                destination.store
            )
        }
    }
}

/// Leaves out the plan's last line: what was done says the same in the past tense.
fn without_summary(text: &str) -> String {
    let body = text.trim_end().rsplit_once('\n').map_or("", |(body, _)| body);
    format!("{body}\n")
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
    }
    value
}
