//! A plan as text: what changes, by team, and one line that sums up.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::fields::{Difference, compare, shown};
use super::{access, counted, escape, grouped};
use crate::model::canonical::Canonical;
use crate::model::change::{Change, Op};
use crate::model::kind::Kind;
use crate::model::name::Name;
use crate::model::plan::{Counts, Plan};
use crate::model::snapshot::Revision;

/// Where the plan would land.
#[derive(Debug, Clone)]
pub struct Destination {
    pub store: String,
    /// The last revision that landed, as people name it.
    pub applied: Option<String>,
    /// What was found in what is planned, in a line, and how to see it.
    pub found: Option<String>,
    pub next: Next,
}

/// How the plan is applied.
#[derive(Debug, Clone)]
pub enum Next {
    /// By this command, to which its hash is added.
    Command(String),
    /// It must be committed first.
    Commit,
    /// Not here, without a word: the store is somebody else's.
    Elsewhere,
}

/// Renders a plan as seen at one moment.
pub fn text(plan: &Plan, destination: &Destination, uncommitted: usize, now: Timestamp) -> String {
    [effect(plan, destination, uncommitted, now), asides(plan), summary(plan, destination)].concat()
}

/// Renders what a plan starts from and what it changes.
pub fn effect(plan: &Plan, destination: &Destination, uncommitted: usize, now: Timestamp) -> String {
    let access =
        access::effect(&plan.access).map(|effect| titled("access", &effect) + &access::changes(&plan.access) + "\n");
    let budgets = match budgets(plan) {
        lines if lines.is_empty() => lines,
        lines => format!("budgets\n{lines}\n"),
    };
    let shown = |section: Section| {
        let count = counted(section.changes.len(), "change");
        format!("{}{}\n", titled(&section.title, &count), section.changes.concat())
    };
    let start = start(plan, destination, uncommitted, now) + "\n";
    // By what everything else is judged stands above it.
    let rules = policies(plan).map(shown).unwrap_or_default();
    let sections = sections(plan).into_iter().map(shown);
    [start, rules, access.unwrap_or_default(), budgets].into_iter().chain(sections).collect()
}

fn titled(title: &str, count: &str) -> String {
    format!("{title:<60}  {count}\n")
}

/// Says what is desired, what is live, and how much was found, a line each.
pub fn start(plan: &Plan, destination: &Destination, uncommitted: usize, now: Timestamp) -> String {
    let applied = destination
        .applied
        .as_ref()
        .map_or_else(|| "nothing applied yet".to_owned(), |applied| format!("applied {applied}"));
    let found = destination.found.as_ref().map_or_else(String::new, |found| format!("found    {found}\n"));
    format!("desired  {}\nlive     {}, {applied}\n{found}", desired(plan, uncommitted, now), destination.store)
}

/// The changes of a team, of the organisation, or of nobody, each as lines.
#[derive(Debug)]
pub struct Section {
    pub title: String,
    pub changes: Vec<String>,
}

/// Lists what changes beside the policies: the organisation's, then each team's, then what names no resource.
pub fn sections(plan: &Plan) -> Vec<Section> {
    let titled = |(team, changes): (Option<&Name>, Vec<&Change>)| Section {
        title: team.map_or_else(|| "organisation".to_owned(), |team| format!("team {team}")),
        changes: changes.into_iter().map(one).collect(),
    };
    let mut sections: Vec<Section> = by_team(plan).into_iter().map(titled).collect();
    if !plan.strays.is_empty() {
        let changes = plan.strays.iter().map(|stray| format!("  - {}\n", stray.key)).collect();
        sections.push(Section { title: "rows that name no resource".to_owned(), changes });
    }
    sections
}

/// Lists what changes in the policies, and in what is switched on of the library.
pub fn policies(plan: &Plan) -> Option<Section> {
    let changes = plan.changes.iter().filter(|change| change.writes_live() && change.id.kind == Kind::Policy);
    let organization =
        plan.changes.iter().filter(|change| change.writes_live() && change.id.kind == Kind::Organization);
    let changes: Vec<String> = organization.filter_map(library).chain(changes.map(one)).collect();
    (!changes.is_empty()).then(|| Section { title: "policies".to_owned(), changes })
}

