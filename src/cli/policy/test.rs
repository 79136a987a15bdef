//! `charter policy test`: runs the rules `test_…`.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};

use super::files::{self, File};
use crate::cli::args::{Format, OutputArgs};
use crate::cli::{Context, Exit, Failure, print};
use crate::model::name::Name;
use crate::policy::library;
use crate::policy::rego::{self, Test};
use crate::report::{counted, escape};

const FORMATS: &[Format] = &[Format::Text, Format::Json, Format::Junit];

/// Runs the tests of policies: rules `test_…`, each on the interpreter and on the machine that judges.
#[derive(Debug, clap::Args)]
#[command(mut_arg("output", |arg| arg.help("The format, text, json or junit, with =FILE to write it to a file")), after_help = "\
Examples:
  charter policy test                    the tests in policies/
  charter policy test -v rules           each test, in another directory
  charter policy test --library          those of the built-in policies
  charter policy test -o junit=tests.xml

Exit codes: 0 all passed, 1 one failed or there is none")]
pub struct Args {
    /// The directory of the policies
    #[arg(default_value = "policies")]
    dir: String,
    /// Runs the tests of the built-in policies
    #[arg(long, conflicts_with = "dir")]
    library: bool,
    /// Runs the tests of this package alone; may be given several times
    #[arg(short, long, value_name = "PACKAGE")]
    namespace: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(FORMATS)?;
    let files = if args.library { built_in() } else { files::read(&args.dir)? };
    let texts: Vec<(Name, String)> = files.iter().map(|file| (file.name.clone(), file.text.clone())).collect();
    let tests = match rego::test(&texts, &args.namespace, &library::defaults()) {
        Ok(tests) => tests,
        Err(mistakes) => {
            print::data(&mistakes.iter().map(|mistake| files::line(&files, mistake)).collect::<String>())?;
            return Ok(Exit::No);
        }
    };
    if tests.is_empty() {
        let place = if args.library { "the library" } else { &args.dir };
        let packages = args.namespace.iter().map(|package| format!(" of package `{package}`")).collect::<Vec<_>>();
        let of = packages.join(" or");
        return Err(Failure::No(format!(
            "there is no test{of} in {place}: a test is a rule whose name begins with test_"
        )));
    }
    output.emit(&[
        (Format::Text, &|| text(&files, &tests, context.verbose)),
        (Format::Json, &|| crate::report::json::pretty(&value(&files, &tests))),
        (Format::Junit, &|| junit(&files, &tests)),
    ])?;
    Ok(if tests.iter().all(|test| test.failure.is_none()) { Exit::Done } else { Exit::No })
}

fn built_in() -> Vec<File> {
    let file = |(number, (path, text)): (usize, (String, &str))| {
        Some(File { name: format!("file-{number}").parse().ok()?, path, text: text.to_owned() })
    };
    library::files().into_iter().enumerate().filter_map(file).collect()
}

fn text(files: &[File], tests: &[Test], verbose: bool) -> String {
    let mut out = String::new();
    for test in tests.iter().filter(|test| verbose || test.failure.is_some()) {
        let word = if test.failure.is_some() { "FAIL" } else { "ok  " };
        let place = format!("{}:{}:{}", files::path(files, &test.module), test.line, test.column);
        out.push_str(&escape::line(&format!("{word} {} ({place})", test.name)));
        out.push('\n');
        let alone = test.alone.as_ref().map(|why| format!("on the interpreter alone: {why}"));
        out.extend(test.failure.clone().or(alone).map(|told| format!("     {}\n", escape::line(&told))));
    }
    let failed = tests.iter().filter(|test| test.failure.is_some()).count();
    let verdict = if failed == 0 { "ok".to_owned() } else { format!("{failed} failed") };
    let alone = tests.iter().filter(|test| test.alone.is_some()).count();
    let alone = if alone == 0 { String::new() } else { format!(", {alone} of them on the interpreter alone in part") };
    format!("{out}{verdict}: {}{alone}\n", counted(tests.len(), "test"))
}

fn value(files: &[File], tests: &[Test]) -> Value {
    let one = |test: &Test| {
        json!({
            "name": test.name,
            "path": files::path(files, &test.module),
            "line": test.line,
            "column": test.column,
            "passed": test.failure.is_none(),
            "failure": test.failure,
        })
    };
    let passed = tests.iter().all(|test| test.failure.is_none());
    json!({ "version": crate::report::json::VERSION, "passed": passed, "tests": tests.iter().map(one).collect::<Vec<_>>() })
}

fn junit(files: &[File], tests: &[Test]) -> String {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for test in tests {
        let path = files::path(files, &test.module);
        let status = test.failure.as_ref().map_or_else(TestCaseStatus::success, |failure| {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(escape::line(failure));
            status
        });
        let suite = suites.entry(path).or_insert_with(|| TestSuite::new(escape::line(path)));
        suite.add_test_case(TestCase::new(escape::line(&test.name), status));
    }
    let mut report = Report::new("charter policy test");
    report.add_test_suites(suites.into_values());
    // Writing to a text in memory does not fail.
    report.to_string().unwrap_or_default()
}
