//! What the machine makes of what is not there: it goes on with a local that has no value.
//!
//! A rule is certain where something that has to hold asks for each of its locals, or its head does. Of one that is not,
//! the interpreter is asked.

use std::collections::BTreeSet;

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Query, Rule, RuleHead};

use super::builtins;
use super::walk;

/// Says whether the machine takes the bodies of a rule as they are meant, whatever is not there.
pub fn judge(rule: &Rule) -> bool {
    let Rule::Spec { head, bodies, .. } = rule else { return true };
    if let RuleHead::Func { args, .. } = head
        && (args.is_empty() || args.iter().any(|arg| matches!(&**arg, Expr::Var { span, .. } if span.text() == "_")))
    {
        return false;
    }
    let said: BTreeSet<&str> = said(head, bodies.iter().filter_map(|body| body.assign.as_ref()).map(|one| &*one.value));
    bodies.iter().all(|body| is_certain(&body.query, said.clone()))
}

/// Lists the names that a head asks for.
fn said<'a>(head: &'a RuleHead, otherwise: impl Iterator<Item = &'a Expr>) -> BTreeSet<&'a str> {
    let own: Option<&Expr> = match head {
        RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } => assign.as_ref().map(|assign| &*assign.value),
        RuleHead::Set { key, .. } => key.as_deref(),
    };
    own.into_iter().chain(otherwise).flat_map(asked).collect()
}

/// Says whether each local that a query gives a value is asked for by what has to hold, one through another.
fn is_certain<'a>(query: &'a Query, mut demanded: BTreeSet<&'a str>) -> bool {
    let given: Vec<(&str, &Expr)> = query.stmts.iter().filter_map(given).collect();
    demanded.extend(query.stmts.iter().filter(|statement| self::given(statement).is_none()).flat_map(holds));
    loop {
        let through = given.iter().filter(|(name, _)| demanded.contains(name)).flat_map(|(_, value)| asked(value));
        let before = demanded.len();
        demanded.extend(through.collect::<Vec<&str>>());
        if demanded.len() == before {
            break;
        }
    }
    given.iter().all(|(name, value)| demanded.contains(name) || is_there(value))
}

/// Returns the local that a statement gives a value.
fn given(statement: &LiteralStmt) -> Option<(&str, &Expr)> {
    let Literal::Expr { expr, .. } = &statement.literal else { return None };
    let Expr::AssignExpr { op: AssignOp::ColEq, lhs, rhs, .. } = &**expr else { return None };
    let Expr::Var { span, .. } = &**lhs else { return None };
    Some((span.text(), rhs))
}

/// Lists the names that have to be there for a statement to hold.
fn holds(statement: &LiteralStmt) -> Vec<&str> {
    match &statement.literal {
        Literal::Expr { expr, .. } => asked(expr),
        Literal::SomeIn { collection, .. } => asked(collection),
        Literal::Every { domain, .. } => asked(domain),
        Literal::NotExpr { .. } | Literal::SomeVars { .. } => Vec::new(),
    }
}

/// Says whether a value is always there.
fn is_there(value: &Expr) -> bool {
    matches!(
        value,
        Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } | Expr::Bool { .. } | Expr::Null { .. }
    )
}

/// Lists the names without which an expression has no value; a comprehension has one, and a function may.
fn asked(expr: &Expr) -> Vec<&str> {
    let (mut open, mut names) = (vec![expr], Vec::new());
    while let Some(expr) = open.pop() {
        match expr {
            Expr::Var { span, .. } => names.push(span.text()),
            Expr::RefDot { refr, .. } => open.push(refr),
            Expr::RefBrack { refr, index, .. } => open.extend([&**refr, &**index]),
            Expr::Array { items, .. } | Expr::Set { items, .. } => open.extend(items.iter().map(|item| &**item)),
            Expr::Object { fields, .. } => open.extend(fields.iter().flat_map(|(_, key, value)| [&**key, &**value])),
            Expr::Call { fcn, params, .. } if is_builtin(fcn) => open.extend(params.iter().map(|param| &**param)),
            Expr::UnaryExpr { expr, .. } => open.push(expr),
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. }
            | Expr::AssignExpr { lhs, rhs, .. } => open.extend([&**lhs, &**rhs]),
            Expr::Membership { value, collection, .. } => open.extend([&**value, &**collection]),
            Expr::Call { .. }
            | Expr::ArrayCompr { .. }
            | Expr::SetCompr { .. }
            | Expr::ObjectCompr { .. }
            | Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => {}
        }
    }
    names
}

fn is_builtin(called: &Expr) -> bool {
    walk::head_name(called).is_some_and(|(reference, _)| builtins::arity(&walk::spelled(&reference)).is_some())
}
