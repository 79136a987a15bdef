//! What is written in a policy and never fires, by a slip of the pen.

use regorus::unstable::{Rule, RuleHead};

use super::mistake::Mistake;
use super::module::{Module, severity};
use super::reads::Graph;
use super::walk::{self, Met};
use crate::model::code::Code;
use crate::model::kind::Kind;
use crate::model::nearest::slipped;

/// The rules that are judged, and what people call them that is not near enough.
const OTHERWISE: [(&str, &[&str]); 3] = [
    ("deny", &["denial", "denials", "denied", "denies"]),
    ("violation", &["violated", "violates"]),
    ("warn", &["warning", "warnings"]),
];

/// Lists what is silent in modules.
pub fn judge(modules: &[Module], graph: &Graph) -> Vec<Mistake> {
    modules.iter().flat_map(|module| rules(module, graph).into_iter().chain(kinds(module))).collect()
}

/// Lists the rules that are called nearly as one that is judged, and that nobody asks.
fn rules(module: &Module, graph: &Graph) -> Vec<Mistake> {
    let mut silent: Vec<Mistake> = Vec::new();
    for (name, rule) in module.rules() {
        let Rule::Spec { head: RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. }, .. } = rule else { continue };
        let Some(meant) = meant(&name) else { continue };
        let message = format!("nobody asks the rule `{name}`");
        if !graph.is_named(module, &name) && silent.iter().all(|mistake| mistake.message != message) {
            let help = format!("did you mean `{meant}`? that is judged, and so is what begins `{meant}_`");
            silent.push(Mistake::at(&module.policy, Code::PolicySilent, refr.span(), &message).help(help));
        }
    }
    silent
}

fn meant(name: &str) -> Option<&'static str> {
    if severity(name).is_some() {
        return None;
    }
    let otherwise = OTHERWISE.iter().find(|(_, words)| words.contains(&name));
    otherwise.map(|(meant, _)| *meant).or_else(|| slipped(name, OTHERWISE.map(|(meant, _)| meant)))
}

/// Lists what the input is compared with as its kind, and is nearly one.
fn kinds(module: &Module) -> impl Iterator<Item = Mistake> {
    let met = module.rules().flat_map(|(_, rule)| walk::rule(rule));
    met.filter_map(|met| {
        let Met::Kind(word, span) = met else { return None };
        let near = word.parse::<Kind>().is_err().then(|| slipped(word, Kind::ALL.iter().map(|kind| kind.as_str())));
        let help = format!("did you mean `{}`?", near??);
        let message = format!("there is no kind `{word}`");
        Some(Mistake::at(&module.policy, Code::PolicySilent, span, &message).help(help))
    })
}
