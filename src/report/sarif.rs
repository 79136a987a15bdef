//! A report as SARIF 2.1.0 (OASIS Static Analysis Results Interchange Format), for code scanning.

use std::collections::BTreeSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{escape, fingerprint, page};
use crate::model::code::{Code, Severity};
use crate::model::excerpt::Excerpts;
use crate::model::finding::Finding;
use crate::model::origin::Origin;
use crate::model::report::Report;
use crate::model::waived::Waived;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What the relative paths of the results are relative to.
const ROOT: &str = "SRCROOT";

/// What is not escaped in a path: the unreserved characters of RFC 3986, and `/`.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Renders a report as a log of one run, with a rule for each code that was found. What waivers let pass is suppressed.
pub fn log(report: &Report) -> Value {
    let counted = report.findings.iter().map(|finding| (finding, None));
    let all: Vec<(&Finding, Option<&Waived>)> =
        counted.chain(report.waived.iter().map(|waived| (&waived.finding, Some(waived)))).collect();
    let codes: BTreeSet<(Code, &str)> = all.iter().map(|(one, _)| (one.code, one.shown_code())).collect();
    let codes: Vec<(Code, &str)> = codes.into_iter().collect();
    let fingerprints = fingerprint::all(all.iter().map(|(finding, _)| *finding), &report.excerpts);
    let results = all
        .iter()
        .zip(fingerprints)
        .map(|((finding, waived), fingerprint)| result(finding, *waived, &fingerprint, &codes, &report.excerpts));
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Charter",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|(code, shown)| rule(*code, shown)).collect::<Vec<_>>(),
            } },
            "invocations": [{ "executionSuccessful": true, "exitCode": i32::from(!report.is_valid()) }],
            "originalUriBaseIds": { ROOT: { "description": { "text": "The root of the governed repository." } } },
            "columnKind": "utf16CodeUnits",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn rule(code: Code, shown: &str) -> Value {
    json!({
        "id": shown,
        "shortDescription": { "text": page::summary(code) },
        "fullDescription": { "text": page::prose(code) },
        "help": { "text": page::prose(code), "markdown": page::body(code) },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn result(
    finding: &Finding,
    waived: Option<&Waived>,
    fingerprint: &str,
    codes: &[(Code, &str)],
    excerpts: &Excerpts,
) -> Value {
    let help = finding.help.as_ref().map(|help| format!(".\nhelp: {help}")).unwrap_or_default();
    let related = finding.related.iter().map(|(origin, label)| location(origin, Some(label), excerpts));
    json!({
        "ruleId": finding.shown_code(),
        "ruleIndex": codes.iter().position(|code| *code == (finding.code, finding.shown_code())),
        "level": level(finding.severity()),
        "message": { "text": format!("{}{}", text(&finding.message), text(&help)) },
        "locations": [location(&finding.origin, None, excerpts)],
        "relatedLocations": related.collect::<Vec<_>>(),
        "partialFingerprints": { "primaryLocationLineHash": fingerprint },
        "suppressions": waived.into_iter().map(suppression).collect::<Vec<_>>(),
    })
}

/// Says by what a finding passes: a manifest of the repository, which is not the place of the finding.
fn suppression(waived: &Waived) -> Value {
    let Waived { waiver, reason, expires, .. } = waived;
    let why = format!("{waiver} until {expires}: {}", text(reason));
    json!({ "kind": "external", "status": "accepted", "justification": why })
}

/// Writes untrusted text where a reader looks for links, `[text](target)`: it finds none.
fn text(text: &str) -> String {
    text.split('\n').map(escape::line).collect::<Vec<_>>().join("\n").replace("](", "\\](")
}

fn location(origin: &Origin, message: Option<&String>, excerpts: &Excerpts) -> Value {
    let uri = utf8_percent_encode(origin.file_or_root(), PATH).to_string();
    let file = json!({ "uri": uri, "uriBaseId": ROOT });
    let place = object([("artifactLocation", Some(file)), ("region", region(origin, excerpts))]);
    object([("physicalLocation", Some(place)), ("message", message.map(|message| json!({ "text": text(message) })))])
}

/// Writes a span; a column of a line that is not at hand is left out, which means the line's start or end.
fn region(origin: &Origin, excerpts: &Excerpts) -> Option<Value> {
    let span = origin.span?;
    let column = |line, column| excerpts.utf16_column(&origin.path, line, column).map(Value::from);
    Some(object([
        ("startLine", Some(span.line.into())),
        ("startColumn", column(span.line, span.column)),
        ("endLine", Some(span.end_line.into())),
        ("endColumn", column(span.end_line, span.end_column)),
    ]))
}

/// Makes an object of the entries that are there.
fn object<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let entries = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(entries.collect())
}
