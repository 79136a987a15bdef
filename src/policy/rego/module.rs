//! One module: parsed as Rego v1, and nothing in it that may not be there.

use std::collections::{BTreeMap, BTreeSet};

use regorus::Source;
use regorus::unstable::{Expr, Module as Tree, Parser, Ref, Rule, RuleHead, Span};

use super::mistake::{self, Mistake};
use super::walk::{self, Met, Reference, Step};
use super::{bounds, dialect, format, outcome};
use crate::model::code::{Code, Severity};
use crate::model::name::Name;
use crate::policy::library;

/// The longest line, in characters: what is longer was made by a machine, or against one.
const LONGEST_LINE: u32 = 4096;

/// The deepest that brackets nest.
const DEEPEST: usize = 16;

/// A module and what is in it.
#[derive(Debug)]
pub struct Module {
    /// The policy that it is the text of.
    pub policy: Name,
    pub text: String,
    /// Whether it is one of the library, to the letter.
    is_built_in: bool,
    /// The package, without `data`.
    pub package: Vec<String>,
    /// What the imports call things: the path that each stands for, from its root.
    pub imports: BTreeMap<String, Vec<String>>,
    pub tree: Tree,
    /// The heads of the rules that are judged.
    pub judged: Vec<Head>,
    /// The codes that its rules give to what they find, as far as they are written.
    pub codes: BTreeSet<Name>,
}

/// The head of a rule that is judged.
#[derive(Debug, Clone)]
pub struct Head {
    pub name: String,
    pub severity: Severity,
    /// The kinds of which the input has to be for it to hold; `None` where that is not written.
    pub kinds: Option<BTreeSet<String>>,
    pub span: Span,
}

impl Module {
    /// Parses a text.
    ///
    /// # Errors
    /// Where it is no module in Rego v1.
    pub fn parse(policy: &Name, text: &str) -> Result<Module, Mistake> {
        let invalid =
            |error: &dyn std::fmt::Display| Mistake::told(policy, Code::PolicyInvalid, text, &error.to_string());
        if let Some((line, column, message)) = too_much(&bounds::bare(text)) {
            let mistake = Mistake::whole(policy, Code::PolicyInvalid, message);
            return Err(Mistake { span: Some(mistake::span(line, column, 1)), ..mistake });
        }
        let source = Source::from_contents(policy.to_string(), text.to_owned()).map_err(|error| invalid(&error))?;
        let tree = match tree(&source, true) {
            Ok(tree) => tree,
            Err(error) => return Err(tree_of_old(policy, &source).unwrap_or_else(|| invalid(&error))),
        };
        let package = path(&tree.package.refr).unwrap_or_default();
        let imports = tree.imports.iter().filter_map(|import| {
            let path = path(&import.refr)?;
            let alias = import.r#as.as_ref().map(|alias| alias.text().to_owned()).or_else(|| path.last().cloned())?;
            Some((alias, path))
        });
        let imports = imports.collect();
        let judged = tree.policy.iter().filter_map(|rule| head(rule)).collect();
        let met: Vec<Met<'_>> = tree.policy.iter().flat_map(|rule| walk::rule(rule)).collect();
        let code = |met: &Met<'_>| if let Met::Code(code) = met { outcome::code(code) } else { None };
        let is_built_in = library::files().iter().any(|(_, own)| *own == text);
        let (text, codes) = (format::lenient(text, &met), met.iter().filter_map(code).collect());
        drop(met);
        let module = Module { policy: policy.clone(), text, is_built_in, package, imports, tree, judged, codes };
        module.check()
    }

    fn check(self) -> Result<Module, Mistake> {
        if self.package.first().is_some_and(|root| root == "charter") {
            let span = self.tree.package.refr.span();
            let mistake = Mistake::at(&self.policy, Code::PolicyInvalid, span, "the package `charter` is taken");
            return Err(mistake.help("call the package otherwise: `data.charter` holds the organisation"));
        }
        if self.package.first().is_some_and(|root| root == "library") && !self.is_built_in {
            let span = self.tree.package.refr.span();
            let mistake = Mistake::at(&self.policy, Code::PolicyInvalid, span, "the package `library` is taken");
            return Err(mistake.help("call the package otherwise: what is below `library` comes with the program"));
        }
        if let Some((span, message, help)) = dialect::judge(&self.tree) {
            return Err(Mistake::at(&self.policy, Code::PolicyInvalid, &span, &message).help(help));
        }
        let shapeless = self.tree.policy.iter().find_map(|rule| shapeless(rule));
        match shapeless {
            Some((span, name)) => {
                let message = format!("`{name}` is no set of what is wrong");
                let mistake = Mistake::at(&self.policy, Code::PolicyInvalid, &span, &message);
                Err(mistake.help(format!("write `{name} contains msg if {{`, with a `msg` that says what is wrong")))
            }
            None => Ok(self),
        }
    }

    /// Iterates over the rules with their names.
    pub fn rules(&self) -> impl Iterator<Item = (String, &Rule)> {
        self.tree.policy.iter().filter_map(|rule| {
            let (reference, _) = walk::head_name(refr(rule))?;
            let below = reference.steps.into_iter().map_while(|step| match step {
                Step::Field(name) => Some(name),
                Step::Any => None,
            });
            let name = [reference.root].into_iter().chain(below).collect::<Vec<_>>().join(".");
            Some((name, &**rule))
        })
    }
}

/// Says how bad what a rule of this name finds is, if the rule is one that is judged: `deny`, `warn_owner`.
pub fn severity(name: &str) -> Option<Severity> {
    let is = |word: &str| name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    match name {
        _ if is("deny") || is("violation") => Some(Severity::Error),
        _ if is("warn") => Some(Severity::Warning),
        _ => None,
    }
}

