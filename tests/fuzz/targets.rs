//! Entry functions for fuzzing: bytes to a parser, what it read to every renderer.
//!
//! Each panics where a law is broken, and says whether there was something to break. `tests/fuzz` runs them on a corpus and
//! on mutations of it; `fuzz/` has a target of cargo-fuzz for each.

use std::collections::BTreeMap;

use charter::drift::{self, Deeds};
use charter::model::admitted::Admitted;
use charter::model::applied::{Accepted, Applied};
use charter::model::canonical::Canonical;
use charter::model::credential;
use charter::model::drift::Record;
use charter::model::expiry::Expiry;
use charter::model::id::ResourceId;
use charter::model::live::Live;
use charter::model::money::Amount;
use charter::model::name::{Name, suggest};
use charter::model::period::Period;
use charter::model::permission::Permission;
use charter::model::plan::Plan;
use charter::model::raw_key::RawKey;
use charter::model::report::Report;
use charter::model::subject::Subject;
use charter::plan::{Options, plan as planned};
use charter::reconcile::{Checked, check};
use charter::report::plan::{Destination, Next};
use charter::report::{check as text, drift as records, github, gitlab, json, junit, markdown, plan as plans, sarif};
use charter::source::At;
use jiff::Timestamp;

use memory::Memory;

#[path = "../support/memory.rs"]
pub mod memory;

