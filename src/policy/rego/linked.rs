//! Modules put together and compiled: every rule that is judged becomes an entry point of one program.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regorus::languages::rego::compiler::{Compiler, CompilerError, SpannedCompilerError};
use regorus::rvm::program::Program;
use regorus::{CompiledPolicy, Engine};

use super::conditions::Conditions;
use super::mistake::{self, Mistake};
use super::module::{Head, Module};
use super::paths::Paths;
use super::reads::{Graph, Reads};
use super::{bounds, constants, heads, silent, unbound};
use crate::model::code::{Code, Severity};
use crate::model::name::Name;
use crate::model::origin::Span;

/// A rule that is judged.
#[derive(Debug, Clone)]
pub struct Entry {
    pub policy: Name,
    /// Its package, without `data`.
    pub package: String,
    /// Its package and name, as people write them.
    pub rule: String,
    /// Its package and name, step by step.
    own: Vec<String>,
    /// Its path in the program.
    pub path: String,
    pub severity: Severity,
    pub reads: Reads,
    /// Whether the machine may make of it what it is not (of two values for one thing it makes none): the interpreter tells.
    pub is_doubtful: bool,
    /// Whether the machine has it.
    pub is_compiled: bool,
    /// The kinds of which something has to be for it to hold; `None` where that is not written.
    pub kinds: Option<BTreeSet<String>>,
    /// What has to hold for it, as far as that is told without the machine.
    pub conditions: Conditions,
    /// Where its first head stands.
    pub span: Span,
}

impl Entry {
    /// Leaves it to the interpreter, which evaluates all of a package that is imported, and so is given all that it reads.
    fn doubt(&mut self, graph: &Graph) {
        self.is_doubtful = true;
        self.conditions = Conditions::default();
        if !self.reads.input.is_empty() {
            self.reads.input = Paths::All;
        }
        self.reads.world = graph.touched(&self.own);
    }
}

/// A program of policies, with the rules that are judged.
#[derive(Debug)]
pub struct Linked {
    /// `None` where nothing is judged.
    pub program: Option<Arc<Program>>,
    pub engine: Engine,
    pub entries: Vec<Entry>,
    pub doubts: Vec<Mistake>,
}

/// The rules of one name in one package, by the modules that have some.
type Shared<'a> = BTreeMap<(&'a [String], &'a str), Vec<usize>>;

/// Compiles modules.
///
/// # Errors
/// What keeps them from being compiled.
pub fn link(modules: &[Module]) -> Result<Linked, Vec<Mistake>> {
    let (graph, mut mistakes) = Graph::of(&modules.iter().collect::<Vec<_>>());
    mistakes.extend(graph.deepest());
    mistakes.extend(constants::judge(modules).into_iter().chain(unbound::judge(modules, &graph)));
    if !mistakes.is_empty() {
        mistakes.sort_by_key(|mistake| (mistake.policy.clone(), mistake.span));
        mistakes.dedup();
        return Err(mistakes);
    }
    let mut shared = Shared::new();
    for (index, module) in modules.iter().enumerate() {
        for head in &module.judged {
            let owners = shared.entry((&module.package, &head.name)).or_default();
            if owners.last() != Some(&index) {
                owners.push(index);
            }
        }
    }
    let mut entries = entries(modules, &shared, &graph);
    let mut engine = Engine::new();
    for (index, module) in modules.iter().enumerate() {
        let text = renamed(module, index, &shared);
        let added = engine.add_policy(module.policy.to_string(), text);
        added.map_err(|error| {
            vec![Mistake::told(&module.policy, Code::PolicyInvalid, &module.text, &error.to_string())]
        })?;
    }
    for (number, text) in gathered(&shared).into_iter().enumerate() {
        // It is made of what was parsed already.
        engine.add_policy(format!("gathered {number}"), text).map_err(|error| lost(modules, &error.to_string()))?;
    }
    let program = compile(&mut engine, &mut entries, &graph).map_err(|told| lost(modules, &told))?;
    Ok(Linked { program, engine, entries, doubts: silent::judge(modules, &graph) })
}

/// Lists the rules that are judged, each once a module.
fn entries(modules: &[Module], shared: &Shared<'_>, graph: &Graph) -> Vec<Entry> {
    let mut entries = Vec::new();
    for ((package, name), owners) in shared {
        for owner in owners {
            let Some((module, head)) = modules.get(*owner).and_then(|module| Some((module, first(module, name)?)))
            else {
                continue;
            };
            let own = [package.to_vec(), vec![(*name).to_owned()]].concat();
            let called = if owners.len() > 1 { alias(name, *owner) } else { (*name).to_owned() };
            let path = [package.to_vec(), vec![called]].concat();
            let width = u32::try_from(name.len()).unwrap_or(1);
            let mut entry = Entry {
                policy: module.policy.clone(),
                package: package.join("."),
                rule: own.join("."),
                path: spelled(&path),
                severity: head.severity,
                reads: graph.reads(&own),
                is_doubtful: false,
                is_compiled: true,
                kinds: kinds(module, name),
                conditions: Conditions::of(graph, module, name),
                span: mistake::span(
                    head.span.line,
                    mistake::column(&module.text, head.span.line, head.span.col),
                    width,
                ),
                own,
            };
            if graph.is_doubtful(&entry.own) {
                entry.doubt(graph);
            }
            entries.push(entry);
        }
    }
    entries
}