fn tree(source: &Source, is_v1: bool) -> Result<Tree, String> {
    let parsed = || {
        let mut parser = Parser::new(source)?;
        parser.set_max_col(std::num::NonZeroU32::new(LONGEST_LINE).unwrap_or(std::num::NonZeroU32::MAX));
        if is_v1 {
            parser.enable_rego_v1()?;
        } else {
            // Known as keywords, or the parser would warn of each on stderr.
            ["if", "in", "every", "contains"].iter().try_for_each(|word| parser.set_future_keyword(word, &None))?;
        }
        parser.parse()
    };
    parsed().map_err(|error| error.to_string())
}

/// Finds what would take the parser too long: the first bracket that nests too deep, for which each level may take it
/// twice as long, or a number with more digits than a double.
fn too_much(bare: &str) -> Option<(u32, u32, String)> {
    let mut depth = 0_usize;
    for (number, line) in (1..).zip(bare.lines()) {
        if bounds::is_vast(line) {
            return Some((number, 1, "a number has more than 307 digits".to_owned()));
        }
        for (column, c) in (1..).zip(line.chars()) {
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > DEEPEST {
                return Some((number, column, format!("brackets nest deeper than {DEEPEST}")));
            }
        }
    }
    None
}

/// Reads what is no module of today as one of Rego v0, and says how it is written now.
fn tree_of_old(policy: &Name, source: &Source) -> Option<Mistake> {
    let old = tree(source, false).ok()?;
    let (span, was, is) = old.policy.iter().find_map(|rule| rewrite(rule))?;
    let mistake = Mistake::at(policy, Code::PolicyV0, &span, "this is Rego v0, which Rego v1 reads otherwise");
    Some(mistake.help(format!("write `{is}` for `{was}`, and so on below; `opa fmt --rego-v1` rewrites a file")))
}

/// Says how the head of a rule of Rego v0 is written now.
fn rewrite(rule: &Rule) -> Option<(Span, String, String)> {
    let Rule::Spec { span, head, bodies } = rule else { return None };
    // What is wrong with a rule of today is not that it is old.
    if span.text().lines().next().is_some_and(|line| line.split(' ').any(|word| word == "if" || word == "contains")) {
        return None;
    }
    let open = if bodies.is_empty() { "" } else { " if {" };
    let (was, is) = match head {
        RuleHead::Set { span, refr, key: Some(key) } => {
            // The span of a mapping may end before it does.
            let inside = span.text().strip_prefix(refr.span().text()).map(str::trim);
            let inside = inside.and_then(|inside| inside.strip_prefix('[')?.strip_suffix(']'));
            let key = inside.map_or_else(|| text(key), |key| key.split_whitespace().collect::<Vec<_>>().join(" "));
            let set = text(refr);
            (format!("{set}[{key}]"), format!("{set} contains {key}{open}"))
        }
        RuleHead::Set { span, .. } | RuleHead::Compr { span, .. } | RuleHead::Func { span, .. } => {
            let head = span.text().trim().to_owned();
            (head.clone(), format!("{head}{open}"))
        }
    };
    let was = if bodies.is_empty() { was } else { format!("{was} {{") };
    (was != is).then(|| (head_span(head).unwrap_or(span).clone(), was, is))
}

fn head_span(head: &RuleHead) -> Option<&Span> {
    match head {
        RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. } => Some(refr.span()),
    }
}

fn text(expr: &Ref<Expr>) -> String {
    expr.span().text().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn refr(rule: &Rule) -> &Expr {
    match rule {
        Rule::Spec { head: RuleHead::Compr { refr, .. }, .. }
        | Rule::Spec { head: RuleHead::Set { refr, .. }, .. }
        | Rule::Spec { head: RuleHead::Func { refr, .. }, .. }
        | Rule::Default { refr, .. } => refr,
    }
}

/// Returns the head of a rule, if it is one that is judged.
fn head(rule: &Rule) -> Option<Head> {
    if matches!(rule, Rule::Spec { head: RuleHead::Func { .. }, .. }) {
        return None;
    }
    let (Reference { root: name, span, .. }, is_plain) = walk::head_name(refr(rule))?;
    let severity = severity(&name).filter(|_| is_plain)?;
    Some(Head { name, severity, kinds: walk::kinds(rule), span })
}

/// Finds a judged rule that cannot say what is wrong: one that is only true, a mapping, or a function, which nobody calls.
fn shapeless(rule: &Rule) -> Option<(Span, String)> {
    if let Rule::Spec { head: RuleHead::Func { refr, .. }, .. } = rule {
        let name = refr.span().text();
        return ["deny", "violation", "warn"].contains(&name).then(|| (refr.span().clone(), name.to_owned()));
    }
    let (refr, says) = match rule {
        Rule::Spec { head: RuleHead::Compr { refr, assign, .. }, .. } => (refr, assign.is_some()),
        Rule::Spec { head: RuleHead::Set { refr, .. }, .. } => (refr, true),
        Rule::Spec { head: RuleHead::Func { .. }, .. } | Rule::Default { .. } => return None,
    };
    let (Reference { root, span, .. }, is_plain) = walk::head_name(refr)?;
    severity(&root).filter(|_| !is_plain || !says).map(|_| (span, root))
}

/// Returns the path that a package or an import names.
fn path(refr: &Expr) -> Option<Vec<String>> {
    let (reference, _) = walk::head_name(refr)?;
    let steps = reference.steps.into_iter().map(|step| match step {
        Step::Field(name) => Some(name),
        Step::Any => None,
    });
    [Some(reference.root)].into_iter().chain(steps).collect()
}
