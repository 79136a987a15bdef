//! Who may do what, as text and as AuthZEN responses.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{counted, escape, table};
use crate::model::grant::{AccessChange, Chain, Grant, Lack, Link, Miss, Moved, Step};
use crate::model::name::Name;
use crate::model::origin::Origin;
use crate::model::question::Question;
use crate::model::subject::Subject;

/// A way whose links are placed, as far as anybody knows where they are written.
#[derive(Debug)]
pub struct Shown {
    pub chain: Chain,
    /// One place a link.
    pub places: Vec<Option<Origin>>,
}

/// Why the answer is what it is.
#[derive(Debug)]
pub enum Reason {
    Granted(Shown),
    /// What comes nearest, and what it lacks; nothing where nothing on the resource reaches the subject.
    Refused(Option<(Shown, Vec<Lack>)>),
}

impl Reason {
    /// Says whether it is a yes.
    pub fn is_yes(&self) -> bool {
        matches!(self, Reason::Granted(_))
    }
}

/// Splits a miss into its way and what that lacks.
pub fn missed(miss: Miss, places: Vec<Option<Origin>>) -> (Shown, Vec<Lack>) {
    (Shown { chain: miss.chain, places }, miss.lacks)
}

/// Explains an answer, in a line and a line a link.
pub fn explanation(question: &Question, reason: &Reason) -> String {
    let Question { subject, wanted } = question;
    match reason {
        Reason::Granted(shown) => {
            let until = shown.chain.expires_at.map(|until| format!(" until {until}")).unwrap_or_default();
            format!("yes: {subject} may {wanted}{until}\n{}", links(subject.as_str(), shown))
        }
        Reason::Refused(None) => format!(
            "no: {subject} may not {wanted}\nnothing that {subject} holds is about {}\n",
            escape::line(&wanted.resource)
        ),
        Reason::Refused(Some((shown, lacks))) => format!(
            "no: {subject} may not {wanted}\nnearest, but {}:\n{}",
            lacks.iter().map(lack).collect::<Vec<_>>().join(", and "),
            links(subject.as_str(), shown)
        ),
    }
}

fn lack(lack: &Lack) -> String {
    match lack {
        Lack::Ended(at) => format!("it ended at {at}"),
        Lack::Name(pattern) => format!("it covers `{pattern}`"),
        Lack::Team(team) => format!("it is on {team}"),
        Lack::Action(action) => format!("it grants `{action}`"),
    }
}

fn links(subject: &str, shown: &Shown) -> String {
    let mut holder = subject.to_owned();
    let row = |(link, place): (&Link, &Option<Origin>)| {
        let (says, next) = says(link, &holder);
        holder = next;
        let until = link.until.map(|until| format!("until {until}"));
        let place = place.as_ref().map(|place| escape::line(&place.to_string()));
        vec![
            format!("  {}", link.by),
            [says].into_iter().chain(until).collect::<Vec<_>>().join(" "),
            place.unwrap_or_default(),
        ]
    };
    table::aligned(&shown.chain.links.iter().zip(&shown.places).map(row).collect::<Vec<_>>())
}

/// Says what a link says of whoever comes to it, and who comes to the next.
fn says(link: &Link, holder: &str) -> (String, String) {
    match &link.step {
        Step::Member { of } => (format!("has member {holder}"), of.to_string()),
        Step::Bound { role, on } => {
            let on = on.as_ref().map_or_else(|| "everywhere".to_owned(), |team| format!("on {team}"));
            (format!("gives {holder} {role} {on}"), role.to_string())
        }
        Step::Inherits { role } => (format!("inherits {role}"), role.to_string()),
        Step::Permits { permission } => (format!("grants {permission}"), holder.to_owned()),
    }
}

/// Makes an AuthZEN access evaluation response (Authorization API 1.0, section 5), with why where that was asked for.
pub fn response(question: &Question, decision: bool, reason: Option<&Reason>) -> Value {
    let Some(reason) = reason else { return json!({ "decision": decision }) };
    let (chain, lacks) = match reason {
        Reason::Granted(shown) => (Some(shown), None),
        Reason::Refused(miss) => (miss.as_ref().map(|(shown, _)| shown), Some(miss.as_ref())),
    };
    let lacks = lacks.map(|miss| miss.map(|(_, lacks)| lacks.iter().map(lack).collect::<Vec<_>>()).unwrap_or_default());
    let path = chain.map(|shown| path(question.subject.as_str(), shown)).unwrap_or_default();
    let expires_at = chain.and_then(|shown| shown.chain.expires_at);
    let mut context = json!({ "path": path, "expiresAt": expires_at });
    if let (Some(lacks), Some(object)) = (lacks, context.as_object_mut()) {
        object.insert("lacks".to_owned(), json!(lacks));
    }
    json!({ "decision": decision, "context": context })
}

/// Lists the links of a way, each with what it says and where.
pub fn path(subject: &str, shown: &Shown) -> Vec<Value> {
    let mut holder = subject.to_owned();
    let item = |(link, place): (&Link, &Option<Origin>)| {
        let (says, next) = says(link, &holder);
        holder = next;
        let span = place.as_ref().and_then(|place| place.span);
        json!({
            "resource": link.by,
            "pointer": link.pointer,
            "says": says,
            "until": link.until,
            "path": place.as_ref().map(|place| &place.path),
            "line": span.map(|span| span.line),
            "column": span.map(|span| span.column),
        })
    };
    shown.chain.links.iter().zip(&shown.places).map(item).collect()
}

