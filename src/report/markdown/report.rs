//! A report as Markdown.

use super::{code, fence, fitted, sentence};
use crate::model::finding::Finding;
use crate::model::report::Report;
use crate::report::{check, counted};

/// Renders a report, errors first, as many findings as fit into `limit` bytes; nothing if not even its heading does.
pub fn report(report: &Report, limit: usize) -> String {
    let verdict = if report.is_valid() { "Valid" } else { "Not valid" };
    let (files, resources) = (counted(report.read.files, "file"), counted(report.resources, "resource"));
    let new = match report.of_new_rules() {
        0 => String::new(),
        new => format!("\nUnder the new rules: {}\n", counted(new, "finding")),
    };
    let partial = if report.is_partial { format!("\nNote: {}.\n", sentence(check::PARTIAL)) } else { String::new() };
    let heading = format!(
        "<!-- charter validate -->\n### {verdict}: {}\n\n{}, {files}, {resources}\n",
        check::counts(report),
        code(&report.label()),
    ) + &partial
        + &new;
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| finding.severity());
    let waived = report.waived.iter().map(|one| format!("\n{}\n", code(&check::waived(one))));
    let blocks: Vec<String> = findings.iter().map(|finding| block(finding, report)).chain(waived).collect();
    let others = |count| format!("\n{}: `charter validate` shows all.\n", counted(count, "more finding"));
    fitted(&heading, &blocks, limit, others)
}

fn block(finding: &Finding, report: &Report) -> String {
    let title =
        format!("\n**{}** `{}`: {}\n", finding.severity().as_str(), finding.shown_code(), sentence(&finding.message));
    let rendered = check::finding(finding, &report.excerpts);
    // The first line is the title.
    match rendered.split_once('\n') {
        Some((_, excerpt)) => format!("{title}\n{}", fence("text", excerpt)),
        None => title,
    }
}
