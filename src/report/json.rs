//! Reports and plans as JSON: a version, then the same facts as the text.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::escape;
use super::plan::Destination;
use crate::model::code::Severity;
use crate::model::finding::Finding;
use crate::model::origin::{Origin, Span};
use crate::model::plan::Plan;
use crate::model::report::Report;
use crate::model::waived::Waived;

/// The version of the shape of every JSON that Charter prints.
pub const VERSION: u32 = 1;

/// Writes a value on lines, with a newline at the end, and what a terminal would act on escaped.
pub fn pretty(value: &Value) -> String {
    escape::json(&format!("{value:#}\n"))
}

/// Renders a report.
pub fn report(report: &Report) -> Value {
    json!({
        "version": VERSION,
        "valid": report.is_valid(),
        "revision": report.revision,
        "uncommitted": report.uncommitted,
        "counts": {
            "errors": report.count(Severity::Error),
            "warnings": report.count(Severity::Warning),
            "waived": report.waived.len(),
            "older": report.set_aside().len(),
            "files": report.read.files,
            "leftAlone": report.read.left_alone,
            "resources": report.resources,
        },
        "work": report.work,
        "findings": findings(report),
        "waived": report.waived.iter().map(waived).collect::<Vec<_>>(),
        "fixed": report.fixed.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn waived(waived: &Waived) -> Value {
    let Waived { waiver, reason, ticket, expires, .. } = waived;
    let mut value = finding(&waived.finding);
    let by = json!({ "resource": waiver, "reason": reason, "ticket": ticket, "expires": expires });
    value.as_object_mut().map(|object| object.insert("waiver".to_owned(), by));
    value
}

/// Lists the findings, and after them the older ones that do not count.
fn findings(report: &Report) -> Vec<Value> {
    let older: HashSet<&Finding> = report.older.iter().collect();
    let tagged = |one: &Finding| {
        let mut value = finding(one);
        if let Some(object) = value.as_object_mut().filter(|_| older.contains(one)) {
            object.insert("old".to_owned(), json!(true));
        }
        value
    };
    report.findings.iter().chain(report.set_aside()).map(tagged).collect()
}

fn finding(finding: &Finding) -> Value {
    let mut value = json!({
        "code": finding.code,
        "severity": finding.severity(),
        "message": finding.message,
    });
    let mut set = |key: &str, entry: Value| value.as_object_mut().map(|object| object.insert(key.to_owned(), entry));
    for (key, entry) in place(&finding.origin) {
        set(key, entry);
    }
    if let Some(help) = &finding.help {
        set("help", json!(help));
    }
    if let Some(edit) = &finding.edit {
        let mut fix: serde_json::Map<String, Value> =
            stretch(edit.span).into_iter().map(|(key, entry)| (key.to_owned(), entry)).collect();
        fix.insert("text".to_owned(), json!(edit.text));
        set("fix", Value::Object(fix));
    }
    if let Some((origin, label)) = &finding.related {
        let mut related: serde_json::Map<String, Value> =
            place(origin).into_iter().map(|(key, entry)| (key.to_owned(), entry)).collect();
        related.insert("label".to_owned(), json!(label));
        set("related", Value::Object(related));
    }
    value
}

fn place(origin: &Origin) -> Vec<(&'static str, Value)> {
    let place = [("path", json!(&*origin.path))].into_iter();
    place.chain(origin.span.into_iter().flat_map(stretch)).collect()
}

fn stretch(span: Span) -> [(&'static str, Value); 4] {
    [
        ("line", json!(span.line)),
        ("column", json!(span.column)),
        ("endLine", json!(span.end_line)),
        ("endColumn", json!(span.end_column)),
    ]
}

/// Renders a plan: all of it, with both hashes whole.
pub fn plan(plan: &Plan, destination: &Destination, uncommitted: usize) -> Value {
    json!({
        "version": VERSION,
        "store": destination.store,
        "applied": destination.applied,
        "uncommitted": uncommitted,
        "inSync": plan.is_in_sync(),
        "counts": plan.counts(),
        "plan": plan,
    })
}
