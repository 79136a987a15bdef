//! Verbs: every file of `cli` is a verb, `Args` and `run`.

use crate::Problems;
use crate::source::Source;

/// The files of `cli` that are no verbs; what a verb needs besides stands in a folder of its own.
const NO_VERBS: &[&str] =
    &["mod", "args", "command", "exit", "failure", "files", "ground", "outcome", "print", "progress", "state"];

/// Says which verbs have another shape.
pub fn check(sources: &[Source]) -> Problems {
    let mut problems = Problems::new();
    for source in sources {
        let Some(verb) = verb(&source.path) else { continue };
        for part in ["struct Args", "fn run"] {
            let found = source.shipped.match_indices(part).any(|(offset, _)| {
                !source.shipped[offset + part.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            });
            if !found {
                problems.push(format!("src/{}: the verb `{verb}` has no `{part}`", source.path));
            }
        }
    }
    problems
}

fn verb(path: &str) -> Option<&str> {
    let stem = path.strip_prefix("cli/")?.strip_suffix(".rs")?;
    (!stem.contains('/') && !NO_VERBS.contains(&stem)).then_some(stem)
}

#[test]
fn a_verb_of_another_shape_is_found() {
    let good = "pub struct Args {}\npub fn run(args: &Args) {}\n";
    assert!(check(&[Source::new("cli/plan.rs", good)]).is_empty());
    assert!(check(&[Source::new("cli/mod.rs", ""), Source::new("cli/output/text.rs", "")]).is_empty());
    assert_eq!(check(&[Source::new("cli/plan.rs", "pub struct Arguments {}\nfn runs() {}\n")]).len(), 2);
}