/// Lists the kinds that a rule is about, where each of its parts says so.
fn kinds(module: &Module, name: &str) -> Option<BTreeSet<String>> {
    let heads = module.judged.iter().filter(|head| head.name == name);
    let kinds: Option<Vec<&BTreeSet<String>>> = heads.map(|head| head.kinds.as_ref()).collect();
    Some(kinds?.into_iter().flatten().cloned().collect())
}

fn first<'a>(module: &'a Module, name: &str) -> Option<&'a Head> {
    module.judged.iter().find(|head| head.name == name)
}

/// Names the part of a rule that one module has, where several have some: it is known then which of them found what.
fn alias(name: &str, owner: usize) -> String {
    format!("{name}__{owner}")
}

/// Returns the text of a module in which the rules that it shares with others have names of their own.
fn renamed(module: &Module, index: usize, shared: &Shared<'_>) -> String {
    let is_shared = |head: &&Head| {
        shared.get(&(module.package.as_slice(), head.name.as_str())).is_some_and(|owners| owners.len() > 1)
    };
    let mut heads: Vec<&Head> = module.judged.iter().filter(is_shared).collect();
    heads.dedup_by_key(|head| head.span.start);
    let named = heads.into_iter().filter_map(|head| {
        let range = head.span.start as usize..head.span.end as usize;
        (module.text.get(range.clone()) == Some(head.name.as_str())).then(|| (range, alias(&head.name, index)))
    });
    heads::written(&module.text, named.chain(heads::moved(module)).collect())
}

/// Writes the modules in which a shared rule is the sum of its parts again, for whoever refers to it.
fn gathered(shared: &Shared<'_>) -> Vec<String> {
    let several = shared.iter().filter(|(_, owners)| owners.len() > 1);
    several
        .map(|((package, name), owners)| {
            let part = |owner: &usize| format!("{name} contains said if some said in {}\n", alias(name, *owner));
            let parts: String = owners.iter().map(part).collect();
            format!("package {}\n{parts}", package_path(package))
        })
        .collect()
}

fn package_path(package: &[String]) -> String {
    let path = spelled(package);
    path.strip_prefix("data.").unwrap_or(&path).to_owned()
}

/// Spells the path of a rule: names with dots, other texts in brackets.
pub fn spelled(path: &[String]) -> String {
    let is_word = |text: &str| {
        !text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let step = |step: &String| if is_word(step) { format!(".{step}") } else { format!("[{step:?}]") };
    path.iter().map(step).fold("data".to_owned(), |path, step| path + &step)
}

/// Compiles the entry points, or tells what keeps one from it.
///
/// Where the compiler does not know what is valid, each is tried by itself, and the interpreter judges what is left.
fn compile(engine: &mut Engine, entries: &mut [Entry], graph: &Graph) -> Result<Option<Arc<Program>>, String> {
    let Some(first) = entries.first() else { return Ok(None) };
    let policy = engine.compile_with_entrypoint(&Arc::from(&*first.path)).map_err(|error| error.to_string())?;
    let mut compiled = program(&policy, entries);
    if compiled.as_ref().is_err_and(is_unknown) {
        for entry in &mut *entries {
            if program(&policy, std::slice::from_ref(entry)).is_err_and(|error| is_unknown(&error)) {
                entry.is_compiled = false;
                entry.doubt(graph);
            }
        }
        compiled = program(&policy, entries);
    }
    compiled.map(Some).map_err(|error| error.to_string())
}

/// Says whether the compiler does not know what is valid: a collection that is itself looked for, too many names.
fn is_unknown(error: &SpannedCompilerError) -> bool {
    matches!(error.error, CompilerError::SomeInNotHoisted | CompilerError::RegisterOverflow { .. })
}

fn program(policy: &CompiledPolicy, entries: &[Entry]) -> Result<Arc<Program>, SpannedCompilerError> {
    let paths: Vec<&str> = entries.iter().filter(|entry| entry.is_compiled).map(|entry| entry.path.as_str()).collect();
    let mut program = Arc::unwrap_or_clone(Compiler::compile_from_policy(policy, &paths)?);
    bounds::compiled(&mut program);
    Ok(Arc::new(program))
}

/// Finds the module that a message is about.
fn lost(modules: &[Module], told: &str) -> Vec<Mistake> {
    let file = mistake::place(told).map(|(file, _)| file);
    let named = modules.iter().find(|module| file.as_deref() == Some(module.policy.as_str()));
    let Some(module) = named.or_else(|| modules.first()) else { return Vec::new() };
    let mut mistake = Mistake::told(&module.policy, Code::PolicyInvalid, &module.text, told);
    if mistake.message.starts_with("the `with` keyword") {
        "`with` stands in tests alone".clone_into(&mut mistake.message);
        mistake.help = Some("give what is asked about to a function, as an argument".to_owned());
    }
    vec![if named.is_some() { mistake } else { Mistake { span: None, ..mistake } }]
}
