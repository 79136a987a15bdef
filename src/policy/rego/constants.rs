//! Constants that are given two values: whatever asks for one has no answer.

use std::collections::BTreeMap;

use regorus::Value;
use regorus::unstable::{Expr, Rule, RuleHead, Span};

use super::mistake::Mistake;
use super::module::Module;
use crate::model::code::Code;

/// Lists the values that differ from the first of their name.
pub fn judge(modules: &[Module]) -> Vec<Mistake> {
    let mut first: BTreeMap<(&[String], String), (&Value, &Module, &Span)> = BTreeMap::new();
    let mut mistakes = Vec::new();
    for module in modules {
        for (name, rule) in module.rules() {
            let Some(value) = value(rule) else { continue };
            let (known, other, place) =
                *first.entry((&module.package, name.clone())).or_insert((value, module, rule.span()));
            if known != value {
                let message = format!("`{name}` has another value already");
                let help = format!("line {} of policy `{}` gives it: take one of them out", place.line, other.policy);
                mistakes.push(Mistake::at(&module.policy, Code::PolicyInvalid, rule.span(), &message).help(help));
            }
        }
    }
    mistakes
}

/// Returns what a rule is, where it is written and nothing has to hold for it.
fn value(rule: &Rule) -> Option<&Value> {
    let Rule::Spec { head: RuleHead::Compr { refr, assign: Some(assign), .. }, bodies, .. } = rule else { return None };
    let is_named = !matches!(**refr, Expr::RefBrack { .. });
    if let Expr::String { value, .. }
    | Expr::RawString { value, .. }
    | Expr::Number { value, .. }
    | Expr::Bool { value, .. }
    | Expr::Null { value, .. } = &*assign.value
    {
        Some(value).filter(|_| bodies.is_empty() && is_named)
    } else {
        None
    }
}