/// Shows what changes in what an organisation switches on of the library, and its parameters.
fn library(change: &Change) -> Option<String> {
    let switched = |spec: &Canonical| json!({ "policies": spec.value().get("policies").cloned().unwrap_or(json!({})) });
    let (before, after) = (switched(change.live.as_ref()?), switched(change.desired.as_ref()?));
    let (lines, _) = fields(&before, &after);
    (!lines.is_empty()).then(|| format!("  ~ {}\n{lines}", change.id))
}

fn desired(plan: &Plan, uncommitted: usize, now: Timestamp) -> String {
    let Some(revision) = &plan.revision else { return "a directory without a commit".to_owned() };
    let files =
        if uncommitted > 0 { format!(" + {}", counted(uncommitted, "uncommitted file")) } else { String::new() };
    let when = ago(now.duration_since(revision.time));
    let author = revision.author.split(" <").next().unwrap_or_default();
    let [summary, author] = [&revision.summary, author].map(escape::line);
    format!("{}{files} \"{summary}\" ({author}, {when})", revision.label())
}

/// Says how long ago something was, in its largest unit.
pub fn ago(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let (count, unit) = match seconds {
        ..0 => return "in the future".to_owned(),
        0..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "min"),
        3_600..86_400 => (seconds / 3_600, "h"),
        86_400.. => (seconds / 86_400, "d"),
    };
    format!("{count} {unit} ago")
}

/// Groups the changes that people see by the team that they concern; what concerns none is the organisation's.
fn by_team(plan: &Plan) -> BTreeMap<Option<&Name>, Vec<&Change>> {
    let mut groups: BTreeMap<Option<&Name>, Vec<&Change>> = BTreeMap::new();
    for change in plan.changes.iter().filter(|change| change.writes_live() && change.id.kind != Kind::Policy) {
        groups.entry(change.id.concerns()).or_default().push(change);
    }
    groups
}

fn one(change: &Change) -> String {
    let mark = match (&change.live, &change.desired) {
        (None, _) => '+',
        (Some(_), Some(_)) => '~',
        (Some(_), None) => '-',
    };
    let note = match (change.op, change.drift, &change.applied, &change.live) {
        (Op::Heal, ..) => "   drift: put back as it was applied",
        (_, true, Some(_), Some(_)) => "   drift: somebody changed it by hand",
        (_, true, Some(_), None) => "   drift: somebody deleted it by hand",
        (_, true, None, _) => "   drift: declared nowhere",
        (_, false, ..) => "",
    };
    let mut out = format!("  {mark} {}{note}\n", change.id);
    if let (Some(before), Some(after)) = (&change.live, &change.desired) {
        let (lines, same) = fields(&before.value(), &after.value());
        out.push_str(&lines);
        if same > 0 {
            out.push_str(&format!("      # {}\n", counted(same, "unchanged field")));
        }
    }
    out
}

/// Writes the fields that differ, a line each, and counts those that do not.
fn fields(before: &Value, after: &Value) -> (String, usize) {
    let (differences, same) = compare(before, after);
    let width = differences.iter().map(|difference| difference.field.chars().count()).max().unwrap_or(0);
    let line = |one: Difference| format!("      {:<width$}  {}\n", one.field, one.change);
    (differences.into_iter().map(line).collect(), same)
}

/// Shows what changes in money: the limits of budgets, a line each.
pub fn budgets(plan: &Plan) -> String {
    let is_ours = |change: &&Change| change.desired.is_some() || change.applied.is_some();
    let changes =
        plan.changes.iter().filter(|change| change.id.kind == Kind::Budget && change.writes_live()).filter(is_ours);
    changes.filter_map(budget).collect()
}