/// A target, and its name: that of its corpus.
pub type Target = (&'static str, fn(&[u8]) -> bool);

/// Every target.
pub const ALL: [Target; 7] = [
    ("yaml", yaml),
    ("json", json_manifest),
    ("settings", settings),
    ("words", words),
    ("changes", changes),
    ("stored", stored),
    ("plans", plan_file),
];

const ORGANISATION: &str = "\
apiVersion: charter/v1
kind: Organization
metadata: {name: acme}
spec: {currency: USD, timezone: UTC}
---
apiVersion: charter/v1
kind: Team
metadata: {name: web}
spec: {members: [\"user:ana\"], settings: {a: 1, b: [true, c]}}
";

fn now() -> Timestamp {
    Timestamp::from_second(1_795_348_800).unwrap()
}

fn checked(files: &[(&str, &[u8])]) -> Checked {
    let files = files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect();
    check(&Memory::of(vec![files]), &At::Revision(None), now()).unwrap()
}

/// Reads bytes as a YAML file beside an organisation.
pub fn yaml(bytes: &[u8]) -> bool {
    shown(&checked(&[("organization.yaml", ORGANISATION.as_bytes()), ("a.yaml", bytes)]).report)
}

/// Reads bytes as a JSON file beside an organisation.
pub fn json_manifest(bytes: &[u8]) -> bool {
    shown(&checked(&[("organization.yaml", ORGANISATION.as_bytes()), ("a.json", bytes)]).report)
}

/// Reads bytes as the schema of settings.
pub fn settings(bytes: &[u8]) -> bool {
    let checked = checked(&[("organization.yaml", ORGANISATION.as_bytes()), ("schemas/settings.schema.json", bytes)]);
    shown(&checked.report) || checked.admitted.is_some()
}

/// Renders a report in every format; says whether there is anything in it but the two resources of the organisation.
fn shown(report: &Report) -> bool {
    for finding in &report.findings {
        let is_placed =
            finding.origin.span.is_none_or(|span| span.line > 0 && span.column > 0 && span.line <= span.end_line);
        assert!(is_placed && !finding.message.is_empty(), "{finding:?}");
    }
    let values = [json::report(report), sarif::log(report), gitlab::issues(report)];
    values.iter().for_each(|value| harmless(&json::pretty(value)));
    harmless(&text::text(report, 0, false));
    harmless(&junit::xml(report));
    harmless(&github::commands(report));
    harmless(&markdown::report(report, markdown::COMMENT));
    !report.findings.is_empty() || report.resources > 2
}

/// Fails where a terminal or a reader would act on a character.
fn harmless(text: &str) {
    let is_direction = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_hidden = |c| matches!(c, '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{feff}');
    let active = text.chars().find(|c| (c.is_control() && *c != '\n') || is_direction(*c) || is_hidden(*c));
    assert!(active.is_none(), "{active:?} in {text:?}");
}

/// Reads bytes as each of the words of manifests; what is read is spelled as it was.
pub fn words(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let read = [
        again::<Name>(text, |name| name.to_string()),
        again::<Subject>(text, |subject| subject.to_string()),
        again::<Permission>(text, |permission| permission.to_string()),
        again::<Amount>(text, |amount| amount.to_string()),
        again::<Period>(text, |period| period.to_string()),
        again::<Expiry>(text, |expiry| expiry.to_string()),
        again::<ResourceId>(text, |id| id.to_string()),
        again::<RawKey>(text, |key| key.to_string()),
    ];
    assert!(suggest(text).is_none_or(|name| name.parse::<Name>().is_ok()), "{text:?}");
    let scrubbed = credential::scrub(text);
    assert_eq!(credential::scrub(&scrubbed), scrubbed, "{text:?}");
    read.contains(&true) || scrubbed != text
}

/// Reads a text; what comes of it reads as itself again.
fn again<T: std::str::FromStr + PartialEq>(text: &str, spell: impl Fn(&T) -> String) -> bool {
    let Ok(value) = text.parse::<T>() else { return false };
    let spelled = spell(&value);
    assert!(spelled.parse::<T>().is_ok_and(|again| again == value), "{text:?} is spelled {spelled:?}");
    true
}

/// What stands between the files before a change and those after it.
const BETWEEN: &[u8] = b"\n=====\n";

/// Plans the change from one file to another; in the place of one that is refused stands the organisation.
pub fn changes(bytes: &[u8]) -> bool {
    let at = bytes.windows(BETWEEN.len()).position(|window| window == BETWEEN);
    let Some((before, after)) = at.map(|at| (&bytes[..at], &bytes[at + BETWEEN.len()..])) else { return false };
    let admitted = |bytes: &[u8]| checked(&[("a.yaml", bytes)]).admitted.unwrap_or_else(organisation);
    let (before, after) = (admitted(before), admitted(after));
    let rows = rows(&before);
    let applied = Applied { rows: rows.clone(), ..Applied::default() };
    let live = Live { rows, foreign: BTreeMap::new() };
    let plan = planned(&after, &applied, &live, &Options::default());
    rendered(&plan).iter().for_each(|text| harmless(text));
    !plan.is_in_sync()
}

fn organisation() -> Admitted {
    checked(&[("a.yaml", ORGANISATION.as_bytes())]).admitted.unwrap()
}

fn rows(admitted: &Admitted) -> BTreeMap<ResourceId, Canonical> {
    admitted.desired().resources.iter().map(|manifest| (manifest.id.clone(), manifest.canonical.clone())).collect()
}

/// Renders a plan in every format; it survives being kept.
fn rendered(plan: &Plan) -> [String; 3] {
    let kept: Plan = serde_json::from_str(&serde_json::to_string(plan).unwrap()).unwrap();
    assert_eq!(kept, *plan);
    let (store, next) = ("sqlite:charter.db".to_owned(), Next::Commit);
    let destination = Destination { store, applied: None, found: None, next };
    [
        plans::text(plan, &destination, 0, now()),
        markdown::plan(plan, &destination, 0, now()),
        json::pretty(&json::plan(plan, &destination, 0)),
    ]
}

/// Takes bytes for live rows that somebody wrote by hand: a key and a spec on each line, with a tab between them.
pub fn stored(bytes: &[u8]) -> bool {
    let admitted = organisation();
    let desired = admitted.desired();
    let (organization, lineage, revision) =
        (admitted.name().clone(), desired.lineage.clone(), desired.revision.clone());
    let accepted = Some(Accepted { organization, lineage, revision, at: now() });
    let applied = Applied { rows: rows(&admitted), accepted, ..Applied::default() };
    let mut live = Live { rows: rows(&admitted), foreign: BTreeMap::new() };
    for line in bytes.split(|byte| *byte == b'\n') {
        let (key, spec) = line.iter().position(|byte| *byte == b'\t').map_or((line, &b""[..]), |at| line.split_at(at));
        let spec = Canonical::stored(String::from_utf8_lossy(spec).trim_start_matches('\t'));
        match std::str::from_utf8(key).ok().and_then(|key| key.parse::<ResourceId>().ok()) {
            Some(id) => drop(live.rows.insert(id, spec)),
            None => drop(live.foreign.insert(RawKey([key.to_vec(), Vec::new(), Vec::new()]), spec)),
        }
    }
    for prune in [false, true] {
        let plan = planned(&admitted, &applied, &live, &Options { prune, ..Options::default() });
        rendered(&plan).iter().for_each(|text| harmless(text));
    }
    let found: Vec<Record> = drift::record(&[], &drift::observe(&applied, &live), &Deeds::default(), now());
    harmless(&records::text(&found, now()));
    !found.is_empty()
}

/// Reads bytes as a plan that somebody kept. The words of its guards are our own, and shown as they are.
pub fn plan_file(bytes: &[u8]) -> bool {
    let Ok(plan) = serde_json::from_slice::<Plan>(bytes) else { return false };
    rendered(&plan);
    true
}
