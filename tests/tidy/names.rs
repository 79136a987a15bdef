//! Names: a module that is called `utils` has not been thought about.

use crate::Problems;
use crate::source::Source;

const VAGUE: &[&str] = &["util", "utils", "common", "helper", "helpers", "manager", "core", "misc"];

/// Says which modules have a name that says nothing.
pub fn check(sources: &[Source]) -> Problems {
    let files = sources.iter().filter_map(|source| {
        let vague = source.module().into_iter().find(|name| is_vague(name))?;
        Some(format!("src/{}: nothing is called `{vague}`", source.path))
    });
    files.chain(sources.iter().flat_map(inline)).collect()
}

fn is_vague(name: &str) -> bool {
    name.split('_').any(|word| VAGUE.contains(&word))
}

fn inline(source: &Source) -> Vec<String> {
    let words: Vec<&str> = source.code.split_ascii_whitespace().collect();
    let modules = words.windows(2).filter(|pair| pair[0] == "mod").map(|pair| pair[1].trim_end_matches([';', '{']));
    modules.filter(|name| is_vague(name)).map(|name| format!("src/{}: `mod {name}`", source.path)).collect()
}

#[test]
fn vague_names_are_found() {
    assert_eq!(check(&[Source::new("plan/utils.rs", ""), Source::new("core/mod.rs", "")]).len(), 2);
    assert_eq!(check(&[Source::new("plan/mod.rs", "mod test_helpers;\nmod score;")]).len(), 1);
    assert!(check(&[Source::new("plan/order.rs", "// mod utils")]).is_empty());
}
