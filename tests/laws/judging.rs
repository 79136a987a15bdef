//! What a rule says as a repository is judged is what the interpreter makes of it on all there is.
//!
//! Rules are made of `every`, comprehensions, loops and what is looked up, one in another: where the machine judges, it
//! takes them as they are meant.

use std::collections::BTreeSet;

use charter::model::name::Name;
use charter::policy::rego::{Entry, Loaded, Machine, OF_RESOURCE, Reading, ask, input};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value as Json;

use crate::law::{Case, Law};

/// What choices are read from, one after another; of none that is left the first is taken, which is the simplest.
struct Choices {
    left: std::vec::IntoIter<u8>,
    names: usize,
    /// Whether rules of the module may be named.
    may_name: bool,
    /// How deep `every` and comprehensions nest; of none, and of no calculation, the machine judges.
    deepest: usize,
}

/// What a statement may name: texts and what is found, each by a name.
type Scope = Vec<String>;

const CONSTANTS: [&str; 8] = ["\"a\"", "\"b\"", "1", "0", "true", "false", "null", "\"Team\""];

const OF_INPUT: [&str; 6] = ["input.a", "input.kind", "input.b", "input.m.a", "input.b.c", "input"];

const COLLECTIONS: [&str; 12] = [
    "input.xs",
    "input.m",
    "[\"a\", \"b\"]",
    "{\"a\", \"c\"}",
    "lib.none",
    "lib.known",
    "lib.listed",
    "lib.none",
    "{\"a\": 1, \"b\": [2]}",
    "data.charter.parameters.p",
    "data.charter.parameters.none",
    "input.b",
];

const LIBRARY: &str =
    "package lib\n\nnone := []\n\nknown := {\"a\": {\"a\": 1}, \"b\": false}\n\nlisted contains \"a\"\n";

const DATA: &str = r#"{"charter": {"parameters": {"p": {"a": 1, "b": ["a"]}, "none": {}}}}"#;

