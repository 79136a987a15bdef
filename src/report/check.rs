//! A report as text, in rustc's shape.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin as Place, Renderer, Snippet};

use super::window::Window;
use super::{counted, escape};
use crate::model::code::Severity;
use crate::model::excerpt::Excerpts;
use crate::model::finding::{Finding, Rules};
use crate::model::origin::{Origin, Span};
use crate::model::report::Report;
use crate::model::waived::Waived;

/// Places of one file that are no further apart than this are shown in one excerpt.
const NEAR: u32 = 12;

/// What is said where rules were not asked about all that is declared.
pub const PARTIAL: &str =
    "rules were not asked about what could not be wholly read: once it is mended, they may find more";

/// Renders a report: every finding with its excerpt, then one line that sums up.
pub fn text(report: &Report, elapsed_ms: u128, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    for finding in &report.findings {
        out.push_str(&render(&renderer, finding, &report.excerpts));
        out.push_str("\n\n");
    }
    out.push_str(&asides(report));
    out.push_str(&summary(report, elapsed_ms));
    out
}

/// Renders one finding with its excerpt, without colour.
pub fn finding(finding: &Finding, excerpts: &Excerpts) -> String {
    render(&Renderer::plain().decor_style(DecorStyle::Ascii), finding, excerpts)
}

/// Counts what was found: `2 errors, 1 warning (denied)`.
pub fn counts(report: &Report) -> String {
    let [errors, warnings] = [Severity::Error, Severity::Warning].map(|severity| report.count(severity));
    let denied = if report.denies_warnings && warnings > 0 { " (denied)" } else { "" };
    let waived = if report.waived.is_empty() { String::new() } else { format!(", {} waived", report.waived.len()) };
    format!("{}, {}{denied}{waived}", counted(errors, "error"), counted(warnings, "warning"))
}

/// Says what was mended, what can be, and what does not count.
fn asides(report: &Report) -> String {
    let mut out: String = report.fixed.iter().map(|finding| format!("fixed {}\n", one_line(finding))).collect();
    let mendable = report.findings.iter().filter(|finding| finding.edit.is_some()).count();
    if mendable > 0 {
        out.push_str(&format!("{} can be fixed (charter validate --fix)\n", counted(mendable, "finding")));
    }
    if report.is_partial {
        out.push_str(&format!("{PARTIAL}\n"));
    }
    let new = report.of_new_rules();
    if new > 0 {
        out.push_str(&format!("under the new rules: {}\n", counted(new, "finding")));
    }
    let older = report.set_aside().len();
    if older > 0 {
        out.push_str(&format!("{} not shown (--all)\n", counted(older, "older finding")));
    }
    out
}

fn one_line(finding: &Finding) -> String {
    let Origin { path, span, .. } = &finding.origin;
    let place = span.map_or_else(String::new, |span| format!(":{}:{}", span.line, span.column));
    escape::line(&format!("{path}{place} {}: {}", finding.shown_code(), finding.message))
}

/// Writes a finding that passes and its waiver in one line.
pub fn waived(waived: &Waived) -> String {
    let Waived { finding, waiver, reason, ticket, expires } = waived;
    let ticket = ticket.as_ref().map_or_else(String::new, |ticket| format!(", {ticket}"));
    let by = escape::line(&format!("{waiver} until {expires}: {reason}{ticket}"));
    format!("waived {} ({by})", one_line(finding))
}

/// Writes the last line, which always has the same shape.
fn summary(report: &Report, elapsed_ms: u128) -> String {
    let counts = counts(report);
    let (files, resources) = (counted(report.read.files, "file"), counted(report.resources, "resource"));
    let others = match report.read.left_alone {
        0 => String::new(),
        others => format!("; {} left alone", counted(others, "other file")),
    };
    let about = format!("({}, {} ms)", report.label(), elapsed_ms);
    match report.findings.iter().min_by_key(|finding| finding.severity()) {
        Some(worst) => {
            format!("{counts} in {files}, {resources} {about}{others}        charter explain {}\n", worst.code)
        }
        None => format!("ok: {files}, {resources}, {counts} {about}{others}\n"),
    }
}

/// One excerpt: the lines of a file and the stretches of it that are marked.
struct Block {
    path: String,
    first_line: u32,
    text: String,
    marks: Vec<(Range<usize>, String, AnnotationKind)>,
    /// The true place, where lines are cut and their columns with them.
    cut: Option<Place<'static>>,
}

