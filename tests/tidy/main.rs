//! House rules as tests over the source text: where a rule of `CONTRIBUTING.md` can be checked, it is checked here.
//!
//! A rule is a function from sources to problems, one line each. Beside every rule stands a test that it can fail.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

mod callers;
mod cases;
mod docs;
mod names;
mod paths;
mod purity;
mod sizes;
mod source;
mod tiers;
mod verbs;

use source::Source;

/// What a rule found: `path:line: what is wrong`.
pub type Problems = Vec<String>;

fn hold(rule: impl Fn(&[Source]) -> Problems) {
    let sources = Source::all("src");
    assert!(sources.len() > 10, "only {} sources were found", sources.len());
    let problems = rule(&sources);
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn a_module_imports_lower_tiers_only() {
    hold(tiers::check);
}

#[test]
fn the_nouns_and_the_thinking_rooms_are_pure() {
    hold(purity::check);
}

#[test]
fn functions_and_files_are_short() {
    hold(sizes::check);
}

#[test]
fn modules_are_named_for_what_they_are() {
    hold(names::check);
}

#[test]
fn verdicts_are_made_in_policy_only() {
    hold(callers::verdicts);
}

#[test]
fn one_place_lands_a_plan() {
    hold(callers::landing);
}

#[test]
fn lints_are_allowed_in_the_printing_place_only() {
    hold(callers::allowances);
}

#[test]
fn a_verb_is_args_and_run() {
    hold(verbs::check);
}

#[test]
fn a_doc_comment_begins_with_a_sentence() {
    hold(docs::check);
}

#[test]
fn every_code_has_a_case() {
    let problems = cases::check(&cases::folders());
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}
