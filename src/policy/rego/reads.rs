//! What a rule reads: the resource that it is asked about, the organisation, or both; through all that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use regorus::unstable::{BuiltinFcn, Span};

use super::mistake::Mistake;
use super::module::Module;
use super::parts::{self, World};
use super::paths::Paths;
use super::walk::{self, Met, Reference, Step, fields, spelled};
use super::{bounds, builtins, certain};
use crate::model::code::Code;
use crate::model::name::Name;

/// What a rule reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Of the resource that is judged.
    pub input: Paths,
    pub world: World,
}

/// The most rules that one goes through to another.
const DEEPEST: usize = 100;

/// The most multiplications that follow on one another: each may double the digits, and nothing ends one that runs.
const MOST_PRODUCTS: u32 = 10;

/// What each rule of some modules names.
#[derive(Debug, Default)]
pub struct Graph {
    /// By the path of the rule: what it reads itself, and the paths it refers to, each a path or the beginning of some.
    rules: BTreeMap<Vec<String>, Node>,
}

#[derive(Debug, Default)]
struct Node {
    reads: Reads,
    /// How often it is given a value that is not just true, and whether one of them may be several.
    values: usize,
    is_doubtful: bool,
    /// How many arguments it takes, if it is a function.
    takes: Option<usize>,
    /// How many multiplications it has of which a number may come with the digits of both.
    products: u32,
    /// Where it is first met, and in which policy.
    place: Option<(Name, Span)>,
    edges: Vec<Vec<String>>,
    /// The packages that it names by an import.
    imported: Vec<Vec<String>>,
}

impl Graph {
    /// Makes the graph of modules, and lists what they call or name that is not there.
    pub fn of(modules: &[&Module]) -> (Graph, Vec<Mistake>) {
        let mut graph = Graph::default();
        for module in modules {
            for (name, rule) in module.rules() {
                let node = graph.rules.entry(path(module, &name)).or_default();
                node.takes = node.takes.or(walk::arguments(rule));
            }
        }
        let mut mistakes = Vec::new();
        for module in modules {
            for (name, rule) in module.rules() {
                let mut node = Node { place: Some((module.policy.clone(), rule.span().clone())), ..Node::default() };
                (node.values, node.is_doubtful) = walk::values(rule);
                node.is_doubtful |= !certain::judge(rule);
                for met in walk::rule(rule) {
                    graph.meet(module, &met, &mut node, &mut mistakes);
                }
                let known = graph.rules.entry(path(module, &name)).or_default();
                mistakes.extend(known.elsewhere(module, rule.span()));
                known.absorb(node);
            }
        }
        (graph, mistakes)
    }

    fn meet(&self, module: &Module, met: &Met<'_>, node: &mut Node, mistakes: &mut Vec<Mistake>) {
        match met {
            Met::Reference(reference) => {
                node.imported.extend(imported(module, reference));
                match self.resolve(module, reference) {
                    Some((root, path)) if root == "input" => node.reads.input.add(&Paths::of(&path)),
                    Some((root, path)) if root == "data" => mistakes.extend(self.read(module, reference, &path, node)),
                    Some(_) | None => {}
                }
            }
            Met::Code(_) | Met::Query(_) | Met::Kind(..) => {}
            Met::Product => node.products += 1,
            Met::Doubt => node.is_doubtful = true,
            Met::Call(called, params) => {
                let name = spelled(called);
                node.imported.extend(imported(module, called));
                node.is_doubtful |= builtins::arity(&name).is_some_and(|takes| takes < params.len());
                match self.resolve(module, called) {
                    Some((root, path)) if root == "data" && self.is_rule(&path) => {
                        let path = fields(&path);
                        let takes = self.rules.get(&path).and_then(|rule| rule.takes);
                        node.is_doubtful |= takes.is_some_and(|takes| takes < params.len());
                        mistakes.extend(takes.and_then(|takes| overfull(module, called, takes, params.len())));
                        node.edges.push(path);
                    }
                    Some(_) | None => {
                        let refused = builtins::judge(&name, params);
                        mistakes.extend(refused.map(|(message, help)| {
                            Mistake::at(&module.policy, Code::PolicyBuiltin, &called.span, &message).help(help)
                        }));
                    }
                }
            }
        }
    }

    /// Follows a name to `input` or to a path below `data`; `None` for a variable.
    fn resolve(&self, module: &Module, reference: &Reference) -> Option<(String, Vec<Step>)> {
        let Reference { root, steps, .. } = reference;
        if root == "input" || root == "data" {
            return Some((root.clone(), steps.clone()));
        }
        let field = |name: &String| Step::Field(name.clone());
        if let Some((first, rest)) = module.imports.get(root).and_then(|path| path.split_first()) {
            return Some((first.clone(), rest.iter().map(field).chain(steps.iter().cloned()).collect()));
        }
        let steps = module.package.iter().chain([root]).map(field).chain(steps.iter().cloned());
        let own = path(module, root);
        let is_rule = self.near(&own).iter().any(|(rule, _)| rule.starts_with(&own));
        is_rule.then(|| ("data".to_owned(), steps.collect()))
    }

