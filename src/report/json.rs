//! Reports and plans as JSON: a version, then the same facts as the text.

use std::collections::HashSet;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Value, json};

use super::escape;
use super::plan::Destination;
use crate::model::code::Severity;
use crate::model::credential;
use crate::model::finding::Finding;
use crate::model::grant::AccessChange;
use crate::model::origin::{Origin, Span};
use crate::model::plan::{Counts as Sums, Plan};
use crate::model::report::Report;
use crate::model::snapshot::Revision;
use crate::model::waived::Waived;
use crate::model::work::Work;

/// The version of the shape of every JSON that Charter prints.
pub const VERSION: u32 = 1;

/// Writes a value on lines, with a newline at the end, and what a terminal would act on escaped.
pub fn pretty(value: &Value) -> String {
    escape::json(&format!("{value:#}\n"))
}

/// Writes a value with specs as they stand in a store like [`pretty`], and without credentials.
///
/// Somebody may have written anything there by hand.
pub fn without_credentials(value: &Value) -> String {
    pretty(&credential::spec::redacted(value))
}

/// What `charter validate -o json` prints. Fields may be added in one version.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Report")]
struct Checked<'a> {
    /// The version of this shape.
    #[schemars(extend("const" = VERSION))]
    version: u32,
    /// Whether nothing refuses the change; the program ends with 0 then, else with 1.
    valid: bool,
    /// Whether some of what is declared could not be read, so that rules were not asked about all: they may find more.
    partial: bool,
    /// The commit that was checked, or that lies below the working tree; null for a plain directory.
    revision: Option<&'a Revision>,
    /// How many files differ from the commit.
    uncommitted: usize,
    counts: Counts,
    work: &'a Work,
    /// Sorted by place.
    findings: Vec<Found<'a>>,
    /// Findings that pass, and by what.
    waived: Vec<Passed<'a>>,
    /// What was mended, with `--fix`.
    fixed: Vec<Found<'a>>,
}

/// A finding that passes.
#[derive(Debug, Serialize, JsonSchema)]
struct Passed<'a> {
    #[serde(flatten)]
    finding: Found<'a>,
    waiver: By<'a>,
}

/// What lets a finding pass.
#[derive(Debug, Serialize, JsonSchema)]
struct By<'a> {
    /// The Waiver, as `Kind/team/name`.
    resource: String,
    reason: &'a str,
    ticket: Option<&'a str>,
    /// The last day, or the instant at which it ends.
    expires: String,
}

/// How much there is of what.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Counts {
    errors: usize,
    warnings: usize,
    /// Findings that pass.
    waived: usize,
    /// Findings that stood before and do not count, with `--since`.
    older: usize,
    /// Files that hold manifests.
    files: usize,
    /// Files that hold none.
    left_alone: usize,
    /// Resources that are declared.
    resources: usize,
}

/// Something wrong or doubtful.
#[derive(Debug, Serialize, JsonSchema)]
struct Found<'a> {
    /// What sort of mistake it is: `charter explain CODE` says more.
    code: &'a str,
    severity: Severity,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    /// What to write instead, where that needs no decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Fix<'a>>,
    /// Another place that belongs to the matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    related: Option<Related<'a>>,
    /// The policy that says so, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Ruled<'a>>,
    /// Whether it stood before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    old: bool,
}

/// The policy that a finding is from.
#[derive(Debug, Serialize, JsonSchema)]
struct Ruled<'a> {
    name: &'a str,
    /// The code of the page that explains such findings.
    page: &'static str,
    /// Under which rules it stands: those that stood before the change, those that it brings, or both.
    rules: &'static str,
}

/// A stretch of a file and what to write there.
#[derive(Debug, Serialize, JsonSchema)]
struct Fix<'a> {
    #[serde(flatten)]
    place: Stretch,
    text: &'a str,
}

/// Another place, and what to say of it.
#[derive(Debug, Serialize, JsonSchema)]
struct Related<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    label: &'a str,
}