impl Choices {
    fn below(&mut self, count: usize) -> usize {
        usize::from(self.left.next().unwrap_or(0)) % count
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    fn known(&mut self, scope: &Scope) -> Option<String> {
        let at = self.below(scope.len().max(1));
        scope.get(at).cloned()
    }

    fn collection(&mut self, scope: &Scope, depth: usize) -> String {
        match self.below(if depth == 0 { 6 } else { 10 }) {
            4 => self.known(scope).unwrap_or_else(|| "input.xs".to_owned()),
            5 => format!("{}[{}]", self.of(&COLLECTIONS), self.key(scope)),
            6 | 7 => self.comprehension(scope, depth - 1),
            8 => format!("({} | {})", self.comprehension(scope, depth - 1), self.comprehension(scope, depth - 1)),
            3 if self.may_name => "own".to_owned(),
            _ => self.of(&COLLECTIONS).to_owned(),
        }
    }

    fn key(&mut self, scope: &Scope) -> String {
        let known = self.known(scope);
        let constant = self.of(&CONSTANTS).to_owned();
        known.unwrap_or(constant)
    }

    fn comprehension(&mut self, scope: &Scope, depth: usize) -> String {
        let (kind, mut inner) = (self.below(4), scope.clone());
        let body = self.body(&mut inner, depth).join("; ");
        let term = self.simple(&inner);
        match kind {
            2 => format!("[{term} | {body}]"),
            3 => format!("{{{term}: {} | {body}}}", self.simple(&inner)),
            _ => format!("{{{term} | {body}}}"),
        }
    }

    fn simple(&mut self, scope: &Scope) -> String {
        match self.below(6) {
            0 => self.of(&CONSTANTS).to_owned(),
            1 => self.of(&OF_INPUT).to_owned(),
            2 | 3 => self.key(scope),
            4 => format!("{}[{}]", self.of(&COLLECTIONS), self.key(scope)),
            _ => format!("{}[{}].a", self.of(&COLLECTIONS), self.key(scope)),
        }
    }

    fn value(&mut self, scope: &Scope, depth: usize) -> String {
        match self.below(13) {
            6 => format!("count({})", self.collection(scope, depth)),
            7 => format!("object.get({}, {}, \"?\")", self.of(&COLLECTIONS), self.key(scope)),
            8 => format!("lower({})", self.simple(scope)),
            9 if self.may_name => format!("made({})", self.simple(scope)),
            10 if self.deepest > 0 => format!("{} + 1", self.simple(scope)),
            11 => self.collection(scope, depth),
            12 => format!("[{}, {}]", self.simple(scope), self.simple(scope)),
            _ => self.simple(scope),
        }
    }

    /// A statement that gives nothing a name.
    fn holds(&mut self, scope: &Scope, depth: usize) -> String {
        match self.below(10) {
            0..=3 => {
                let op = self.of(&["==", "!=", "==", ">", "<="]);
                format!("{} {op} {}", self.value(scope, depth), self.simple(scope))
            }
            4 => format!("{} in {}", self.simple(scope), self.collection(scope, depth)),
            5 if self.may_name => format!("tested({})", self.simple(scope)),
            6 if self.may_name => "flag".to_owned(),
            7 => format!("is_string({})", self.simple(scope)),
            _ => self.value(scope, depth),
        }
    }

    fn statement(&mut self, scope: &mut Scope, depth: usize) -> String {
        match self.below(if depth == 0 { 10 } else { 14 }) {
            0..=2 => self.holds(scope, depth),
            3 | 4 => format!("not {}", self.holds(scope, depth)),
            5 => {
                let (value, name) = (self.value(scope, depth), self.name());
                scope.push(name.clone());
                format!("{name} := {value}")
            }
            6 | 7 => {
                let (name, collection) = (self.name(), self.collection(scope, depth));
                scope.push(name.clone());
                format!("some {name} in {collection}")
            }
            8 => {
                let (collection, key, name) = (self.collection(scope, depth), self.name(), self.name());
                scope.extend([key.clone(), name.clone()]);
                format!("some {key}, {name} in {collection}")
            }
            9 => {
                let (name, key) = (self.name(), self.name());
                scope.extend([name.clone(), key.clone()]);
                format!("some {key}; {name} := {}[{key}]", self.of(&COLLECTIONS))
            }
            10 | 11 => {
                let (collection, name, mut inner) = (self.collection(scope, depth), self.name(), scope.clone());
                inner.push(name.clone());
                format!("every {name} in {collection} {{ {} }}", self.body(&mut inner, depth - 1).join("; "))
            }
            12 => {
                let (collection, key, name) = (self.collection(scope, depth), self.name(), self.name());
                let mut inner = [scope.clone(), vec![key.clone(), name.clone()]].concat();
                format!("every {key}, {name} in {collection} {{ {} }}", self.body(&mut inner, depth - 1).join("; "))
            }
            _ => format!("{}[_] == {}", self.of(&COLLECTIONS), self.simple(scope)),
        }
    }

    fn body(&mut self, scope: &mut Scope, depth: usize) -> Vec<String> {
        (0..=self.below(3)).map(|_| self.statement(scope, depth)).collect()
    }

    fn rule(&mut self, head: impl FnOnce(&mut Self, &Scope) -> String, scope: &[&str]) -> String {
        let depth = if self.may_name { self.deepest } else { self.deepest.min(1) };
        let mut scope: Scope = scope.iter().map(|name| (*name).to_owned()).collect();
        let body = self.body(&mut scope, depth).join("\n\t");
        format!("{} if {{\n\t{body}\n}}\n\n", head(self, &scope))
    }
}

/// Makes a module `deny` of one or two parts, with a rule, a set and two functions that it may name.
fn module(choices: Vec<u8>) -> String {
    let choices = &mut Choices { left: choices.into_iter(), names: 0, may_name: true, deepest: 0 };
    choices.deepest = choices.of(&[0, 2, 0, 2, 0]);
    let deny = |number: usize| {
        move |choices: &mut Choices, scope: &Scope| {
            let said = choices.simple(scope);
            format!("deny contains sprintf(\"{number} %v\", [{said}])")
        }
    };
    let parts: String = (0..=choices.below(2)).map(|number| choices.rule(deny(number), &[])).collect();
    // Rules may not go in a circle: these name none of one another.
    choices.may_name = false;
    let flag = choices.rule(|_, _| "flag".to_owned(), &[]);
    let tested = choices.rule(|_, _| "tested(x)".to_owned(), &["x"]);
    let made = choices.rule(|choices, scope| format!("made(x) := {}", choices.simple(scope)), &["x"]);
    let own = choices.rule(|choices, scope| format!("own contains {}", choices.simple(scope)), &[]);
    format!("package t\n\nimport data.lib\n\n{parts}{flag}{tested}{made}{own}")
}

fn json() -> BoxedStrategy<String> {
    let leaf = select(&["1", "0", "\"a\"", "\"b\"", "\"Team\"", "true", "false", "null", "[]", "{}"][..]);
    let json = leaf.prop_map(str::to_owned).prop_recursive(2, 8, 3, |inner| {
        let list = vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(",")));
        let entry = (select(&["a", "b", "c"][..]), inner).prop_map(|(name, value)| format!("\"{name}\":{value}"));
        prop_oneof![1 => list, 1 => vec(entry, 0..4).prop_map(|entries| format!("{{{}}}", entries.join(",")))]
    });
    let (list, entries) = (vec(json.clone(), 0..4), vec((select(&["a", "b", "c"][..]), json.clone()), 0..4));
    let whole = (json.clone(), json.clone(), list, entries, any::<bool>());
    let whole = whole.prop_map(|(a, b, xs, m, has_b)| {
        let entries: Vec<String> = m.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        let b = if has_b { format!("\"b\":{b},") } else { String::new() };
        let (xs, m) = (xs.join(","), entries.join(","));
        format!("{{\"kind\":\"Team\",\"a\":{a},{b}\"xs\":[{xs}],\"m\":{{{m}}}}}")
    });
    prop_oneof![1 => json, 8 => whole].boxed()
}

