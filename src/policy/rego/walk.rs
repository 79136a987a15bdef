//! A walk through the syntax tree of a module: what it names and what it calls.

use std::collections::BTreeSet;

use regorus::unstable::{
    ArithOp, BoolOp, Expr, Literal, LiteralStmt, Query, Ref, Rule, RuleAssign, RuleBody, RuleHead, Span,
};

/// A step of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into a field whose name is written.
    Field(String),
    /// Into whatever a variable says.
    Any,
}

/// A name and the steps below it: `data.charter.resources[kind]`.
#[derive(Debug, Clone)]
pub struct Reference {
    pub root: String,
    pub steps: Vec<Step>,
    pub span: Span,
}

/// Something that a rule names.
#[derive(Debug)]
pub enum Met<'a> {
    Reference(Reference),
    Call(Reference, &'a [Ref<Expr>]),
    /// A mapping's entry `code` with a text that is written.
    Code(&'a str),
    /// A body, or what stands after the bar of a comprehension or in an `every`.
    Query(&'a Query),
    /// A multiplication of two numbers that are not written: it may have as many digits as both.
    Product,
    /// A text that the kind of the input is compared with.
    Kind(&'a str, &'a Span),
    /// What the machine may take otherwise.
    ///
    /// `every`: it goes on where the body looks up what is not there. A comprehension: what does not hold in it may end
    /// the turn of a loop around it, a list keeps what is not there, and of two values of one key a mapping takes the
    /// last. After either, what was first named in it is not there where it ran over nothing. A calculation: of what is
    /// no number, or no set, it makes silence. `key, value in collection`: it does not ask for the key.
    Doubt,
}

/// The kind of what is asked about.
const KIND: &str = "input.kind";

/// What is still to be looked at. A list and not recursion: a chain of references may be as long as a file.
pub enum Open<'a> {
    Expr(&'a Expr),
    Query(&'a Query),
}

/// Lists all that a rule names, in no order.
pub fn rule(rule: &Rule) -> Vec<Met<'_>> {
    all(opened(rule), true)
}

/// Lists all that is named other than under `not`.
pub fn affirmed(open: Vec<Open<'_>>) -> Vec<Met<'_>> {
    all(open, false)
}

/// Lists what a rule is made of.
pub fn opened(rule: &Rule) -> Vec<Open<'_>> {
    let mut open = Vec::new();
    match rule {
        Rule::Spec { head, bodies, .. } => {
            self::head(head, &mut open);
            bodies.iter().for_each(|body| self::body(body, &mut open));
        }
        Rule::Default { args, value, .. } => open.extend(args.iter().chain([value]).map(|expr| Open::Expr(expr))),
    }
    open
}

/// Lists all that an expression names.
pub fn expression(expr: &Expr) -> Vec<Met<'_>> {
    all(vec![Open::Expr(expr)], true)
}

/// Lists the kinds of which the input has to be for a rule to hold; `None` where a part of it does not say.
///
/// Nothing else of a rule can make up for a statement `input.kind == "Team"` that does not hold.
pub fn kinds(rule: &Rule) -> Option<BTreeSet<String>> {
    let Rule::Spec { bodies, .. } = rule else { return None };
    let parts: Option<Vec<String>> = bodies.iter().map(|body| body.query.stmts.iter().find_map(kind)).collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.into_iter().collect())
}

/// Returns the text that an expression is as it is written.
fn literal(expr: &Expr) -> Option<&str> {
    let (Expr::String { value, .. } | Expr::RawString { value, .. }) = expr else { return None };
    value.as_string().ok().map(|text| &**text)
}

/// Returns the kind that a statement demands of the input.
fn kind(statement: &LiteralStmt) -> Option<String> {
    let Literal::Expr { expr, .. } = &statement.literal else { return None };
    let Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. } = &**expr else { return None };
    let Met::Kind(kind, _) = compared(lhs, rhs)? else { return None };
    Some(kind.to_owned()).filter(|_| statement.with_mods.is_empty())
}

