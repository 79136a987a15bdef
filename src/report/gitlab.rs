//! A report as GitLab's Code Quality JSON, for the widget of a merge request.

use serde_json::{Value, json};

use super::{escape, fingerprint};
use crate::model::code::Severity;
use crate::model::report::Report;

/// Renders the findings of a report.
pub fn issues(report: &Report) -> Value {
    let found = report.findings.iter().zip(fingerprint::all(&report.findings, &report.excerpts));
    let issue = found.map(|(finding, fingerprint)| {
        let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        json!({
            "description": escape::line(&format!("{}{help}", finding.message)),
            "check_name": finding.shown_code(),
            "fingerprint": fingerprint,
            "severity": severity(finding.severity()),
            "location": {
                "path": finding.origin.file_or_root(),
                "lines": { "begin": finding.origin.span.map_or(1, |span| span.line) },
            },
        })
    });
    issue.collect()
}

/// Names a severity in GitLab's words: info, minor, major, critical, blocker.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
    }
}