/// What is said of an input, in words; `None` where it is an error.
type Words = Option<BTreeSet<String>>;

/// Asks about an input as a repository is judged.
fn judged(machine: &mut Machine, entry: &Entry, text: &str) -> Words {
    let read = Reading::of(&entry.reads.input).read(text);
    if !entry.conditions.may_hold(&read) {
        return Some(BTreeSet::new());
    }
    machine.set_input(read);
    let (said, _) = ask(machine, entry).ok()?;
    Some(said.into_iter().map(|said| said.message).collect())
}

/// Asks the interpreter about all of an input.
fn interpreted(loaded: &Loaded, text: &str) -> Words {
    let results = loaded.query("said := data.t.deny", input(text), input(DATA)).ok()?;
    let said: Vec<Json> = serde_json::from_value(results["result"][0]["bindings"]["said"].clone()).unwrap();
    Some(said.iter().map(|said| said.as_str().unwrap().to_owned()).collect())
}

#[test]
fn rules_are_judged_as_the_interpreter_takes_them() {
    let law = Law { name: "rules are judged as the interpreter takes them", cases: 500, telling: 0.1 };
    law.holds(&(vec(any::<u8>(), 0..200).prop_map(module), vec(json(), 8)), |(text, inputs)| {
        let (own, library): (Name, Name) = ("t".parse().unwrap(), "lib".parse().unwrap());
        let loaded = Loaded::of([(&own, text.as_str()), (&library, LIBRARY)]);
        let (Some(Ok(mut machine)), Some(entry)) =
            (loaded.machine(&input(DATA), OF_RESOURCE), loaded.entries().first())
        else {
            return Ok(Case::Dull);
        };
        let (mut says, mut is_silent) = (false, false);
        for input in &inputs {
            let said = judged(&mut machine, entry, input);
            let interpreted = interpreted(&loaded, input);
            // Of what is no collection the machine finds nothing, as OPA does, and to the interpreter it is an error.
            if entry.is_doubtful || interpreted.is_some() {
                prop_assert_eq!(&said, &interpreted, "{} of {}", &text, input);
            }
            says |= said.as_ref().is_some_and(|said| !said.is_empty());
            is_silent |= said.is_some_and(|said| said.is_empty());
        }
        Ok(Case::telling_if(says && is_silent))
    });
}