/// A place: lines and columns count from 1, columns in characters; the end is exclusive.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    /// The file, from the root of the repository; empty where no file in particular is meant.
    path: &'a str,
    #[serde(flatten)]
    stretch: Stretch,
}

/// A stretch of a file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Stretch {
    /// None of the numbers is there where a file as a whole is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

/// Renders a report.
pub fn report(report: &Report) -> Value {
    let older: HashSet<&Finding> = report.older.iter().collect();
    let shown = report.findings.iter().chain(report.set_aside());
    json!(Checked {
        version: VERSION,
        valid: report.is_valid(),
        partial: report.is_partial,
        revision: report.revision.as_ref(),
        uncommitted: report.uncommitted,
        counts: Counts {
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            waived: report.waived.len(),
            older: report.set_aside().len(),
            files: report.read.files,
            left_alone: report.read.left_alone,
            resources: report.resources,
        },
        work: &report.work,
        findings: shown.map(|one| Found { old: older.contains(one), ..found(one) }).collect(),
        waived: report.waived.iter().map(|one| Passed { finding: found(&one.finding), waiver: by(one) }).collect(),
        fixed: report.fixed.iter().map(found).collect(),
    })
}

/// Returns the JSON Schema (draft-07) of a report.
pub fn report_schema() -> Value {
    schema_of::<Checked<'static>>()
}

/// Returns the JSON Schema (draft-07) of a plan.
pub fn plan_schema() -> Value {
    schema_of::<Planned<'static>>()
}

fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().for_serialize().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    let mut rest = schema.as_object().cloned().unwrap_or_default();
    let first = ["$schema", "title", "description"].map(|key| rest.shift_remove_entry(key));
    Value::Object(first.into_iter().flatten().chain(rest).collect())
}

fn by(waived: &Waived) -> By<'_> {
    let Waived { waiver, reason, ticket, expires, .. } = waived;
    By { resource: waiver.to_string(), reason, ticket: ticket.as_deref(), expires: expires.to_string() }
}

fn found(finding: &Finding) -> Found<'_> {
    Found {
        code: finding.shown_code(),
        severity: finding.severity(),
        message: &finding.message,
        place: place(&finding.origin),
        help: finding.help.as_deref(),
        fix: finding.edit.as_ref().map(|edit| Fix { place: stretch(Some(edit.span)), text: &edit.text }),
        related: finding.related.as_ref().map(|(origin, label)| Related { place: place(origin), label }),
        policy: finding.control.as_ref().map(|control| Ruled {
            name: control.policy.as_str(),
            page: finding.code.as_str(),
            rules: control.rules.as_str(),
        }),
        old: false,
    }
}

fn place(origin: &Origin) -> Place<'_> {
    Place { path: &origin.path, stretch: stretch(origin.span) }
}

fn stretch(span: Option<Span>) -> Stretch {
    Stretch {
        line: span.map(|span| span.line),
        column: span.map(|span| span.column),
        end_line: span.map(|span| span.end_line),
        end_column: span.map(|span| span.end_column),
    }
}

/// What `charter plan -o json` prints. Fields may be added in one version.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Plan")]
struct Planned<'a> {
    /// The version of this shape.
    #[schemars(extend("const" = VERSION))]
    version: u32,
    /// Where the plan would land.
    store: &'a str,
    /// The last revision that landed, as people name it.
    applied: Option<&'a str>,
    /// How many files differ from the commit.
    uncommitted: usize,
    /// Whether live is as desired.
    in_sync: bool,
    counts: Sums,
    /// Who gains and loses what, where something was applied before.
    access: &'a AccessChange,
    plan: &'a Plan,
}

/// Renders a plan: all of it, with both hashes whole.
pub fn plan(plan: &Plan, destination: &Destination, uncommitted: usize) -> Value {
    json!(Planned {
        version: VERSION,
        store: &destination.store,
        applied: destination.applied.as_deref(),
        uncommitted,
        in_sync: plan.is_in_sync(),
        counts: plan.counts(),
        access: &plan.access,
        plan,
    })
}
