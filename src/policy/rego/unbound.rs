//! Variables that stand under `not` alone: nothing gives them a value, so that Rego refuses them.
//!
//! The machine takes such a variable for any that there is, and so means another thing than is read.

use std::collections::BTreeSet;

use regorus::unstable::{Literal, Query, Rule};

use super::mistake::Mistake;
use super::module::Module;
use super::reads::Graph;
use super::walk::{self, Met, Open, Reference};
use crate::model::code::Code;

/// Lists the variables of modules that nothing gives a value, each where it is first met.
pub fn judge(modules: &[Module], graph: &Graph) -> Vec<Mistake> {
    let of = |module| {
        let rules = Module::rules(module);
        rules.filter_map(move |(_, rule)| unbound(module, graph, rule))
    };
    modules.iter().flat_map(of).collect()
}

fn unbound(module: &Module, graph: &Graph, rule: &Rule) -> Option<Mistake> {
    let is_variable = |name: &Reference| graph.is_variable(module, name);
    let variable = first(&walk::affirmed(walk::opened(rule)), &[], &is_variable)?;
    let message = format!("nothing gives the variable `{}` a value: it stands under `not` alone", variable.root);
    let help =
        "name what must not be: `some x in …` before the `not`, or a rule of its own, `is_bad if …`, and `not is_bad`";
    Some(Mistake::at(&module.policy, Code::PolicyInvalid, &variable.span, &message).help(help))
}

/// Finds the first variable under `not` that neither what is met beside it gives a value, nor what stands around that.
///
/// A comprehension under `not` gives values to what it denies itself: brackets nest so deep, and so does this.
fn first(met: &[Met<'_>], around: &[&BTreeSet<String>], is_variable: &dyn Fn(&Reference) -> bool) -> Option<Reference> {
    let bound = names(met);
    let bound: Vec<&BTreeSet<String>> = around.iter().copied().chain([&bound]).collect();
    let statements = queries(met).flat_map(|query| &query.stmts);
    let denied = statements.filter_map(|statement| match &statement.literal {
        Literal::NotExpr { expr, .. } => Some(walk::affirmed(vec![Open::Expr(expr)])),
        Literal::Every { .. } | Literal::SomeVars { .. } | Literal::SomeIn { .. } | Literal::Expr { .. } => None,
    });
    denied
        .filter_map(|denied| {
            let within = walk::affirmed(queries(&denied).map(Open::Query).collect());
            let inner = names(&within);
            let is_unbound = |name: &&Reference| {
                let is_bound = name.root != "_" && bound.iter().any(|bound| bound.contains(&name.root));
                !is_bound && !inner.contains(&name.root) && is_variable(name)
            };
            let own = denied.iter().filter_map(reference).filter(is_unbound).min_by_key(|name| name.span.start);
            own.cloned().or_else(|| first(&within, &bound, is_variable))
        })
        .next()
}

/// Lists the names that are met, with those that `every` gives.
fn names(met: &[Met<'_>]) -> BTreeSet<String> {
    let every = queries(met).flat_map(|query| &query.stmts).filter_map(|statement| match &statement.literal {
        Literal::Every { key, value, .. } => Some(key.iter().chain([value]).map(|name| name.text().to_owned())),
        Literal::NotExpr { .. } | Literal::SomeVars { .. } | Literal::SomeIn { .. } | Literal::Expr { .. } => None,
    });
    met.iter().filter_map(reference).map(|name| name.root.clone()).chain(every.flatten()).collect()
}

fn queries<'a>(met: &[Met<'a>]) -> impl Iterator<Item = &'a Query> {
    met.iter().filter_map(|met| if let Met::Query(query) = met { Some(*query) } else { None })
}

fn reference<'a>(met: &'a Met<'_>) -> Option<&'a Reference> {
    if let Met::Reference(reference) = met { Some(reference) } else { None }
}
