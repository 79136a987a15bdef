//! Bytes to manifests and findings. Pure: a file in, its manifests out, whatever is in the file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::model::code::Code;
use crate::model::credential;
use crate::model::excerpt::Excerpts;
use crate::model::finding::Finding;
use crate::model::manifest::Parsed;
use crate::model::origin::{Origin, Span};
use crate::model::snapshot::{Snapshot, SourceFile};

mod adapt;
mod blocks;
mod broken;
mod characters;
mod classify;
mod directive;
mod document;
mod inline;
mod json;
mod lines;
mod lower;
pub mod mend;
mod node;
pub mod rego;
mod roles;
mod salvage;
pub mod schema;
pub mod secret;
mod settings;
mod shape;
mod trail;
mod value;
mod written;
mod yaml;

pub use settings::Settings;

/// Reads files below the governed path, side by side, with the schema of the settings.
///
/// What comes of them is in their order.
/// Of those that were read ahead, by [`file()`], `ahead` knows what came of them.
pub fn parse(
    files: &[&SourceFile],
    ahead: Vec<Option<Box<Parsed>>>,
    settings: &Settings,
    governed: &str,
) -> Vec<Box<Parsed>> {
    let parsed = files.par_iter().zip(ahead).map(|(one, ahead)| ahead.unwrap_or_else(|| Box::new(file(one, governed))));
    parsed.update(|parsed| settings.judge(parsed)).collect()
}

/// Reads one file without the schema of the settings: a file is foreign when all of its documents are.
pub fn file(file: &SourceFile, governed: &str) -> Parsed {
    if rego::is_rego(&file.path) {
        return rego::read(file, governed);
    }
    let text = match text(file) {
        Ok(text) => text,
        Err(outcome) => return *outcome,
    };
    let is_hinted = credential::may_be_in(text);
    let mut all = Parsed::foreign();
    for (index, document) in yaml::read(text, is_json(file)).into_iter().enumerate() {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        all.absorb(read_document(file, text, is_hinted, index, document));
    }
    if !all.foreign {
        let is_read = all.findings.iter().all(|finding| finding.code != Code::Syntax);
        let mut problems = characters::refused(text);
        problems.extend(directive::refused(text));
        problems.extend(is_read.then(|| adapt::refused(text)).flatten());
        problems.extend((is_read && is_json(file)).then(|| json::refused(&file.bytes)).flatten());
        all.findings.extend(unreadable(file, 0, &problems).findings);
    }
    all
}

/// Reads a document, or reports why it cannot be read if it was meant as a manifest.
fn read_document(file: &SourceFile, text: &str, is_hinted: bool, index: u32, document: yaml::Document<'_>) -> Parsed {
    let mut problems = document.problems;
    let Some(root) = document.root else {
        if !must_be_read(file, text) {
            return Parsed::foreign();
        }
        let is_broken = is_json(file) && problems.iter().any(is_syntax);
        if let Some(problem) = is_broken.then(|| json::refused(&file.bytes)).flatten() {
            problems = vec![problem];
        }
        return Parsed { mentioned: words(text), ..unreadable(file, index, &problems) };
    };
    let mut outcome = document::read(&file.path, index, is_hinted, root);
    if !outcome.foreign && !problems.is_empty() {
        // What the schema says of a document that was not wholly read would be about what was left out; of a key that
        // stands twice, the first was read.
        let is_readable = problems.iter().all(|problem| problem.code == Code::DuplicateKey);
        outcome.findings.retain(|finding| is_readable || finding.code == Code::SecretInManifest);
        outcome.tear();
        outcome.findings.extend(unreadable(file, index, &problems).findings);
    }
    outcome
}

fn is_syntax(problem: &yaml::Problem) -> bool {
    problem.code == Code::Syntax
}

/// Lists the words of a text that may be names.
fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).map(str::to_owned).collect()
}

/// Says whether a file that cannot be read is a mistake: what is not read must not pass for deleted.
///
/// Somebody else's files are told by what they are: templates, and JSON with comments that does not speak of Charter.
fn must_be_read(file: &SourceFile, text: &str) -> bool {
    let is_template = || text.lines().any(|line| line.split_once("{{").is_some_and(|(_, rest)| rest.contains("}}")));
    classify::hints_at_manifest(text) || !(is_template() || is_json(file) && json::is_whole(text))
}

fn is_json(file: &SourceFile) -> bool {
    let path = file.path.as_bytes();
    path.len().checked_sub(5).and_then(|at| path.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(b".json"))
}

fn unreadable(file: &SourceFile, document: u32, problems: &[yaml::Problem]) -> Parsed {
    let at = |span: Span| Origin::at(&file.path, document, span);
    let finding = |problem: &yaml::Problem| {
        let message = credential::scrub(&problem.message);
        let found = Finding::new(problem.code, at(problem.span), message).help(problem.help);
        match problem.related {
            Some((span, label)) => found.related(at(span), label),
            None => found,
        }
    };
    Parsed { findings: problems.iter().map(finding).collect(), ..Parsed::default() }
}

