//! Tests of policies: rules `test_…`, each on the interpreter and on the machine that judges.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::program::Program;
use regorus::unstable::{Expr, Literal, LiteralStmt, Rule, Span};
use regorus::{Engine, Value};

use super::heads;
use super::linked::spelled;
use super::machine::{Failure, Machine, OF_WHOLE, interpret};
use super::mistake::{Mistake, column, last};
use super::module::Module;
use super::reads::Graph;
use super::walk::{self, Met, Reference, Step};
use crate::model::name::Name;

/// A test and how it ended.
#[derive(Debug, Clone)]
pub struct Test {
    /// The text that it stands in.
    pub module: Name,
    /// Its package and name.
    pub name: String,
    pub line: u32,
    pub column: u32,
    /// Why it failed; `None` where it passed.
    pub failure: Option<String>,
    /// Why some of it ran on the interpreter alone; `None` where all ran on both.
    pub alone: Option<String>,
}

/// How a test passed: why some of it ran on the interpreter alone, or why it failed.
type Passed = Result<Option<String>, String>;

/// Runs all tests of some modules.
///
/// # Errors
/// What keeps a module from being loaded.
pub fn run(texts: &[(Name, String)], namespaces: &[String], data: &Value) -> Result<Vec<Test>, Vec<Mistake>> {
    let (mut modules, mut mistakes) = (Vec::new(), Vec::new());
    for (name, text) in texts {
        match Module::parse(name, text) {
            Ok(module) => modules.push(module),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let (graph, _) = Graph::of(&modules.iter().collect::<Vec<_>>());
    let mut tests = Vec::new();
    for module in &modules {
        let package = module.package.join(".");
        if !namespaces.is_empty() && !namespaces.contains(&package) {
            continue;
        }
        for (name, rule) in
            module.rules().filter(|(name, rule)| name.starts_with("test_") && matches!(rule, Rule::Spec { .. }))
        {
            let bench = Bench { modules: &modules, module, graph: &graph, data };
            let passed = bench.test(&name, rule);
            let (alone, failure) = passed.map_or_else(|failure| (None, Some(failure)), |alone| (alone, None));
            let span = rule.span();
            let column = column(&module.text, span.line, span.col);
            tests.push(Test {
                module: module.policy.clone(),
                name: format!("{package}.{name}"),
                line: span.line,
                column,
                failure,
                alone,
            });
        }
    }
    Ok(tests)
}

/// What a test is run with.
struct Bench<'a> {
    modules: &'a [Module],
    module: &'a Module,
    graph: &'a Graph,
    data: &'a Value,
}

impl Bench<'_> {
    /// Runs a test on the interpreter, and what it names on both.
    fn test(&self, name: &str, rule: &Rule) -> Passed {
        let own = self.path(name);
        match self.engine(&[])?.eval_rule(spelled(&own)) {
            Ok(Value::Bool(true)) => {}
            Ok(Value::Undefined | Value::Bool(false)) => return Err("it does not hold".to_owned()),
            Ok(other) => return Err(format!("it is {other}, and not true")),
            Err(error) => return Err(last(&error.to_string())),
        }
        let statements = statements(rule);
        if statements.iter().all(|statement| statement.with_mods.is_empty()) {
            return self.compare(&own, &Value::Undefined, self.data);
        }
        let mut alone = None;
        for statement in statements {
            let more = self.replay(rule, statement)?;
            alone = alone.or(more);
        }
        Ok(alone)
    }

    fn path(&self, name: &str) -> Vec<String> {
        self.module.package.iter().cloned().chain([name.to_owned()]).collect()
    }

    /// Loads the modules, with rules added to the one of the test.
    fn engine(&self, added: &[String]) -> Result<Engine, String> {
        let mut engine = Engine::new();
        for module in self.modules {
            let more = if std::ptr::eq(module, self.module) { added.concat() } else { String::new() };
            let text = format!("{}\n{more}", heads::written(&module.text, heads::moved(module)));
            engine.add_policy(module.policy.to_string(), text).map_err(|error| last(&error.to_string()))?;
        }
        interpret(&mut engine, Value::Undefined, self.data.clone(), OF_WHOLE)?;
        Ok(engine)
    }

    /// Asks the machine about the rules that a statement names, with the input that it puts in place of another.
    ///
    /// The machine does not know `with`; what is put in place is worked out by the interpreter, from the statements
    /// before it.
    fn replay(&self, rule: &Rule, statement: &LiteralStmt) -> Passed {
        let named = self.named(statement);
        if named.is_empty() {
            let is_changed = !statement.with_mods.is_empty();
            return Ok(is_changed.then(|| "a statement with `with` names no rule that has a value".to_owned()));
        }
        let Some((input, data)) = self.replaced(rule, statement) else {
            return Ok(Some("what `with` puts in place is known inside of the test alone".to_owned()));
        };
        let mut alone = None;
        for path in named {
            let more = self.compare(&path, &input, &data)?;
            alone = alone.or(more);
        }
        Ok(alone)
    }

    /// Works out the input and the data that a statement puts in place.
    fn replaced(&self, rule: &Rule, statement: &LiteralStmt) -> Option<(Value, Value)> {
        let before = before(&self.module.text, rule, statement);
        let terms: Option<Vec<&str>> =
            statement.with_mods.iter().map(|with| self.put_in_place(with.refr.span(), &with.span)).collect();
        let body = if before.trim().is_empty() { String::new() } else { format!(" if {{\n{before}\n}}") };
        let probe = format!("charter_probe := [{}]{body}\n", terms?.join(", "));
        let mut engine = self.engine(&[probe]).ok()?;
        let values = engine.eval_rule(spelled(&self.path("charter_probe"))).ok()?;
        let values = values.as_array().ok()?;
        let (mut input, mut data) = (Value::Undefined, self.data.clone());
        for (with, value) in statement.with_mods.iter().zip(values.iter()) {
            match steps(&with.refr) {
                Some((root, path)) if root == "input" => input = put(input, &path, value.clone()),
                Some((root, path)) if root == "data" => data = put(data, &path, value.clone()),
                _ => return None,
            }
        }
        Some((input, data))
    }

    /// Returns the text after `as` of a `with`; the span of an object itself does not begin where the object does.
    fn put_in_place(&self, replaced: &Span, with: &Span) -> Option<&str> {
        self.module.text.get(replaced.end as usize..with.end as usize)?.trim_start().strip_prefix("as")
    }

    /// Lists the paths of the rules that a statement names.
    fn named(&self, statement: &LiteralStmt) -> Vec<Vec<String>> {
        let (Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. }) = &statement.literal else {
            return Vec::new();
        };
        let path = |reference: Reference| {
            let fields = reference.steps.into_iter().map_while(|step| match step {
                Step::Field(name) => Some(name),
                Step::Any => None,
            });
            let imported = self.module.imports.get(&reference.root).and_then(|path| path.split_first());
            match (reference.root.as_str(), imported) {
                ("data", _) => fields.collect::<Vec<String>>(),
                (_, Some((root, rest))) if root == "data" => rest.iter().cloned().chain(fields).collect(),
                (root, _) => self.module.package.iter().cloned().chain([root.to_owned()]).collect(),
            }
        };
        let is_rule = |path: &Vec<String>| {
            let Some((name, package)) = path.split_last() else { return false };
            let mut rules = self.modules.iter().filter(|module| module.package == package).flat_map(Module::rules);
            rules.any(|(own, rule)| own == *name && !is_function(rule))
        };
        let named = walk::expression(expr).into_iter().filter_map(|met| match met {
            Met::Reference(reference) => Some(path(reference)),
            Met::Call(..) | Met::Code(_) | Met::Query(_) | Met::Product | Met::Kind(..) | Met::Doubt => None,
        });
        named.filter(is_rule).collect()
    }

    /// Evaluates a rule on both, and says how they differ if they do: that is a failure where the machine judges.
    fn compare(&self, rule: &[String], input: &Value, data: &Value) -> Passed {
        let path = &*spelled(rule);
        let program = match self.program(path) {
            Ok(program) => program,
            Err(error) => return Ok(Some(format!("the machine cannot load `{path}`: {error}"))),
        };
        let interpreted = || -> Result<Value, String> {
            let mut engine = self.engine(&[])?;
            interpret(&mut engine, input.clone(), data.clone(), OF_WHOLE)?;
            engine.eval_rule(path.to_owned()).map_err(|error| last(&error.to_string()))
        };
        let compiled = || -> Result<Value, String> {
            let mut machine = Machine::new(&program, None, data.clone(), OF_WHOLE).map_err(said)?;
            machine.set_input(input.clone());
            machine.evaluate(path).map_err(said)
        };
        match (interpreted(), compiled()) {
            (Ok(one), Ok(other)) if one == other => Ok(None),
            (Ok(_), _) if self.graph.is_doubtful(rule) => {
                Ok(Some(format!("the machine takes `{path}` otherwise, and does not judge it")))
            }
            (one, other) => {
                let said = |answer: Result<Value, String>| answer.map_or_else(|error| error, |value| value.to_string());
                let judge = if self.graph.is_doubtful(rule) { "interpreter" } else { "machine" };
                let (one, other) = (said(one), said(other));
                Err(format!("`{path}` is {one} to the interpreter, and {other} to the machine; the {judge} judges it"))
            }
        }
    }

    fn program(&self, path: &str) -> Result<Arc<Program>, String> {
        let policy =
            self.engine(&[])?.compile_with_entrypoint(&path.into()).map_err(|error| last(&error.to_string()))?;
        Compiler::compile_from_policy(&policy, &[path]).map_err(|error| last(&error.error.to_string()))
    }
}

