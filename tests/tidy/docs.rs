//! Doc comments: the first line of a public item's is one sentence with its full stop.

use crate::Problems;
use crate::source::Source;

/// Says which doc comments of public items begin with less or more than a sentence.
pub fn check(sources: &[Source]) -> Problems {
    sources.iter().flat_map(file).collect()
}

fn file(source: &Source) -> Problems {
    let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
    let shipped: Vec<&str> = source.shipped.lines().map(str::trim).collect();
    let mut problems = Problems::new();
    for (index, line) in lines.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| lines.get(index)).copied().unwrap_or_default();
        let is_first = line.starts_with("///") && !before.starts_with("///");
        let item = shipped.iter().zip(&lines).skip(index).map(|(code, _)| *code).find(|code| is_item(code));
        let is_module_doc = line.starts_with("//!") && index == 0;
        if (is_module_doc || (is_first && item.is_some_and(|item| item.starts_with("pub")))) && !is_sentence(line) {
            problems.push(format!("src/{}:{}: no sentence: {line}", source.path, index + 1));
        }
    }
    problems
}

/// Says whether a line of code is the item that the doc comment above it is about: not blank, not an attribute.
fn is_item(code: &str) -> bool {
    !code.is_empty() && !code.starts_with('#')
}

fn is_sentence(line: &str) -> bool {
    line.ends_with('.')
}

#[test]
fn a_first_line_without_a_full_stop_is_found() {
    let problems = |text: &str| check(&[Source::new("plan/mod.rs", text)]).len();
    assert_eq!(problems("//! Plans.\n\n/// Makes a plan.\n///\n/// # Errors\npub fn f() {}\n"), 0);
    assert_eq!(problems("//! Plans\n"), 1);
    assert_eq!(problems("/// Makes a plan\n/// of changes.\n#[must_use]\npub fn f() {}\n"), 1);
    assert_eq!(problems("/// makes a plan\nfn f() {}\n"), 0);
}
