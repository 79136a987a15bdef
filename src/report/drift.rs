//! Records of drift as text.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::fields::{compare, differing};
use super::plan::ago;
use super::{counted, escape, table};
use crate::model::canonical::Canonical;
use crate::model::drift::{Class, Record};

/// Renders records as seen at one moment: a table, what differs in each, and one line that sums up.
pub fn text(records: &[Record], now: Timestamp) -> String {
    if records.is_empty() {
        return "no drift: live is as it was applied\n".to_owned();
    }
    let heading = ["ID", "RESOURCE", "CLASS", "FIRST SEEN", "LAST SEEN", "TIMES", "STATE"].map(str::to_owned).to_vec();
    let rows = std::iter::once(heading).chain(records.iter().map(|record| row(record, now)));
    let details: String = records.iter().map(detail).collect();
    let open: Vec<&Record> = records.iter().filter(|record| record.is_open()).collect();
    let next = match (open.iter().any(|it| it.class != Class::Unmanaged), open.is_empty()) {
        (true, _) => "        charter apply puts back what is managed",
        (false, false) => "        charter apply --prune deletes what is declared nowhere",
        (false, true) => "",
    };
    format!(
        "{}\n{details}{} open of {}{next}\n",
        table::aligned(&rows.collect::<Vec<_>>()),
        open.len(),
        counted(records.len(), "record")
    )
}

fn row(record: &Record, now: Timestamp) -> Vec<String> {
    let age = |then: Timestamp| ago(now.duration_since(then));
    vec![
        id(record),
        record.resource.to_string(),
        record.class.to_string(),
        age(record.first_seen),
        age(record.last_seen),
        record.occurrences.to_string(),
        record.state().to_owned(),
    ]
}

fn id(record: &Record) -> String {
    if record.id.is_empty() { "not recorded yet".to_owned() } else { escape::line(&record.id) }
}

/// Shows who wrote a resource when, where that is a fight, and the fields that somebody changed.
fn detail(record: &Record) -> String {
    let (fight, fields) = (fight(record), changes(record));
    if fight.is_empty() && fields.is_empty() {
        return String::new();
    }
    format!("  {}  {}\n{fight}{fields}", id(record), escape::line(&record.resource.to_string()))
}

/// Says when both writers of a fight last wrote.
fn fight(record: &Record) -> String {
    if !record.flapping || !record.is_open() {
        return String::new();
    }
    let when = |at: Option<&Timestamp>| {
        at.map_or_else(|| "at an unknown time".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
    };
    let (ours, theirs) = (when(record.healed_at.last()), when(record.written_at.as_ref()));
    let (did, next) = match record.class {
        Class::Unmanaged => ("deleted", "charter apply --prune, or until it goes"),
        Class::Modified | Class::Missing => ("wrote", "charter apply, or a commit"),
    };
    format!("    a fight: Charter last {did} it {ours}, somebody else wrote it {theirs}; left until {next}\n")
}

/// A field that somebody changed; one that is not there is null.
#[derive(Debug, Serialize)]
pub struct Field {
    pub field: String,
    pub desired: Value,
    pub actual: Value,
}

/// Lists the fields that differ between what was applied and what is or was live, without what looks like a credential.
pub fn fields(record: &Record) -> Vec<Field> {
    let [desired, actual] = sides(record);
    let field = |(field, [desired, actual]): (String, [Value; 2])| Field { field, desired, actual };
    differing(&desired, &actual).into_iter().map(field).collect()
}

/// Returns what was applied and what is live, without fields where a row is none.
fn sides(record: &Record) -> [Value; 2] {
    [&record.desired, &record.actual].map(|side| side.as_ref().map_or_else(|| json!({}), Canonical::value))
}

/// Shows the fields that somebody changed, from what was applied to what is or was live.
fn changes(record: &Record) -> String {
    if record.class == Class::Missing {
        return String::new();
    }
    let [desired, actual] = sides(record);
    let (differences, _) = compare(&desired, &actual);
    differences.iter().map(|difference| format!("    {}  {}\n", difference.field, difference.change)).collect()
}