/// Spells a chain of names.
fn text(expr: &Expr) -> String {
    let spelled = chain(expr).map(|(reference, _)| {
        let steps = reference.steps.into_iter().map(|step| match step {
            Step::Field(name) => name,
            Step::Any => "*".to_owned(),
        });
        [reference.root].into_iter().chain(steps).collect::<Vec<_>>().join(".")
    });
    spelled.unwrap_or_default()
}

/// Counts the values that a rule is given, and says whether the machine may make of it what it is not.
///
/// Several definitions have a value each, those after `else` only where those before have none. One that loops may have
/// as many as it takes turns. What has a key that is worked out may have two values of one. The machine has no default of
/// a function, and does not always go on to `else`.
pub fn values(rule: &Rule) -> (usize, bool) {
    let (head, bodies) = match rule {
        Rule::Spec { head, bodies, .. } => (head, bodies),
        Rule::Default { args, .. } => return (0, !args.is_empty()),
    };
    let Some(assign) = assignment(head) else { return (0, is_keyed(head)) };
    let independent = bodies.iter().filter(|body| !body.is_else).count().max(1);
    let mut assigned = bodies.iter().filter_map(|body| body.assign.as_ref()).chain([assign]);
    let loops = bodies.iter().any(|body| body.query.stmts.iter().any(is_loop));
    let is_several = loops && !assigned.all(|assign| is_constant(&assign.value));
    (independent, is_keyed(head) || is_several || !before_else(head, bodies).all(|(body, value)| goes_on(body, value)))
}

fn assignment(head: &RuleHead) -> Option<&RuleAssign> {
    match head {
        RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } => assign.as_ref(),
        RuleHead::Set { .. } => None,
    }
}

fn is_keyed(head: &RuleHead) -> bool {
    matches!(head, RuleHead::Compr { refr, .. } if chain(refr).is_some_and(|(_, keys)| !keys.is_empty()))
}

fn is_constant(value: &Expr) -> bool {
    matches!(
        value,
        Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } | Expr::Bool { .. } | Expr::Null { .. }
    )
}

/// Lists the bodies that an `else` follows, each with the value that it gives.
pub fn before_else<'a>(
    head: &'a RuleHead,
    bodies: &'a [RuleBody],
) -> impl Iterator<Item = (&'a RuleBody, &'a RuleAssign)> {
    let values = bodies.iter().enumerate();
    let values = values.map(|(index, body)| if index == 0 { assignment(head) } else { body.assign.as_ref() });
    let followed = values.zip(bodies).zip(bodies.iter().skip(1)).filter(|(_, next)| next.is_else);
    followed.filter_map(|((assign, body), _)| Some((body, assign?)))
}

/// Says whether the machine goes on to `else` where a body does not hold: nothing in it loops, and its value does not hang
/// on what is found in it.
fn goes_on(body: &RuleBody, assign: &RuleAssign) -> bool {
    let found = body.query.stmts.iter().filter_map(|statement| {
        let Literal::Expr { expr, .. } = &statement.literal else { return None };
        let Expr::AssignExpr { lhs, .. } = &**expr else { return None };
        Some(expression(lhs))
    });
    let found: BTreeSet<String> = found.flatten().filter_map(|met| root(&met)).collect();
    let hangs = |met: &Met<'_>| match met {
        Met::Reference(reference) => !reference.steps.is_empty() || found.contains(&reference.root),
        Met::Call(..) | Met::Code(_) | Met::Query(_) | Met::Product | Met::Kind(..) | Met::Doubt => false,
    };
    let loops = |statement: &LiteralStmt| is_loop(statement) || matches!(statement.literal, Literal::Every { .. });
    !body.query.stmts.iter().any(loops) && !expression(&assign.value).iter().any(hangs)
}

fn root(met: &Met<'_>) -> Option<String> {
    if let Met::Reference(reference) = met { Some(reference.root.clone()) } else { None }
}

/// Counts the arguments that a function takes; `None` for any other rule.
pub fn arguments(rule: &Rule) -> Option<usize> {
    let (Rule::Spec { head: RuleHead::Func { args, .. }, .. } | Rule::Default { args, .. }) = rule else { return None };
    (!args.is_empty()).then_some(args.len())
}