fn render(renderer: &Renderer, finding: &Finding, excerpts: &Excerpts) -> String {
    let level = if finding.severity() == Severity::Error { Level::ERROR } else { Level::WARNING };
    let mut group = Group::with_title(level.primary_title(escape::line(&finding.message)).id(finding.shown_code()));
    for block in blocks(finding, excerpts) {
        let annotations = block.marks.into_iter().map(|(range, label, kind)| annotation(range, label, kind));
        let mut path = Some(block.path);
        if let Some(place) = block.cut {
            group = group.element(place);
            path = None;
        }
        group = group.element(
            Snippet::source(block.text).line_start(block.first_line as usize).path(path).annotations(annotations),
        );
    }
    for origin in std::iter::once(&finding.origin).chain(finding.related.as_ref().map(|(origin, _)| origin)) {
        if mark(origin, excerpts).is_none() && !origin.path.is_empty() {
            group = group.element(place(origin));
        }
    }
    if let Some(help) = &finding.help {
        let by_itself = if finding.edit.is_some() { "   (charter validate --fix)" } else { "" };
        group = group.element(Level::HELP.message(format!("{}{by_itself}", escape::line(help))));
    }
    if let Some(note) = under(finding) {
        group = group.element(Level::NOTE.message(note));
    }
    renderer.render(&[group]).to_string()
}

/// Says under which rules a policy's finding stands, where those before a change and those after it differ.
fn under(finding: &Finding) -> Option<&'static str> {
    match finding.control.as_ref()?.rules {
        Rules::Both => None,
        Rules::New => Some("under the new rules: those that stood before do not find it"),
        Rules::Before => Some("under the rules that stood before: what a change loosens counts from the next one on"),
    }
}

fn annotation(range: Range<usize>, label: String, kind: AnnotationKind) -> Annotation<'static> {
    let annotation = kind.span(range);
    if label.is_empty() { annotation } else { annotation.label(label) }
}

fn place(origin: &Origin) -> Place<'static> {
    let place = Place::path(escape::line(&origin.path));
    match origin.span {
        Some(span) => place.line(span.line as usize).char_column(span.column as usize),
        None => place,
    }
}

/// Returns the span of an origin whose lines can be shown.
fn mark(origin: &Origin, excerpts: &Excerpts) -> Option<Span> {
    origin.span.filter(|span| excerpts.lines(&origin.path, span.line, span.line).is_some())
}

/// Cuts the excerpts of a finding: one where both places are near one another, else one for each.
fn blocks(finding: &Finding, excerpts: &Excerpts) -> Vec<Block> {
    let primary = mark(&finding.origin, excerpts)
        .map(|span| (&finding.origin, span, finding.label.as_str(), AnnotationKind::Primary));
    let related = finding
        .related
        .as_ref()
        .and_then(|(origin, label)| Some((origin, mark(origin, excerpts)?, label.as_str(), AnnotationKind::Context)));
    match (primary, related) {
        (Some(a), Some(b)) if a.0.path == b.0.path && a.1.line.abs_diff(b.1.line) <= NEAR => {
            block(&[a, b], excerpts).into_iter().collect()
        }
        (a, b) => a.into_iter().chain(b).filter_map(|one| block(&[one], excerpts)).collect(),
    }
}

type Marked<'a> = (&'a Origin, Span, &'a str, AnnotationKind);

fn block(marked: &[Marked<'_>], excerpts: &Excerpts) -> Option<Block> {
    let first_line = marked.iter().map(|(_, span, ..)| span.line).min()?;
    let last_line = marked.iter().map(|(_, span, ..)| span.line).max()?;
    let path = &marked.first()?.0.path;
    let whole = excerpts.lines(path, first_line, last_line)?;
    let windows: Vec<Window> =
        (first_line..).zip(&whole).map(|(number, line)| Window::of(line, column(number, marked))).collect();
    let lines: Vec<String> = whole.iter().zip(&windows).map(|(line, window)| escape::line(&window.cut(line))).collect();
    let starts: Vec<usize> = lines
        .iter()
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len() + 1;
            Some(start)
        })
        .collect();
    let marks = marked.iter().filter_map(|(_, span, label, kind)| {
        let index = (span.line - first_line) as usize;
        let range = bytes(lines.get(index)?, &windows.get(index)?.shift(span))?;
        let start = *starts.get(index)?;
        Some((start + range.start..start + range.end, escape::line(label), *kind))
    });
    let is_cut = windows.iter().any(|window| window.is_cut);
    let cut = marked.first().filter(|_| is_cut).map(|(origin, ..)| place(origin));
    Some(Block { path: escape::line(path), first_line, marks: marks.collect(), text: lines.join("\n"), cut })
}

/// Returns the first column that is marked in a line.
fn column(line: u32, marked: &[Marked<'_>]) -> Option<u32> {
    marked.iter().filter(|(_, span, ..)| span.line == line).map(|(_, span, ..)| span.column).min()
}

/// Turns the columns of a span into bytes of its first line, at least one character wide.
fn bytes(line: &str, span: &Span) -> Option<Range<usize>> {
    let end_column =
        if span.end_line > span.line { u32::MAX } else { span.end_column.max(span.column.saturating_add(1)) };
    let byte =
        |column: u32| line.char_indices().nth(column.saturating_sub(1) as usize).map_or(line.len(), |(index, _)| index);
    let start = byte(span.column);
    Some(start..byte(end_column).max(start))
}