    /// Follows a name to the input, and returns the steps below it.
    pub fn of_input(&self, module: &Module, reference: &Reference) -> Option<Vec<Step>> {
        self.resolve(module, reference).filter(|(root, _)| root == "input").map(|(_, steps)| steps)
    }

    /// Says whether a name is none of what is there for all.
    pub fn is_variable(&self, module: &Module, reference: &Reference) -> bool {
        self.resolve(module, reference).is_none()
    }

    /// Returns the builtin function that is called by a name, unless a module defines it.
    pub fn builtin(&self, module: &Module, called: &Reference) -> Option<BuiltinFcn> {
        let is_own = self.resolve(module, called).is_some_and(|(_, path)| self.is_rule(&path));
        if is_own { None } else { bounds::function(&spelled(called)) }
    }

    fn is_rule(&self, path: &[Step]) -> bool {
        !self.near(&fields(path)).is_empty()
    }

    /// Takes in a reference below `data`.
    fn read(&self, module: &Module, reference: &Reference, path: &[Step], node: &mut Node) -> Option<Mistake> {
        let wrong = |message: String, help: String| {
            Some(Mistake::at(&module.policy, Code::PolicyInvalid, &reference.span, &message).help(help))
        };
        match path {
            // All there is, whatever that is.
            [] | [Step::Any, ..] => {
                node.reads.world = World::all();
                node.is_doubtful = true;
                node.edges.push(Vec::new());
                None
            }
            [Step::Field(root), rest @ ..] if root == "charter" => match parts::take(rest, &mut node.reads.world) {
                Ok(()) => None,
                Err((message, help)) => wrong(message, help),
            },
            _ if self.is_rule(path) => {
                let path = fields(path);
                // Of what is put together of several rules, the machine does not see all.
                let is_one =
                    (1..=path.len()).any(|end| path.get(..end).is_some_and(|own| self.rules.contains_key(own)));
                node.is_doubtful |= !is_one;
                node.edges.push(path);
                None
            }
            _ => {
                let name = fields(path).join(".");
                wrong(
                    format!("there is nothing at `data.{name}`"),
                    "no policy declares it; the organisation is `data.charter`, parameters are below `data.charter.parameters`".to_owned(),
                )
            }
        }
    }

    /// Works out what a rule reads, through all that it names.
    pub fn reads(&self, rule: &[String]) -> Reads {
        let mut reads = Reads::default();
        for node in self.reached(rule, |node| node.edges.clone()) {
            reads.input.add(&node.reads.input);
            reads.world.add(&node.reads.world);
        }
        reads
    }

    /// Works out what the interpreter reads of the organisation for a rule: it evaluates all of what is imported.
    pub fn touched(&self, rule: &[String]) -> World {
        let mut world = World::default();
        self.reached(rule, |node| [&*node.edges, &*node.imported].concat())
            .iter()
            .for_each(|node| world.add(&node.reads.world));
        world
    }

    /// Says whether a rule names another, other than to test it.
    pub fn is_named(&self, module: &Module, name: &str) -> bool {
        let own = path(module, name);
        let is_test = |rule: &[String]| rule.last().is_some_and(|name| name.starts_with("test_"));
        let others = self.rules.iter().filter(|(rule, _)| **rule != own && !is_test(rule));
        others.flat_map(|(_, node)| &node.edges).any(|edge| own.starts_with(edge) || edge.starts_with(&own))
    }

    /// Says whether something that a rule names may have two values.
    pub fn is_doubtful(&self, rule: &[String]) -> bool {
        self.reached(rule, |node| node.edges.clone()).iter().any(|node| node.is_doubtful)
    }

    /// Lists the rules at a path, above it and below it.
    fn near(&self, path: &[String]) -> Vec<(&Vec<String>, &Node)> {
        let above = (0..path.len()).filter_map(|length| self.rules.get_key_value(path.get(..length)?));
        let from = (Bound::Included(path), Bound::Unbounded);
        let below = self.rules.range::<[String], _>(from).take_while(|(rule, _)| rule.starts_with(path));
        above.chain(below).collect()
    }

    /// Lists the rules that one goes through, by the paths that each names.
    fn reached(&self, rule: &[String], named: impl Fn(&Node) -> Vec<Vec<String>>) -> Vec<&Node> {
        let (mut open, mut seen, mut reached) = (vec![rule.to_vec()], BTreeSet::new(), Vec::new());
        while let Some(path) = open.pop() {
            if seen.insert(path.clone()) {
                for (_, node) in self.near(&path) {
                    open.extend(named(node));
                    reached.push(node);
                }
            }
        }
        reached
    }