/// Says whether a statement may hold several times.
pub fn is_loop(statement: &LiteralStmt) -> bool {
    match &statement.literal {
        Literal::SomeVars { .. } | Literal::SomeIn { .. } => true,
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => loops(expr),
        Literal::Every { .. } => false,
    }
}

/// Says whether an expression may have several values.
pub fn loops(expr: &Expr) -> bool {
    let is_any = |met: &Met<'_>| matches!(met, Met::Reference(reference) if reference.steps.contains(&Step::Any));
    expression(expr).iter().any(is_any)
}

/// Returns the name at the root of a rule's head, and whether nothing stands below it.
pub fn head_name(refr: &Expr) -> Option<(Reference, bool)> {
    let (reference, _) = chain(refr)?;
    let is_plain = reference.steps.is_empty();
    Some((reference, is_plain))
}

/// Returns the steps as far as they are written.
pub fn fields(path: &[Step]) -> Vec<String> {
    let fields = path.iter().map_while(|step| match step {
        Step::Field(name) => Some(name.clone()),
        Step::Any => None,
    });
    fields.collect()
}

/// Spells what is called as it is written.
pub fn spelled(called: &Reference) -> String {
    [called.root.clone()].into_iter().chain(fields(&called.steps)).collect::<Vec<_>>().join(".")
}

fn all(mut open: Vec<Open<'_>>, with_denied: bool) -> Vec<Met<'_>> {
    let mut met = Vec::new();
    while let Some(next) = open.pop() {
        match next {
            Open::Expr(expr) => self::expr(expr, &mut open, &mut met),
            Open::Query(query) => {
                met.push(Met::Query(query));
                let every = |stmt: &&LiteralStmt| matches!(stmt.literal, Literal::Every { .. });
                met.extend(query.stmts.iter().filter(every).map(|_| Met::Doubt));
                let is_denied = |stmt: &&LiteralStmt| matches!(stmt.literal, Literal::NotExpr { .. });
                let looked_at = query.stmts.iter().filter(|stmt| with_denied || !is_denied(stmt));
                looked_at.for_each(|stmt| statement(stmt, &mut open));
            }
        }
    }
    met
}

/// Takes what stands in a head; what it is called is no reference.
fn head<'a>(head: &'a RuleHead, open: &mut Vec<Open<'a>>) {
    let (refr, assign) = match head {
        RuleHead::Compr { refr, assign, .. } => (refr, assign.as_ref()),
        RuleHead::Set { refr, key, .. } => {
            open.extend(key.iter().map(|key| Open::Expr(key)));
            (refr, None)
        }
        RuleHead::Func { refr, args, assign, .. } => {
            open.extend(args.iter().map(|arg| Open::Expr(arg)));
            (refr, assign.as_ref())
        }
    };
    open.extend(chain(refr).into_iter().flat_map(|(_, indices)| indices).map(Open::Expr));
    open.extend(assign.map(assigned));
}

fn assigned(assign: &RuleAssign) -> Open<'_> {
    Open::Expr(&assign.value)
}

fn body<'a>(body: &'a RuleBody, open: &mut Vec<Open<'a>>) {
    open.extend(body.assign.as_ref().map(assigned));
    open.push(Open::Query(&body.query));
}

