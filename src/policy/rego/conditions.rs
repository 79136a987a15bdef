//! What has to hold for a rule, as far as that is told without the machine.
//!
//! A part of a rule begins mostly with comparisons and builtin functions of what is written and of fields of the input. Asked
//! by themselves, in the same order, they are much less work than the machine. Where one does not hold, its part says
//! nothing, whatever follows.

use std::borrow::Cow;

use regorus::unstable::{BoolOp, BuiltinFcn, Expr, Literal, LiteralStmt, Rule};
use regorus::{LimitError, Value};

use super::bounds::Nowhere;
use super::machine::caught;
use super::module::Module;
use super::reads::Graph;
use super::walk::{self, Step};

/// How deep calls and comparisons nest.
const DEEPEST: usize = 8;

/// What the parts of a rule begin with: each has a list of what has to hold for it.
#[derive(Debug, Clone)]
pub struct Conditions(Vec<Vec<Condition>>);

/// What has to hold, or must not.
#[derive(Debug, Clone)]
struct Condition {
    term: Term,
    is_not: bool,
}

/// What has a value that is told without the machine.
#[derive(Debug, Clone)]
enum Term {
    Written(Value),
    /// Of the input, at a path.
    Input(Vec<Value>),
    Call(BuiltinFcn, Nowhere, Vec<Term>),
    Compared(BoolOp, Box<[Term; 2]>),
}

/// That a call took more than it may: the machine is asked, and tells.
struct Unsure;

impl Default for Conditions {
    /// Nothing is told of a rule.
    fn default() -> Self {
        Conditions(vec![Vec::new()])
    }
}

impl Conditions {
    /// Reads what the parts of a rule begin with, of all that a module has of this name.
    pub fn of(graph: &Graph, module: &Module, name: &str) -> Conditions {
        let parts = module.rules().filter(|(own, _)| own == name).flat_map(|(_, rule)| match rule {
            Rule::Spec { bodies, .. } if !bodies.is_empty() => {
                bodies.iter().map(|body| begins(graph, module, &body.query.stmts)).collect()
            }
            Rule::Spec { .. } | Rule::Default { .. } => vec![Vec::new()],
        });
        Conditions(parts.collect())
    }

    /// Says whether a rule may say something of an input.
    pub fn may_hold(&self, input: &Value) -> bool {
        let holds = |part: &Vec<Condition>| part.iter().all(|condition| condition.may_hold(input));
        caught(|| self.0.iter().any(holds)).unwrap_or(true)
    }

    /// Makes a copy that shares nothing with this one: threads that count copies of one value wait for each other.
    pub fn own(&self) -> Conditions {
        let own = |condition: &Condition| Condition { term: condition.term.own(), ..*condition };
        Conditions(self.0.iter().map(|part| part.iter().map(own).collect()).collect())
    }
}

impl Condition {
    fn may_hold(&self, input: &Value) -> bool {
        let holds = |value: Cow<'_, Value>| !matches!(*value, Value::Undefined | Value::Bool(false));
        self.term.value(input).map_or(true, |value| holds(value) != self.is_not)
    }
}

impl Term {
    fn value<'a>(&'a self, input: &'a Value) -> Result<Cow<'a, Value>, Unsure> {
        match self {
            Term::Written(value) => Ok(Cow::Borrowed(value)),
            Term::Input(path) => {
                let below = |at: &'a Value, name| if let Value::Object(fields) = at { fields.get(name) } else { None };
                let found = path.iter().try_fold(input, below);
                Ok(found.map_or(Cow::Owned(Value::Undefined), Cow::Borrowed))
            }
            Term::Call(called, nowhere, args) => {
                let args: Result<Vec<Value>, Unsure> =
                    args.iter().map(|arg| arg.value(input).map(Cow::into_owned)).collect();
                call(*called, nowhere, &args?).map(Cow::Owned)
            }
            Term::Compared(op, sides) => {
                let [one, other] = &**sides;
                Ok(Cow::Owned(compared(op, &*one.value(input)?, &*other.value(input)?)))
            }
        }
    }

    fn own(&self) -> Term {
        let own = |value: &Value| if let Value::String(text) = value { Value::from(&**text) } else { value.clone() };
        match self {
            Term::Written(value) => Term::Written(own(value)),
            Term::Input(path) => Term::Input(path.iter().map(own).collect()),
            Term::Call(called, nowhere, args) => {
                let nowhere = Nowhere::of(called.1).unwrap_or_else(|| nowhere.clone());
                Term::Call(*called, nowhere, args.iter().map(Term::own).collect())
            }
            Term::Compared(op, sides) => {
                let [one, other] = &**sides;
                Term::Compared(op.clone(), Box::new([one.own(), other.own()]))
            }
        }
    }
}

