//! What the machine that judges does not know: refused, with how it is written instead.
//!
//! Otherwise a rule would not fire, and nobody would hear of it.

use std::collections::BTreeSet;

use regorus::unstable::{Expr, Literal, Module, Rule, RuleBody, RuleHead, Span};

use super::builtins;
use super::walk::{self, Met};

/// What is refused: where, why, and what to do.
pub type Refusal = (Span, String, String);

/// The builtin functions that people call to see whether there is an answer.
const TRIED: &[&str] = &["json.unmarshal", "to_number", "units.parse", "units.parse_bytes"];

/// Finds what is written in a module that the machine does not read as it is meant.
pub fn judge(module: &Module) -> Option<Refusal> {
    let total: BTreeSet<&str> = module.policy.iter().filter_map(|rule| total(rule)).collect();
    module.policy.iter().find_map(|rule| self::rule(rule, &total))
}

/// Names a function that has an answer for everything: nothing has to hold for it.
fn total(rule: &Rule) -> Option<&str> {
    let Rule::Spec { head: RuleHead::Func { refr, .. }, bodies, .. } = rule else { return None };
    bodies.is_empty().then(|| refr.span().text())
}

fn may_be_none(value: &Expr, total: &BTreeSet<&str>) -> bool {
    walk::expression(value).iter().any(|met| match met {
        Met::Reference(reference) => !reference.steps.is_empty(),
        Met::Call(called, _) => {
            let name = walk::spelled(called);
            let is_builtin = builtins::arity(&name).is_some() && !TRIED.contains(&name.as_str());
            !is_builtin && !total.contains(name.as_str())
        }
        Met::Code(_) | Met::Query(_) | Met::Product | Met::Kind(..) | Met::Doubt => false,
    })
}

fn rule(rule: &Rule, total: &BTreeSet<&str>) -> Option<Refusal> {
    match rule {
        Rule::Default { value, .. } => default(value),
        Rule::Spec { head, bodies, .. } => {
            shadow(names(rule, head)).or_else(|| self::head(head)).or_else(|| otherwise(head, bodies, total))
        }
    }
}

fn refusal(span: &Span, message: &str, help: &str) -> Refusal {
    (span.clone(), message.to_owned(), help.to_owned())
}

/// Lists the names that a rule gives to what it takes and what it turns over.
fn names<'a>(rule: &'a Rule, head: &'a RuleHead) -> Vec<&'a Span> {
    let args = if let RuleHead::Func { args, .. } = head { args.iter().collect() } else { Vec::new() };
    let mut found: Vec<&Span> = args.into_iter().filter_map(|arg| variable(arg)).collect();
    for met in walk::rule(rule) {
        let Met::Query(query) = met else { continue };
        for statement in &query.stmts {
            match &statement.literal {
                Literal::SomeVars { vars, .. } => found.extend(vars),
                Literal::SomeIn { key, value, .. } => {
                    found.extend(key.iter().chain([value]).filter_map(|expr| variable(expr)));
                }
                Literal::Every { key, value, .. } => found.extend(key.iter().chain([value])),
                Literal::Expr { .. } | Literal::NotExpr { .. } => {}
            }
        }
    }
    found
}

fn variable(expr: &Expr) -> Option<&Span> {
    if let Expr::Var { span, .. } = expr { Some(span) } else { None }
}

/// What is called `input` or `data` is one or the other in the same body.
fn shadow(names: Vec<&Span>) -> Option<Refusal> {
    let taken = names.into_iter().find(|name| ["input", "data"].contains(&name.text()))?;
    let message = format!("a variable may not be called `{}`", taken.text());
    Some(refusal(
        taken,
        &message,
        "give it another name: in every rule that one is what is asked about, or all there is",
    ))
}

/// The machine has no default that is worked out.
fn default(value: &Expr) -> Option<Refusal> {
    let named = |met: &Met<'_>| matches!(met, Met::Reference(_) | Met::Call(..) | Met::Query(_));
    walk::expression(value).iter().any(named).then(|| {
        let help = "write the value as it is: numbers, texts, lists and mappings of them";
        refusal(value.span(), "a default is a value, and nothing that is worked out", help)
    })
}

/// A set or a mapping below a key that is worked out is none to the machine.
fn head(head: &RuleHead) -> Option<Refusal> {
    match head {
        RuleHead::Set { refr, key: Some(_), .. } if brackets(refr) > 0 => Some(refusal(
            refr.span(),
            "the machine that judges knows no sets by key",
            "collect pairs, `pairs contains [key, value] if …`, and ask with `some [key, value] in pairs`",
        )),
        RuleHead::Compr { refr, .. } if brackets(refr) > 1 || is_constant_key(refr) => Some(refusal(
            refr.span(),
            "the machine that judges knows mappings of one key that a variable names, and no others",
            "write a mapping, `name := {key: value | …}`, or `name := {\"key\": value}`",
        )),
        RuleHead::Set { .. } | RuleHead::Compr { .. } | RuleHead::Func { .. } => None,
    }
}

fn brackets(refr: &Expr) -> usize {
    let (mut count, mut at) = (0, refr);
    loop {
        if let Expr::RefBrack { refr, .. } = at {
            count += 1;
            at = refr;
        } else if let Expr::RefDot { refr, .. } = at {
            at = refr;
        } else {
            return count;
        }
    }
}

fn is_constant_key(refr: &Expr) -> bool {
    matches!(refr, Expr::RefBrack { index, .. } if walk::expression(index).is_empty())
}

/// A function does not go on to what stands after `else` where its value is not there.
fn otherwise(head: &RuleHead, bodies: &[RuleBody], total: &BTreeSet<&str>) -> Option<Refusal> {
    let RuleHead::Func { .. } = head else { return None };
    let mut before = walk::before_else(head, bodies);
    let (_, value) = before.find(|(_, assign)| may_be_none(&assign.value, total))?;
    let help = "name the value in the body, where what is not there leads on: `owner(o) := name if { name := o.spec.owner } else := …`";
    Some(refusal(value.value.span(), "the machine that judges does not go on to `else` where this is not there", help))
}