/// Lists the statements of a rule.
fn statements(rule: &Rule) -> Vec<&LiteralStmt> {
    let Rule::Spec { bodies, .. } = rule else { return Vec::new() };
    bodies.iter().flat_map(|body| &body.query.stmts).collect()
}

/// Returns the text of the statements of a rule that stand before one.
fn before(text: &str, rule: &Rule, statement: &LiteralStmt) -> String {
    let Rule::Spec { bodies, .. } = rule else { return String::new() };
    let body = bodies.iter().find(|body| body.query.stmts.iter().any(|one| one.sidx == statement.sidx));
    let first = body.and_then(|body| body.query.stmts.first());
    let stretch = first.and_then(|first| text.get(first.span.start as usize..statement.span.start as usize));
    stretch.unwrap_or_default().to_owned()
}

fn is_function(rule: &Rule) -> bool {
    matches!(rule, Rule::Spec { head: regorus::unstable::RuleHead::Func { .. }, .. })
}

fn steps(refr: &Expr) -> Option<(String, Vec<String>)> {
    let (reference, _) = walk::head_name(refr)?;
    let path = reference.steps.into_iter().map(|step| match step {
        Step::Field(name) => Some(name),
        Step::Any => None,
    });
    Some((reference.root, path.collect::<Option<_>>()?))
}

/// Puts a value at a path of another.
fn put(into: Value, path: &[String], value: Value) -> Value {
    let Some((first, rest)) = path.split_first() else { return value };
    let key = Value::from(first.as_str());
    let mut entries: BTreeMap<Value, Value> = match into.as_object() {
        Ok(object) => object.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        Err(_) => BTreeMap::new(),
    };
    let below = entries.remove(&key).unwrap_or(Value::Undefined);
    entries.insert(key, put(below, rest, value));
    Value::from(entries)
}

fn said(failure: Failure) -> String {
    match failure {
        Failure::Limit(limit) => format!("it takes more than {limit}"),
        Failure::Error { message, .. } => message,
    }
}
