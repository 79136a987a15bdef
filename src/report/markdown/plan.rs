//! A plan as Markdown.

use jiff::Timestamp;

use super::{COMMENT, code, fence, fitted};
use crate::model::plan::Plan;
use crate::report::plan::{self, Destination, Section};
use crate::report::{access, counted};

/// Renders a plan as seen at one moment, each team's changes folded; teams that do not fit into a comment are counted.
pub fn plan(plan: &Plan, destination: &Destination, uncommitted: usize, now: Timestamp) -> String {
    let sections: Vec<String> = plan::sections(plan).iter().map(section).collect();
    let others = |count| format!("\n{}: `charter plan` shows all.\n", counted(count, "more section"));
    fitted(&heading(plan, destination, uncommitted, now), &sections, COMMENT, others)
}

fn heading(plan: &Plan, destination: &Destination, uncommitted: usize, now: Timestamp) -> String {
    let title = if plan.is_in_sync() {
        format!("In sync: {}{}", counted(plan.resources, "resource"), plan::left_alone(plan))
    } else {
        format!("Plan {}: {}", code(&plan.effect.short()), plan::changes(plan))
    };
    let start = fence("text", &plan::start(plan, destination, uncommitted, now));
    let next = if plan.is_in_sync() {
        String::new()
    } else {
        format!("\nEffect {}; next: {}\n", code(&plan.effect.hex()), code(&plan::next(plan, destination)))
    };
    let titled = |title: &str, language: &str, lines: String| match lines.is_empty() {
        true => String::new(),
        false => format!("\n{title}\n\n{}", fence(language, &lines)),
    };
    let policies =
        plan::policies(plan).map(|policies| titled("Policies", "diff", unindented(&policies.changes.concat())));
    let policies = policies.unwrap_or_default();
    let access = access::effect(&plan.access)
        .map(|effect| titled(&format!("Access: {effect}"), "diff", unindented(&access::changes(&plan.access))));
    let access = access.unwrap_or_default();
    let budgets = titled("Budgets", "diff", unindented(&plan::budgets(plan)));
    let asides = titled("Notes", "text", plan::asides(plan));
    format!("<!-- charter plan -->\n### {title}\n\n{start}{next}{policies}{access}{budgets}{asides}")
}

/// Folds the changes of a team. Its title holds a name only, which has no markup.
fn section(section: &Section) -> String {
    let count = counted(section.changes.len(), "change");
    let changes = fence("diff", &unindented(&section.changes.concat()));
    format!("\n<details><summary>{}: {count}</summary>\n\n{changes}\n</details>\n", section.title)
}

/// Takes two spaces from the start of each line, so that `+` and `-` stand there.
fn unindented(lines: &str) -> String {
    lines.lines().map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(line))).collect()
}