/// How the file begins that Git LFS keeps in the place of another.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Returns the file's text: UTF-8, with or without a byte order mark, and without NUL.
fn text(file: &SourceFile) -> Result<&str, Box<Parsed>> {
    let refuse = |code: Code, message: String, help: &str| {
        let finding = Finding::new(code, Origin::file(file.path.clone()), message).help(help);
        Box::new(Parsed { findings: vec![finding], ..Parsed::default() })
    };
    if file.bytes.starts_with(LFS_POINTER) {
        let message = "the file is kept in Git LFS, and only its pointer is here".to_owned();
        return Err(refuse(
            Code::NotFetched,
            message,
            "keep it in git itself: `git lfs untrack`, then commit it again",
        ));
    }
    let text = match std::str::from_utf8(&file.bytes) {
        _ if is_utf16(&file.bytes) => Err("the file is UTF-16".to_owned()),
        Ok(text) if text.contains('\0') => Err("the file holds NUL bytes: it is binary".to_owned()),
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let line = file.bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
            Err(format!("line {line} is not UTF-8"))
        }
    };
    match text {
        Ok(text) => Ok(text),
        Err(_) if is_unreadable_template(file) => Err(Box::new(Parsed::foreign())),
        Err(message) => Err(refuse(Code::InvalidEncoding, message, "save the file as UTF-8")),
    }
}

/// Says whether bytes are UTF-16: by their mark, or by the empty half of an ASCII character.
fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=0xff, ..] | [1..=0xff, 0, 1..=0xff, 0, ..])
}

fn is_unreadable_template(file: &SourceFile) -> bool {
    let readable = String::from_utf8_lossy(&file.bytes).replace(['\0', '\u{fffd}'], "");
    !is_json(file) && !must_be_read(file, &readable)
}

/// Turns the pointers of findings into places, reading each file that has one once more.
pub fn locate<'a>(snapshot: &Snapshot, findings: impl IntoIterator<Item = &'a mut Finding>) {
    place(
        snapshot,
        findings.into_iter().flat_map(|finding| {
            std::iter::once(&mut finding.origin).chain(finding.related.as_mut().map(|related| &mut related.0))
        }),
    );
}

/// Turns pointers into places, reading each file that has one once more.
pub fn place<'a>(snapshot: &Snapshot, origins: impl Iterator<Item = &'a mut Origin>) {
    let mut waiting: BTreeMap<Arc<str>, Vec<&mut Origin>> = BTreeMap::new();
    for origin in origins.filter(|origin| origin.span.is_none() && !rego::is_rego(&origin.path)) {
        waiting.entry(origin.path.clone()).or_default().push(origin);
    }
    for (path, origins) in waiting {
        let Some((text, is_json)) = snapshot.file(&path).and_then(|file| Some((text(file).ok()?, is_json(file))))
        else {
            continue;
        };
        let documents = yaml::read(text, is_json);
        for origin in origins {
            let root = documents.get(origin.document as usize).and_then(|document| document.root.as_ref());
            origin.span = root.and_then(|root| nearest(root, origin));
        }
    }
}

/// Finds the place of a node, or of the nearest node above it that is written: defaults stand nowhere.
fn nearest(root: &node::Node<'_>, origin: &Origin) -> Option<Span> {
    let mut pointer = origin.pointer.as_str();
    loop {
        if let Some(span) = root.locate(pointer, origin.part) {
            return Some(span);
        }
        pointer = pointer.rsplit_once('/')?.0;
    }
}

/// Cuts out the lines that findings point at and those between two places of one finding, without credentials.
pub fn excerpts(snapshot: &Snapshot, findings: &[Finding]) -> Excerpts {
    let mut wanted: BTreeMap<&Arc<str>, BTreeSet<u32>> = BTreeMap::new();
    for finding in findings {
        let related = finding.related.as_ref().map(|(origin, _)| origin);
        for origin in std::iter::once(&finding.origin).chain(related) {
            wanted
                .entry(&origin.path)
                .or_default()
                .extend(origin.span.iter().flat_map(|span| [span.line, span.end_line]));
        }
        if let Some((from, to)) = between(finding) {
            wanted.entry(&finding.origin.path).or_default().extend(from..=to);
        }
    }
    let mut excerpts = Excerpts::default();
    for (path, lines) in wanted {
        let Some((text, is_json)) = snapshot.file(path).and_then(|file| Some((text(file).ok()?, is_json(file)))) else {
            continue;
        };
        let taken = if rego::is_rego(path) { Vec::new() } else { credentials(text, is_json) };
        let shown = text.lines().zip(secret::redacted_lines(text, &taken));
        for (number, (written, shown)) in (1..).zip(shown).filter(|(number, _)| lines.contains(number)) {
            excerpts.add(path, number, written, shown);
        }
    }
    excerpts
}

/// Finds what looks like a credential in the documents of a file.
fn credentials(text: &str, is_json: bool) -> Vec<secret::Taken> {
    let is_hinted = credential::may_be_in(text);
    let roots = yaml::read(text, is_json).into_iter().filter_map(|document| document.root);
    roots.flat_map(|mut root| secret::take(&mut root, is_hinted)).collect()
}

/// Returns the lines from one place of a finding to the other, where both are near in one file.
fn between(finding: &Finding) -> Option<(u32, u32)> {
    const NEAR: u32 = 12;
    let (related, _) = finding.related.as_ref().filter(|(related, _)| related.path == finding.origin.path)?;
    let (a, b) = (finding.origin.span?.line, related.span?.line);
    (a.abs_diff(b) <= NEAR).then(|| (a.min(b), a.max(b)))
}