/// Calls as the machine does: of what is not there, and of what has no answer, there is none.
fn call((called, _): BuiltinFcn, nowhere: &Nowhere, args: &[Value]) -> Result<Value, Unsure> {
    if args.contains(&Value::Undefined) {
        return Ok(Value::Undefined);
    }
    let answer = called(&nowhere.span, &nowhere.exprs, args, false);
    answer.or_else(|error| if error.is::<LimitError>() { Err(Unsure) } else { Ok(Value::Undefined) })
}

/// Compares as the machine does.
fn compared(op: &BoolOp, one: &Value, other: &Value) -> Value {
    if *one == Value::Undefined || *other == Value::Undefined {
        return Value::Undefined;
    }
    Value::Bool(match op {
        BoolOp::Lt => one < other,
        BoolOp::Le => one <= other,
        BoolOp::Eq => one == other,
        BoolOp::Ge => one >= other,
        BoolOp::Gt => one > other,
        BoolOp::Ne => one != other,
    })
}

/// Lists what is told of the statements with which a part begins. It ends where one might take too much before.
fn begins(graph: &Graph, module: &Module, statements: &[LiteralStmt]) -> Vec<Condition> {
    let mut conditions = Vec::new();
    for statement in statements.iter().take_while(|statement| statement.with_mods.is_empty()) {
        let (expr, is_not) = match &statement.literal {
            Literal::Expr { expr, .. } => (expr, false),
            Literal::NotExpr { expr, .. } => (expr, true),
            Literal::SomeVars { .. } | Literal::SomeIn { .. } | Literal::Every { .. } => break,
        };
        match term(graph, module, expr, 0) {
            Some(term) => conditions.push(Condition { term, is_not }),
            None if is_named(graph, module, expr) => {}
            None => break,
        }
    }
    conditions
}

/// Says whether a statement gives a name to what is there or is not, and cannot take too much.
fn is_named(graph: &Graph, module: &Module, expr: &Expr) -> bool {
    let Expr::AssignExpr { lhs, rhs, .. } = expr else { return false };
    let named = term(graph, module, rhs, 0);
    let is_local = matches!(&**lhs, Expr::Var { span, .. } if !module.imports.contains_key(span.text()));
    is_local && matches!(named, Some(Term::Written(_) | Term::Input(_)))
}

fn term(graph: &Graph, module: &Module, expr: &Expr, depth: usize) -> Option<Term> {
    let below = |expr: &Expr| if depth < DEEPEST { term(graph, module, expr, depth + 1) } else { None };
    match expr {
        Expr::String { value, .. }
        | Expr::RawString { value, .. }
        | Expr::Number { value, .. }
        | Expr::Bool { value, .. }
        | Expr::Null { value, .. } => Some(Term::Written(value.clone())),
        Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
            let name = |step: &Step| if let Step::Field(name) = step { Some(Value::from(name.as_str())) } else { None };
            let steps = graph.of_input(module, &walk::head_name(expr)?.0)?;
            Some(Term::Input(steps.iter().map(name).collect::<Option<_>>()?))
        }
        Expr::Call { fcn, params, .. } => {
            let (called, takes) = graph.builtin(module, &walk::head_name(fcn)?.0)?;
            let params: Vec<Term> = params.iter().map(|param| below(param)).collect::<Option<_>>()?;
            (usize::from(takes) == params.len()).then_some(())?;
            Some(Term::Call((called, takes), Nowhere::of(takes)?, params))
        }
        Expr::BoolExpr { op, lhs, rhs, .. } => Some(Term::Compared(op.clone(), Box::new([below(lhs)?, below(rhs)?]))),
        Expr::Array { .. }
        | Expr::Set { .. }
        | Expr::Object { .. }
        | Expr::ArrayCompr { .. }
        | Expr::SetCompr { .. }
        | Expr::ObjectCompr { .. }
        | Expr::UnaryExpr { .. }
        | Expr::BinExpr { .. }
        | Expr::ArithExpr { .. }
        | Expr::AssignExpr { .. }
        | Expr::Membership { .. } => None,
    }
}
