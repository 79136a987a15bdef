//! A report as workflow commands of GitHub Actions, which become annotations.

use super::{counted, escape};
use crate::model::code::Severity;
use crate::model::finding::Finding;
use crate::model::origin::Origin;
use crate::model::report::Report;

/// How many annotations of a severity GitHub shows of a step.
const SHOWN: usize = 10;

/// Renders the worst findings of a report, one command a line, with a last one that counts the others.
pub fn commands(report: &Report) -> String {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| finding.severity());
    let single = if findings.len() > SHOWN { SHOWN - 1 } else { findings.len() };
    let (worst, others) = findings.split_at_checked(single).unwrap_or_default();
    let last = others.first().map(|worst| last(worst.severity(), others)).unwrap_or_default();
    worst.iter().map(|finding| annotation(finding)).chain([last]).collect()
}

fn annotation(finding: &Finding) -> String {
    let properties: Vec<String> = place(&finding.origin)
        .into_iter()
        .chain([("title", finding.shown_code().to_owned())])
        .map(|(key, value)| format!("{key}={}", property(&value)))
        .collect();
    let help = finding.help.as_ref().map(|help| format!("help: {help}"));
    let related = finding.related.as_ref().map(|(origin, label)| format!("{label}: {origin}"));
    let lines = [Some(finding.message.clone()), related, help].into_iter().flatten();
    let message = lines.map(|line| data(&line)).collect::<Vec<_>>().join("%0A");
    format!("::{} {}::{message}\n", finding.severity().as_str(), properties.join(","))
}

/// Names a place; columns only where they are of one line, as GitHub wants it.
fn place(origin: &Origin) -> Vec<(&'static str, String)> {
    let mut place = Vec::new();
    if !origin.path.is_empty() {
        place.push(("file", origin.path.to_string()));
    }
    if let Some(span) = origin.span {
        place.extend([("line", span.line.to_string()), ("endLine", span.end_line.to_string())]);
        if span.line == span.end_line {
            place.extend([("col", span.column.to_string()), ("endColumn", span.end_column.to_string())]);
        }
    }
    place
}

fn last(severity: Severity, others: &[&Finding]) -> String {
    let counts: Vec<String> = [Severity::Error, Severity::Warning]
        .iter()
        .map(|severity| (severity, others.iter().filter(|other| other.severity() == *severity).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| counted(count, severity.as_str()))
        .collect();
    let counts = counts.join(" and ");
    format!("::{} title=and more::{counts} more: charter validate shows all\n", severity.as_str())
}

/// Escapes what ends a message, as GitHub's toolkit does.
fn data(text: &str) -> String {
    escape::line(text).replace('%', "%25")
}

/// Escapes what ends the value of a property, as GitHub's toolkit does.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
