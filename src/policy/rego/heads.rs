//! Heads that are not there in some turns of a loop.
//!
//! The interpreter then forgets what it found, or breaks off. What such a head says is worked out in the body, as a local:
//! a turn in which it is not there ends, as it is meant.

use std::ops::Range;

use regorus::unstable::{Expr, Rule, RuleBody, RuleHead};

use super::module::Module;
use super::walk;

/// The local that stands in the head.
const LOCAL: &str = "charter_said";

/// A stretch of a text, and what is written in its place.
pub type Edit = (Range<usize>, String);

/// Moves what heads say into the bodies of a module.
pub fn moved(module: &Module) -> Vec<Edit> {
    module.tree.policy.iter().flat_map(|rule| edits(&module.text, rule).unwrap_or_default()).collect()
}

/// Writes edits into a text, from its end to its beginning.
pub fn written(text: &str, mut edits: Vec<Edit>) -> String {
    let mut text = text.to_owned();
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    for (range, instead) in edits {
        if text.get(range.clone()).is_some() {
            text.replace_range(range, &instead);
        }
    }
    text
}

fn edits(text: &str, rule: &Rule) -> Option<Vec<Edit>> {
    let Rule::Spec { head, bodies, .. } = rule else { return None };
    let body = bodies.first();
    let (refr, span, said, sign) = match head {
        RuleHead::Set { refr, span, key: Some(key) } => (refr, span, key, "contains"),
        RuleHead::Compr { refr, span, assign: Some(assign) } => (refr, span, &assign.value, "="),
        RuleHead::Set { .. } | RuleHead::Compr { .. } | RuleHead::Func { .. } => return None,
    };
    let is_several = walk::loops(said) || body.is_some_and(|body| body.query.stmts.iter().any(walk::is_loop));
    if bodies.len() > 1 || !is_several || matches!(**said, Expr::Var { .. }) || walk::expression(said).is_empty() {
        return None;
    }
    let (from, to) = (refr.span().end as usize, closed(text, span.end));
    let after = text.get(from..to)?.find(sign)? + sign.len();
    let range = from + after..to;
    let said = text.get(range.clone())?.trim();
    let Some(body) = body else { return Some(vec![(range, format!(" {LOCAL} if {LOCAL} := {said}"))]) };
    let mut edits = end(text, body, said)?;
    edits.push((range, format!(" {LOCAL} ")));
    Some(edits)
}

/// Returns the end of a stretch with the quotation mark that the parser leaves out of it.
fn closed(text: &str, end: u32) -> usize {
    let end = end as usize;
    let is_open = text.get(end..).is_some_and(|rest| rest.starts_with(['"', '`']));
    end + usize::from(is_open)
}

/// Writes what is said behind the last statement of a body. As many lines as before follow on it.
fn end(text: &str, body: &RuleBody, said: &str) -> Option<Vec<Edit>> {
    let first = body.query.stmts.first()?.span.start as usize;
    let (from, to) = (body.span.start as usize, closed(text, body.span.end));
    if !text.get(from..first)?.contains('{') {
        return Some(vec![(first..first, "{ ".to_owned()), (to..to, format!("; {LOCAL} := {said} }}"))]);
    }
    let inside = text.get(..to)?.strip_suffix('}')?;
    let is_own_line = inside.trim_end_matches([' ', '\t']).ends_with('\n');
    let sign = if is_own_line { "" } else { "; " };
    Some(vec![(inside.len()..inside.len(), format!("{sign}{LOCAL} := {said} "))])
}
