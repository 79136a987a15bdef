//! What may be done in one place only: judge, land, allow.

use crate::Problems;
use crate::paths::paths;
use crate::source::Source;

const PRINTING: &str = "cli/print.rs";

/// Says where a verdict is made outside `policy`.
pub fn verdicts(sources: &[Source]) -> Problems {
    let mut problems = Problems::new();
    for source in sources.iter().filter(|source| source.room() != "policy") {
        let made = paths(&source.shipped).into_iter().filter(|named| named.contains("Verdict::new"));
        problems.extend(made.map(|named| format!("{}: only `policy` makes verdicts", source.at(named.offset))));
    }
    problems
}

/// Says where a plan lands outside the one place in `reconcile`.
pub fn landing(sources: &[Source]) -> Problems {
    let mut places = Vec::new();
    for source in sources {
        for call in [".land(", "Writer::land"] {
            places.extend(source.shipped.match_indices(call).map(|(offset, _)| (source.room(), source.at(offset))));
        }
    }
    let built = sources.iter().any(|source| source.room() == "reconcile");
    let (inside, outside): (Vec<_>, Vec<_>) = places.into_iter().partition(|(room, _)| *room == "reconcile");
    let mut problems: Problems = outside.into_iter().map(|(_, at)| format!("{at}: only `reconcile` lands")).collect();
    if built && inside.len() != 1 {
        let list: Vec<String> = inside.into_iter().map(|(_, at)| at).collect();
        problems.push(format!("`reconcile` lands in {} places, not in one: {}", list.len(), list.join(", ")));
    }
    problems
}

/// Says where a lint is allowed that the whole house denies.
pub fn allowances(sources: &[Source]) -> Problems {
    let mut problems = Problems::new();
    for source in sources {
        for word in ["[allow(", "[expect("] {
            for (offset, _) in source.code.match_indices(word) {
                let lints = source.code[offset + word.len()..].split(')').next().unwrap_or_default();
                let printing = |lint: &str| matches!(lint.trim(), "clippy::print_stdout" | "clippy::print_stderr");
                let listed = lints.split(',').filter(|part| !part.contains("reason") && !part.trim().is_empty());
                if source.path != PRINTING || !listed.into_iter().all(printing) {
                    problems.push(format!("{}: `{lints}` is allowed", source.at(offset)));
                }
            }
        }
    }
    problems
}

#[test]
fn verdicts_elsewhere_are_found() {
    let text = "use crate::model::verdict::Verdict; fn f() { Verdict::new(a, b) }";
    assert!(verdicts(&[Source::new("policy/mod.rs", text)]).is_empty());
    assert_eq!(verdicts(&[Source::new("reconcile/mod.rs", text)]).len(), 1);
}

#[test]
fn landings_elsewhere_and_twice_are_found() {
    let once = "async fn f() { writer\n    .land(&plan).await }";
    assert!(landing(&[Source::new("reconcile/apply.rs", once)]).is_empty());
    assert_eq!(landing(&[Source::new("cli/apply.rs", once)]).len(), 1);
    assert_eq!(landing(&[Source::new("reconcile/apply.rs", &format!("{once}{once}"))]).len(), 1);
    assert_eq!(landing(&[Source::new("reconcile/apply.rs", "")]).len(), 1);
    assert!(landing(&[Source::new("store/writer.rs", "pub async fn land(self) {}")]).is_empty());
}

#[test]
fn allowances_are_found() {
    let printing = "#![allow(clippy::print_stdout, clippy::print_stderr, reason = \"the one place\")]";
    assert!(allowances(&[Source::new(PRINTING, printing)]).is_empty());
    assert_eq!(allowances(&[Source::new("cli/plan.rs", printing)]).len(), 1);
    assert_eq!(allowances(&[Source::new(PRINTING, "#[allow(clippy::unwrap_used)] fn f() {}")]).len(), 1);
    assert_eq!(allowances(&[Source::new("plan/mod.rs", "#[expect(dead_code)] fn f() {}")]).len(), 1);
}
