//! Variables that stand under `not` alone: nothing gives them a value, so that Rego refuses them.
//!
//! The machine takes such a variable for any that there is, and so means another thing than is read.

use std::collections::BTreeSet;

use regorus::unstable::{Literal, Rule};

use super::mistake::Mistake;
use super::module::Module;
use super::reads::Graph;
use super::walk::{self, Met, Reference};
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
    let met = walk::rule(rule);
    let (mut denied, mut bound) = (Vec::new(), BTreeSet::new());
    for met in &met {
        let Met::Query(query) = met else { continue };
        for statement in &query.stmts {
            match &statement.literal {
                Literal::NotExpr { expr, .. } => denied.push(walk::expression(expr)),
                Literal::Every { key, value, .. } => bound.extend(key.iter().chain([value]).map(|name| name.text())),
                Literal::SomeVars { .. } | Literal::SomeIn { .. } | Literal::Expr { .. } => {}
            }
        }
    }
    let under: BTreeSet<u32> = denied.iter().flatten().filter_map(reference).map(|name| name.span.start).collect();
    let others = met.iter().filter_map(reference).filter(|name| !under.contains(&name.span.start));
    bound.extend(others.map(|name| name.root.as_str()));
    let variable = denied.iter().find_map(|met| {
        let inner = inner(met);
        let is_unbound = |name: &&Reference| {
            let is_bound = name.root != "_" && bound.contains(name.root.as_str());
            !is_bound && !inner.contains(&name.root) && graph.is_variable(module, name)
        };
        met.iter().filter_map(reference).filter(is_unbound).min_by_key(|name| name.span.start)
    })?;
    let message = format!("nothing gives the variable `{}` a value: it stands under `not` alone", variable.root);
    let help =
        "name what must not be: `some x in …` before the `not`, or a rule of its own, `is_bad if …`, and `not is_bad`";
    Some(Mistake::at(&module.policy, Code::PolicyInvalid, &variable.span, &message).help(help))
}

fn reference<'a>(met: &'a Met<'_>) -> Option<&'a Reference> {
    if let Met::Reference(reference) = met { Some(reference) } else { None }
}

/// Lists the names in comprehensions, which give values for themselves.
fn inner(met: &[Met<'_>]) -> BTreeSet<String> {
    let queries =
        met.iter().filter_map(|met| if let Met::Query(query) = met { Some(walk::query(query)) } else { None });
    queries.flatten().filter_map(|met| reference(&met).map(|name| name.root.clone())).collect()
}