/// Writes grants as a table.
pub fn grants(grants: &[Grant]) -> String {
    let heading = ["PERMISSION", "ON", "UNTIL", "VIA"].map(str::to_owned).to_vec();
    let row = |grant: &Grant| {
        let on = grant.team.as_ref().map_or_else(|| "everywhere".to_owned(), ToString::to_string);
        let until = grant.expires_at.map_or_else(|| "-".to_owned(), |until| until.to_string());
        vec![permission(grant), on, until, grant.via.clone()]
    };
    table::aligned(&std::iter::once(heading).chain(grants.iter().map(row)).collect::<Vec<_>>())
}

/// Spells what a grant allows.
pub fn permission(grant: &Grant) -> String {
    let name = grant.name.as_ref().map(|name| format!("/{name}")).unwrap_or_default();
    format!("{}:{}{name}", grant.action, grant.resource)
}

/// Writes who may do something, a line a subject with the way and its end.
pub fn subjects(found: &[(Question, Shown)]) -> String {
    let heading = ["SUBJECT", "UNTIL", "VIA"].map(str::to_owned).to_vec();
    let row = |(question, shown): &(Question, Shown)| {
        let until = shown.chain.expires_at.map_or_else(|| "-".to_owned(), |until: Timestamp| until.to_string());
        vec![question.subject.to_string(), until, via(&shown.chain)]
    };
    table::aligned(&std::iter::once(heading).chain(found.iter().map(row)).collect::<Vec<_>>())
}

fn via(chain: &Chain) -> String {
    let mut names: Vec<String> = Vec::new();
    for link in &chain.links {
        match &link.step {
            Step::Member { of } => names.push(of.to_string()),
            Step::Bound { role, .. } => names.extend([link.by.to_string(), role.to_string()]),
            Step::Inherits { role } => names.push(role.to_string()),
            Step::Permits { .. } => {}
        }
    }
    names.join(" -> ")
}

/// The most lines of grants that a plan shows.
const MOST: usize = 20;

/// The most permissions that a line names.
const FEW: usize = 3;

/// Says in a line how many gain and lose: `2 subjects gain, 1 loses`; nothing where nobody does.
pub fn effect(change: &AccessChange) -> Option<String> {
    let count = |grants: &[Grant]| grants.iter().map(|grant| &grant.subject).collect::<BTreeSet<_>>().len();
    let (gain, lose) = (count(&change.gained), count(&change.lost));
    match (gain, lose) {
        (0, 0) if change.is_empty() => None,
        (0, 0) => Some("the same until another time".to_owned()),
        (1, 0) => Some("1 subject gains".to_owned()),
        (_, 0) => Some(format!("{} gain", counted(gain, "subject"))),
        (0, 1) => Some("1 subject loses".to_owned()),
        (0, _) => Some(format!("{} lose", counted(lose, "subject"))),
        _ => {
            let (gains, loses) = (if gain == 1 { "gains" } else { "gain" }, if lose == 1 { "loses" } else { "lose" });
            Some(format!("{} {gains}, {} {loses}", counted(gain, "subject"), super::grouped(lose)))
        }
    }
}

/// Shows who gains and loses what by which way, a line each, and how many more do.
pub fn changes(change: &AccessChange) -> String {
    let [gained, lost] = [("+", &change.gained), ("-", &change.lost)].map(|(mark, grants)| {
        let end = |grant: &Grant| grant.expires_at.map(|at| format!(" until {at}")).unwrap_or_default();
        grouped(mark, grants.iter().map(|grant| (grant, end(grant))))
    });
    let end = |grant: &Grant| grant.expires_at.map_or_else(|| "for good".to_owned(), |at| at.to_string());
    let moved =
        change.moved.iter().map(|Moved { before, after }| (after, format!(" until {} -> {}", end(before), end(after))));
    let rows: Vec<Vec<String>> = gained.into_iter().chain(lost).chain(grouped("~", moved)).collect();
    let more = match rows.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!("  … and {more} more: charter plan -o json shows all\n"),
    };
    table::aligned(&rows.into_iter().take(MOST).collect::<Vec<_>>()) + &more
}

/// Writes grants as rows: those of one subject, team, way and end in one, counted where they are many.
fn grouped<'a>(mark: &str, grants: impl Iterator<Item = (&'a Grant, String)>) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<(&Subject, Option<&Name>, &str, String), Vec<String>> = BTreeMap::new();
    for (grant, until) in grants {
        let key = (&grant.subject, grant.team.as_ref(), grant.via.as_str(), until);
        groups.entry(key).or_default().push(permission(grant));
    }
    let row = |((subject, team, via, until), permissions): ((&Subject, Option<&Name>, &str, String), Vec<String>)| {
        let on = team.map_or_else(|| "everywhere".to_owned(), |team| format!("on {team}"));
        let what =
            if permissions.len() > FEW { counted(permissions.len(), "permission") } else { permissions.join(", ") };
        vec![format!("  {mark} {subject}"), format!("{what} {on}{until}"), via.to_owned()]
    };
    groups.into_iter().map(row).collect()
}
