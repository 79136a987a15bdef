//! Sizes: a function of at most 70 lines, a file of at most 400 without its tests.

use crate::Problems;
use crate::source::{Source, braces, is_word, line_of};

const FUNCTION: usize = 70;
const FILE: usize = 400;

/// Says what is too long.
pub fn check(sources: &[Source]) -> Problems {
    sources.iter().flat_map(|source| functions(source).into_iter().chain(file(source))).collect()
}

fn file(source: &Source) -> Option<String> {
    let total = source.text.lines().count();
    let tests = test_lines(source);
    let lines = total.saturating_sub(tests);
    (lines > FILE).then(|| format!("src/{}: {lines} lines, more than {FILE}", source.path))
}

/// Counts the lines that are blank in what ships and not in the code: those of the tests.
fn test_lines(source: &Source) -> usize {
    let mut in_tests = 0;
    let mut pending = 0;
    for (code, shipped) in source.code.lines().zip(source.shipped.lines()) {
        let (code, shipped) = (code.trim(), shipped.trim());
        match (code.is_empty(), shipped.is_empty()) {
            (false, true) => {
                in_tests += 1 + pending;
                pending = 0;
            }
            (true, true) if in_tests > 0 => pending += 1,
            _ => pending = 0,
        }
    }
    in_tests
}

fn functions(source: &Source) -> Vec<String> {
    let code = &source.shipped;
    let starts = code.match_indices("fn ").map(|(offset, _)| offset);
    let words = starts.filter(|offset| *offset == 0 || !is_word(code.as_bytes()[offset - 1]));
    let long = words.filter_map(|start| {
        let name: String = code[start + 3..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let lines = line_of(code, body_end(code, start)?) - line_of(code, start) + 1;
        (lines > FUNCTION && !name.is_empty())
            .then(|| format!("{}: `{name}` has {lines} lines, more than {FUNCTION}", source.at(start)))
    });
    long.collect()
}

/// Finds the end of a function's body; `None` where it has none, as in a trait.
fn body_end(code: &str, start: usize) -> Option<usize> {
    let mut depth = 0i32;
    for (offset, byte) in code.bytes().enumerate().skip(start) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b';' if depth == 0 => return None,
            b'{' if depth == 0 => return braces(code, offset).map(|(_, end)| end - 1),
            _ => {}
        }
    }
    None
}

#[test]
fn long_functions_and_files_are_found() {
    let body = |lines: usize| format!("fn f(a: [u8; 3]) -> u8 {{\n{}}}\n", "    g();\n".repeat(lines));
    let problems = |text: &str| check(&[Source::new("plan/diff.rs", text)]);
    assert!(problems(&body(68)).is_empty());
    assert_eq!(problems(&body(69)), ["src/plan/diff.rs:1: `f` has 71 lines, more than 70"]);
    assert!(problems("trait T { fn f(); }\n").is_empty());
    assert_eq!(problems(&"const A: u8 = 0;\n".repeat(401)).len(), 1);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "const A: u8 = 0;\n\n".repeat(300));
    assert!(problems(&("const A: u8 = 0;\n".repeat(399) + &tests)).is_empty());
}
