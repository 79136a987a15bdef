//! Rego: policies to what they find. The only place that knows the library that evaluates them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regorus::Engine;
use regorus::utils::limits::monotonic_now;

mod bounds;
mod builtins;
mod certain;
mod conditions;
mod constants;
mod dialect;
mod format;
mod heads;
mod linked;
mod machine;
mod mistake;
mod module;
mod outcome;
mod parts;
mod paths;
mod patterns;
mod reads;
mod silent;
mod testing;
mod unbound;
mod walk;
mod world;

pub use conditions::Conditions;
pub use linked::Entry;
pub use machine::{Failure, Limits, Machine, OF_RESOURCE, OF_WHOLE};
pub use mistake::Mistake;
pub use outcome::Said;
pub use parts::World;
pub use paths::{Paths, Reading};

pub use regorus::Value;
pub use testing::{Test, run as test};
pub use world::Assembled;

use crate::model::code::Code;
use crate::model::name::Name;
use linked::Linked;
use module::Module;
use reads::Graph;

/// The most bytes of all policies.
const MOST_BYTES: usize = 8 << 20;

/// Policies that were loaded, or what keeps them from it.
#[derive(Debug)]
pub struct Loaded {
    linked: Linked,
    modules: Vec<Module>,
    /// What a waiver may call what they find: their names, and the codes that they give.
    pub controls: BTreeSet<Name>,
    pub mistakes: Vec<Mistake>,
    /// What does not keep them from being loaded, and is not what was meant.
    pub doubts: Vec<Mistake>,
}

impl Loaded {
    /// Loads policies by name. Where one cannot be, none is: they may refer to one another.
    pub fn of<'a>(policies: impl IntoIterator<Item = (&'a Name, &'a str)>) -> Loaded {
        let none = |mistakes| Loaded {
            linked: Linked { program: None, engine: Engine::new(), entries: Vec::new(), doubts: Vec::new() },
            modules: Vec::new(),
            controls: BTreeSet::new(),
            mistakes,
            doubts: Vec::new(),
        };
        let (mut modules, mut mistakes, mut bytes) = (Vec::new(), Vec::new(), 0);
        for (name, text) in policies {
            bytes += text.len();
            if bytes > MOST_BYTES {
                let message = format!("the policies have more than {MOST_BYTES} bytes in all");
                return none(vec![Mistake::whole(name, Code::PolicyInvalid, message)]);
            }
            match Module::parse(name, text) {
                Ok(module) => modules.push(module),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if !mistakes.is_empty() {
            return none(mistakes);
        }
        match linked::link(&modules) {
            Ok(mut linked) => {
                let controls = modules.iter().flat_map(|module| module.codes.iter().chain([&module.policy]));
                let controls = controls.cloned().collect();
                let doubts = std::mem::take(&mut linked.doubts);
                Loaded { linked, modules, controls, mistakes: Vec::new(), doubts }
            }
            Err(mistakes) => none(mistakes),
        }
    }

    /// Leaves the rules of some packages to be judged.
    pub fn narrow(&mut self, packages: &[String]) {
        self.linked.entries.retain(|entry| packages.contains(&entry.package));
        let is_of =
            |module: &Module, policy: &Name| module.policy == *policy && packages.contains(&module.package.join("."));
        self.doubts.retain(|doubt| self.modules.iter().any(|module| is_of(module, &doubt.policy)));
    }

    /// Lists the rules that are judged.
    pub fn entries(&self) -> &[Entry] {
        &self.linked.entries
    }

    /// Evaluates a query.
    ///
    /// # Errors
    /// Where it calls what it may not, or yields an error: in words.
    pub fn query(&self, query: &str, input: Value, data: Value) -> Result<serde_json::Value, String> {
        let name: Name = "query".parse().map_err(|_| String::new())?;
        let text = format!("package charter_query\n\nasked if {{\n{query}\n}}\n");
        let asked = Module::parse(&name, &text).map_err(|mistake| mistake.message)?;
        let all: Vec<&Module> = self.modules.iter().chain([&asked]).collect();
        let (_, mistakes) = Graph::of(&all);
        if let Some(Mistake { message, help, .. }) = mistakes.into_iter().find(|mistake| mistake.policy == name) {
            return Err(help.map_or(message.clone(), |help| format!("{message}: {help}")));
        }
        let mut engine = self.linked.engine.clone();
        machine::interpret(&mut engine, input, data, OF_WHOLE)?;
        let results = engine.eval_query(query.to_owned(), false).map_err(|error| mistake::last(&error.to_string()))?;
        serde_json::to_value(results).map_err(|error| error.to_string())
    }

    /// Makes a machine that evaluates the rules; `None` where there are none.
    pub fn machine(&self, data: &Value, limits: Limits) -> Option<Result<Machine, Failure>> {
        let doubts = self.entries().iter().any(|entry| entry.is_doubtful).then(|| self.linked.engine.clone());
        self.linked.program.as_ref().map(|program| Machine::new(program, doubts, data.clone(), limits))
    }
}

/// Reads all of a resource as written.
pub fn input(written: &str) -> Value {
    Reading::of(&Paths::All).read(written)
}

/// What a machine says of a rule: what it found, and how much of it was left out.
pub type Answer = Result<(Vec<Said>, usize), Failure>;

/// Asks a machine about a rule.
pub fn ask(machine: &mut Machine, entry: &Entry) -> Answer {
    let value = if entry.is_doubtful { machine.interpret(&entry.path)? } else { machine.evaluate(&entry.path)? };
    outcome::read(&value).map_err(|why| {
        let message = format!("{why}, where a text or a mapping with a text `msg` belongs");
        Failure::Error { message, place: None }
    })
}

/// Does some work, and says how many nanoseconds it took by the clock of the limits.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let started = monotonic_now();
    let done = work();
    let taken = monotonic_now().zip(started).and_then(|(now, started)| now.checked_sub(started));
    (done, taken.map_or(0, |taken| u64::try_from(taken.as_nanos()).unwrap_or(u64::MAX)))
}

/// The parameters of policies by their names, as JSON.
pub type Parameters = BTreeMap<Name, Arc<str>>;