fn statement<'a>(statement: &'a LiteralStmt, open: &mut Vec<Open<'a>>) {
    let changed = statement.with_mods.iter().flat_map(|with| [&with.refr, &with.r#as]);
    open.extend(changed.map(|expr| Open::Expr(expr)));
    match &statement.literal {
        Literal::SomeVars { .. } => {}
        Literal::SomeIn { key, value, collection, .. } => {
            open.extend(key.iter().chain([value, collection]).map(|expr| Open::Expr(expr)));
        }
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => open.push(Open::Expr(expr)),
        Literal::Every { domain, query, .. } => open.extend([Open::Expr(domain), Open::Query(query)]),
    }
}

fn expr<'a>(expr: &'a Expr, open: &mut Vec<Open<'a>>, met: &mut Vec<Met<'a>>) {
    let mut push = |exprs: &[&'a Ref<Expr>]| open.extend(exprs.iter().map(|expr| Open::Expr(expr)));
    match expr {
        Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } | Expr::Bool { .. } | Expr::Null { .. } => {}
        Expr::Array { items, .. } | Expr::Set { items, .. } => push(&items.iter().collect::<Vec<_>>()),
        Expr::Object { fields, .. } => {
            met.extend(fields.iter().filter_map(|(_, key, value)| code(key, value)));
            push(&fields.iter().flat_map(|(_, key, value)| [key, value]).collect::<Vec<_>>());
        }
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
            met.push(Met::Doubt);
            push(&[term]);
            open.push(Open::Query(query));
        }
        Expr::ObjectCompr { key, value, query, .. } => {
            met.push(Met::Doubt);
            push(&[key, value]);
            open.push(Open::Query(query));
        }
        Expr::Call { fcn, params, .. } => {
            push(&params.iter().collect::<Vec<_>>());
            if let Some((called, indices)) = chain(fcn) {
                open.extend(indices.into_iter().map(Open::Expr));
                met.push(Met::Call(called, params));
            }
        }
        Expr::UnaryExpr { expr, .. } => push(&[expr]),
        Expr::ArithExpr { op, lhs, rhs, .. } => {
            let is_product = *op == ArithOp::Mul && !is_constant(lhs) && !is_constant(rhs);
            met.extend(is_product.then_some(Met::Product));
            met.push(Met::Doubt);
            push(&[lhs, rhs]);
        }
        Expr::BoolExpr { lhs, rhs, .. } => {
            met.extend(compared(lhs, rhs));
            push(&[lhs, rhs]);
        }
        Expr::BinExpr { lhs, rhs, .. } => {
            met.push(Met::Doubt);
            push(&[lhs, rhs]);
        }
        Expr::AssignExpr { lhs, rhs, .. } => push(&[lhs, rhs]),
        Expr::Membership { key, value, collection, .. } => {
            met.extend(key.as_ref().map(|_| Met::Doubt));
            push(&key.iter().chain([value, collection]).collect::<Vec<_>>());
        }
        Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => reference(expr, open, met),
    }
}

fn compared<'a>(lhs: &'a Expr, rhs: &'a Expr) -> Option<Met<'a>> {
    let word = if text(lhs) == KIND { rhs } else { Some(lhs).filter(|_| text(rhs) == KIND)? };
    literal(word).map(|kind| Met::Kind(kind, word.span()))
}

fn code<'a>(key: &Expr, value: &'a Expr) -> Option<Met<'a>> {
    (key.span().text().trim_matches('"') == "code").then(|| literal(value).map(Met::Code))?
}

fn reference<'a>(expr: &'a Expr, open: &mut Vec<Open<'a>>, met: &mut Vec<Met<'a>>) {
    match chain(expr) {
        Some((reference, indices)) => {
            open.extend(indices.into_iter().map(Open::Expr));
            met.push(Met::Reference(reference));
        }
        // What a reference starts from may be anything: a call, a comprehension.
        None => open.extend(below(expr).into_iter().map(Open::Expr)),
    }
}

/// Takes a chain of references apart: its root and its steps, and the expressions in its brackets.
fn chain(expr: &Expr) -> Option<(Reference, Vec<&Expr>)> {
    let (mut steps, mut indices, mut at) = (Vec::new(), Vec::new(), expr);
    loop {
        if let Expr::RefDot { refr, field, .. } = at {
            steps.push(Step::Field(field.0.text().to_owned()));
            at = refr;
        } else if let Expr::RefBrack { refr, index, .. } = at {
            steps.push(literal(index).map_or(Step::Any, |text| Step::Field(text.to_owned())));
            indices.push(&**index);
            at = refr;
        } else {
            let Expr::Var { span, .. } = at else { return None };
            steps.reverse();
            return Some((Reference { root: span.text().to_owned(), steps, span: span.clone() }, indices));
        }
    }
}

/// Lists what a chain of references that has no name at its root is made of.
fn below(expr: &Expr) -> Vec<&Expr> {
    let (mut found, mut at) = (Vec::new(), expr);
    loop {
        if let Expr::RefDot { refr, .. } = at {
            at = refr;
        } else if let Expr::RefBrack { refr, index, .. } = at {
            found.push(&**index);
            at = refr;
        } else {
            found.push(at);
            return found;
        }
    }
}
