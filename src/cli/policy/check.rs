//! `charter policy check`: loads policies and says what is wrong with them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::files::{self, File};
use crate::cli::args::{Format, OutputArgs};
use crate::cli::{Context, Exit, Failure};
use crate::model::code::{Code, Severity};
use crate::model::finding::Finding;
use crate::model::name::Name;
use crate::model::snapshot::SourceFile;
use crate::parse;
use crate::policy;
use crate::policy::rego::{Loaded, Mistake};
use crate::report::counted;

const FORMATS: &[Format] = &[Format::Text, Format::Json];

/// Loads all policies of a directory, and says where one cannot be.
#[derive(Debug, clap::Args)]
#[command(mut_arg("output", |arg| arg.help("The format, text or json, with =FILE to write it to a file")), after_help = "\
Examples:
  charter policy check                   those in policies/
  charter policy check rules             those in another directory
  charter policy check -o json

Exit codes: 0 all load, 1 one does not")]
pub struct Args {
    /// The directory of the policies
    #[arg(default_value = "policies")]
    dir: String,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs the verb.
pub fn run(args: &Args, _context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(FORMATS)?;
    let mut files = files::read(&args.dir)?;
    files.retain(|file| !file.path.ends_with("_test.rego"));
    if files.is_empty() {
        return Err(Failure::No(format!("there is no policy in {}", args.dir)));
    }
    let mut mistakes = named(&mut files, &args.dir);
    let loaded = Loaded::of(files.iter().map(|file| (&file.name, file.text.as_str())));
    mistakes.extend(loaded.mistakes.iter().chain(&loaded.doubts).cloned());
    let is_ok = mistakes.iter().all(|mistake| mistake.code.severity() != Severity::Error);
    let rules = loaded.entries().len();
    output.emit(&[
        (Format::Text, &|| text(&files, &mistakes, is_ok.then_some(rules))),
        (Format::Json, &|| crate::report::json::pretty(&value(&files, &mistakes, is_ok))),
    ])?;
    Ok(if is_ok { Exit::Done } else { Exit::No })
}

/// Gives files the names that their paths give policies, and lists what is wrong with these and with the files as such.
fn named(files: &mut [File], directory: &str) -> Vec<Mistake> {
    let (mut known, mut mistakes) = (BTreeMap::<Name, String>::new(), Vec::new());
    for file in files {
        let path = Path::new(&file.path).strip_prefix(directory).unwrap_or(Path::new(&file.path));
        let source = SourceFile { path: path.to_string_lossy().into(), bytes: file.text.as_bytes().into() };
        let parsed = parse::rego::read(&source, "");
        let name = parsed.manifests.first().map(|manifest| manifest.id.name.clone());
        let twin = name.as_ref().and_then(|name| known.get(name)).cloned();
        if let Some(name) = name.clone().filter(|_| twin.is_none()) {
            known.insert(name.clone(), file.path.clone());
            file.name = name;
        }
        let whole = |code, message: String, help: String| Mistake::whole(&file.name, code, message).help(help);
        mistakes.extend(parsed.findings.into_iter().map(|finding| {
            let Finding { code, message, help, origin, .. } = finding;
            Mistake { policy: file.name.clone(), code, message, help, span: origin.span }
        }));
        mistakes.extend(name.iter().filter_map(|name| {
            let (message, help) = policy::taken(name)?;
            Some(whole(Code::PolicyInvalid, message, help.to_owned()))
        }));
        mistakes.extend(name.iter().zip(twin).map(|(name, twin)| {
            whole(Code::DuplicateId, format!("policy `{name}` is declared twice"), format!("the other is {twin}"))
        }));
    }
    mistakes
}

fn text(files: &[File], mistakes: &[Mistake], rules: Option<usize>) -> String {
    let lines: String = mistakes.iter().map(|mistake| files::line(files, mistake)).collect();
    let ok = |rules| format!("ok: {}, {}\n", counted(files.len(), "file"), counted(rules, "judged rule"));
    lines + &rules.map_or_else(String::new, ok)
}

fn value(files: &[File], mistakes: &[Mistake], is_ok: bool) -> Value {
    let one = |mistake: &Mistake| {
        json!({
            "severity": mistake.code.severity().as_str(),
            "code": mistake.code.as_str(),
            "path": files::path(files, &mistake.policy),
            "line": mistake.span.map(|span| span.line),
            "column": mistake.span.map(|span| span.column),
            "message": mistake.message,
            "help": mistake.help,
        })
    };
    let findings: Vec<Value> = mistakes.iter().map(one).collect();
    json!({ "version": crate::report::json::VERSION, "passed": is_ok, "findings": findings })
}