    /// Finds a rule that asks itself, or that others lie below to a depth on which the compiler would break.
    ///
    /// Rules are taken away that name no other that is left, level by level (Kahn 1962): in a circle some always are.
    pub fn deepest(&self) -> Option<Mistake> {
        let below = |node: &Node| -> BTreeSet<&Vec<String>> {
            node.edges.iter().flat_map(|edge| self.near(edge)).map(|(rule, _)| rule).collect()
        };
        let mut left: BTreeMap<&Vec<String>, BTreeSet<&Vec<String>>> =
            self.rules.iter().map(|(rule, node)| (rule, below(node))).collect();
        for _ in 0..DEEPEST {
            let done: BTreeSet<&Vec<String>> =
                left.iter().filter(|(_, below)| below.is_empty()).map(|(rule, _)| *rule).collect();
            if done.is_empty() {
                break;
            }
            left.retain(|rule, _| !done.contains(rule));
            left.values_mut().for_each(|below| below.retain(|rule| !done.contains(rule)));
        }
        let Some((rule, node)) = left.keys().find_map(|rule| Some((*rule, self.rules.get(*rule)?))) else {
            return self.largest();
        };
        let (policy, span) = node.place.as_ref()?;
        let message = format!("the rule `{}` asks itself, through what it names", rule.join("."));
        let help = format!(
            "rules may not go in a circle, nor one through more than {DEEPEST} others; give a variable another name than a rule"
        );
        Some(Mistake::at(policy, Code::PolicyInvalid, span, &message).help(help))
    }
}

impl Graph {
    /// Finds a rule whose numbers may have more digits than anybody can wait for.
    fn largest(&self) -> Option<Mistake> {
        let mut counted = BTreeMap::new();
        let node = self.rules.iter().find(|(rule, _)| self.products(rule, &mut counted) > MOST_PRODUCTS)?.1;
        let (policy, span) = node.place.as_ref()?;
        let message = format!("a rule multiplies more than {MOST_PRODUCTS} times, through what it names");
        let help = "multiply by numbers as they are written: of others each time may double the digits";
        Some(Mistake::at(policy, Code::PolicyInvalid, span, &message).help(help))
    }

    /// Counts the multiplications of a rule and of all that it names, as often as it does. No circle is left.
    fn products<'a>(&'a self, rule: &'a Vec<String>, counted: &mut BTreeMap<&'a Vec<String>, u32>) -> u32 {
        if let Some(count) = counted.get(rule) {
            return *count;
        }
        let Some(node) = self.rules.get(rule) else { return 0 };
        let below = node.edges.iter().flat_map(|edge| self.near(edge));
        let below = below.fold(0, |sum: u32, (rule, _)| sum.saturating_add(self.products(rule, counted)));
        let count = below.saturating_add(node.products);
        counted.insert(rule, count);
        count
    }
}

impl Node {
    /// Says that another file has a part of this function: the interpreter looks for all parts in one.
    fn elsewhere(&self, module: &Module, span: &Span) -> Option<Mistake> {
        self.place.as_ref().filter(|(policy, _)| *policy != module.policy)?;
        let message = "another file has a part of this function";
        let mistake = Mistake::at(&module.policy, Code::PolicyInvalid, span, message);
        self.takes.map(|_| mistake.help("put all parts of a function into one file, or call them otherwise"))
    }

    fn absorb(&mut self, other: Node) {
        self.values += other.values;
        self.is_doubtful |= other.is_doubtful || self.values > 1;
        self.products += other.products;
        self.place = self.place.take().or(other.place);
        self.reads.input.add(&other.reads.input);
        self.reads.world.add(&other.reads.world);
        self.edges.extend(other.edges);
        self.imported.extend(other.imported);
    }
}

/// Returns the path below `data` that a name is imported from.
fn imported(module: &Module, reference: &Reference) -> Option<Vec<String>> {
    let (root, path) = module.imports.get(&reference.root)?.split_first()?;
    (root == "data").then(|| path.to_vec())
}

/// Says that a function is given other than it takes; one more names what takes its answer.
fn overfull(module: &Module, called: &Reference, takes: usize, given: usize) -> Option<Mistake> {
    let message = format!("`{}` takes {takes} arguments, not {given}", spelled(called));
    let mistake = Mistake::at(&module.policy, Code::PolicyInvalid, &called.span, &message);
    (given < takes || given > takes + 1)
        .then(|| mistake.help("give it what it takes: otherwise the rule would never fire"))
}

/// Returns the path of a rule of a module.
fn path(module: &Module, name: &str) -> Vec<String> {
    module.package.iter().cloned().chain(name.split('.').map(str::to_owned)).collect()
}