fn budget(change: &Change) -> Option<String> {
    let field = |spec: &Option<Canonical>, key: &str| {
        spec.as_ref().map(|spec| spec.value().get(key).cloned().unwrap_or(Value::Null))
    };
    let limit = |value: Option<Value>| match value {
        None => "none".to_owned(),
        Some(Value::Null) => "unlimited".to_owned(),
        Some(value) => value
            .as_str()
            .and_then(|text| text.parse::<crate::model::money::Amount>().ok())
            .map_or_else(|| shown(&value), |amount| amount.grouped()),
    };
    let (before, after) = (limit(field(&change.live, "limit")), limit(field(&change.desired, "limit")));
    let window = field(&change.desired, "window").or_else(|| field(&change.live, "window"))?;
    (before != after)
        .then(|| format!("  ~ {:<20}  {before} -> {after} a {}\n", change.id.team_or_empty(), shown(&window)))
}

/// Says what the plan does not do, or not yet: conflicts, guards, what is nobody's, what is only remembered.
pub fn asides(plan: &Plan) -> String {
    let mut out = String::new();
    for id in &plan.conflicts {
        out.push_str(&format!("conflict[unmanaged-conflict]: `{id}` is live, but not through Charter, and differs: apply with --adopt to take it over\n"));
    }
    for hold in &plan.holds {
        out.push_str(&format!(
            "held by guard {}: {}; apply with --allow {} --reason TEXT to lift it once\n",
            hold.guard, hold.reason, hold.guard
        ));
    }
    for id in &plan.withheld {
        out.push_str(&format!(
            "withheld: `{id}` is not as it was applied, and is not put back: charter drift says more\n"
        ));
    }
    for id in &plan.unmanaged {
        out.push_str(&format!("unmanaged: `{id}` is live and declared nowhere; apply with --prune to delete it\n"));
    }
    for row in &plan.foreign {
        out.push_str(&format!("unmanaged: `{row}` is live and names no resource; apply with --prune to delete it\n"));
    }
    let Counts { adopted, forgotten, .. } = plan.counts();
    match (adopted, forgotten) {
        (0, 0) => {}
        (adopted, forgotten) => out.push_str(&format!(
            "live already as desired: {} adopted, {} forgotten\n",
            grouped(adopted),
            grouped(forgotten)
        )),
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// Writes the last line, which always has the same shape.
fn summary(plan: &Plan, destination: &Destination) -> String {
    if plan.is_in_sync() {
        let at = plan.revision.as_ref().map_or_else(String::new, |revision| format!(" at {}", revision.label()));
        return format!("in sync: {}{at}{}\n", counted(plan.resources, "resource"), left_alone(plan));
    }
    format!("plan {}: {}        {}\n", plan.effect, changes(plan), next(plan, destination))
}

/// Counts what changes, and whom it does not concern.
pub fn changes(plan: &Plan) -> String {
    let counts = plan.counts();
    let [add, change, remove] = [counts.add, counts.change, counts.remove].map(grouped);
    let drift = if counts.drift > 0 { format!(", {} of them drift", grouped(counts.drift)) } else { String::new() };
    let untouched = counted(plan.untouched_teams, "team");
    format!("{add} to add, {change} to change, {remove} to remove{drift}; {untouched} untouched")
}

/// Says what a landing did that changed nothing live.
pub fn quiet(counts: &Counts) -> String {
    let done = [(counts.adopted, "adopted"), (counts.forgotten, "forgotten"), (counts.recorded, "recorded as drift")];
    let done = done.into_iter().filter(|(count, _)| *count > 0);
    let done: String = done.map(|(count, what)| format!(", {} {what}", grouped(count))).collect();
    format!("live as it was{done}")
}

/// Says what to type next.
pub fn next(plan: &Plan, destination: &Destination) -> String {
    match &destination.next {
        Next::Command(command) => format!("{command} --plan {}", plan.effect),
        Next::Commit => "commit it, then charter apply".to_owned(),
        Next::Elsewhere => "the store is another's: name your own with --store".to_owned(),
    }
}

/// Says how many rows are nobody's and are left alone; nothing where there are none.
pub fn left_alone(plan: &Plan) -> String {
    match plan.left_alone() {
        0 => String::new(),
        rows => format!("; {} left alone (--prune deletes)", counted(rows, "unmanaged row")),
    }
}

/// Names a revision that may be none.
pub fn label(revision: Option<&Revision>) -> String {
    revision.map_or_else(|| "a directory".to_owned(), Revision::label)
}
