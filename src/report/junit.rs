//! A report as JUnit XML: a suite a file, a test case a finding, as Jenkins and GitLab show it.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report as Xml, TestCase, TestCaseStatus, TestSuite};

use super::{check, escape};
use crate::model::finding::Finding;
use crate::model::report::Report;
use crate::model::waived::Waived;

/// Renders a report.
///
/// What refuses the change has failed, what is waived was skipped, the rest has passed with something to say.
pub fn xml(report: &Report) -> String {
    let mut xml = Xml::new("charter validate");
    for findings in report.findings.chunk_by(|a, b| a.origin.path == b.origin.path) {
        xml.add_test_suite(suite(findings, report));
    }
    if !report.waived.is_empty() {
        xml.add_test_suite(waived(&report.waived));
    } else if report.findings.is_empty() {
        let mut suite = TestSuite::new("charter validate");
        suite.add_test_case(TestCase::new("no findings", TestCaseStatus::success()));
        xml.add_test_suite(suite);
    }
    // Writing to a text in memory does not fail.
    xml.to_string().unwrap_or_default()
}

/// The names of the cases of a suite.
///
/// Those of one name are one to those who show them, and the number of a line would not stay.
#[derive(Default)]
struct Names(BTreeMap<String, u32>);

impl Names {
    fn of(&mut self, finding: &Finding) -> String {
        let name = escape::line(&format!("{}: {}", finding.shown_code(), finding.message));
        let times = self.0.entry(name.clone()).or_default();
        *times += 1;
        if *times > 1 { format!("{name} ({times})") } else { name }
    }
}

/// Lists what passes by a waiver as skipped.
fn waived(waived: &[Waived]) -> TestSuite {
    let (mut suite, mut names) = (TestSuite::new("waived"), Names::default());
    suite.add_test_cases(waived.iter().map(|one| {
        let mut status = TestCaseStatus::skipped();
        status.set_type(one.finding.shown_code()).set_message(check::waived(one));
        TestCase::new(names.of(&one.finding), status)
    }));
    suite
}

fn suite(findings: &[Finding], report: &Report) -> TestSuite {
    let path = escape::line(findings.first().map_or(".", |finding| finding.origin.file_or_root()));
    let mut suite = TestSuite::new(&path);
    let mut names = Names::default();
    for finding in findings {
        let mut case = case(finding, &names.of(finding), report);
        case.set_classname(&path);
        suite.add_test_case(case);
    }
    suite
}

fn case(finding: &Finding, name: &str, report: &Report) -> TestCase {
    let shown = check::finding(finding, &report.excerpts);
    if !report.refuses(finding) {
        let mut case = TestCase::new(name, TestCaseStatus::success());
        case.set_system_out(shown);
        return case;
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(finding.shown_code()).set_message(escape::line(&finding.message)).set_description(shown);
    TestCase::new(name, status)
}
