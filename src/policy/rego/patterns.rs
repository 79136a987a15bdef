//! Regular expressions, compiled once a thread.
//!
//! The library keeps those that it compiled for all threads, and hands out clones. A clone begins without the states that
//! matching works out as it goes, so that each match worked them out anew.

use std::cell::RefCell;
use std::collections::HashMap;

use regex::{Regex, RegexBuilder};
use regorus::Value;
use regorus::unstable::{BUILTINS, BuiltinFcn};

/// The most bytes of a compiled expression: as many as the library allows.
const MOST_BYTES: usize = 100 * 1024;

/// The most expressions that a thread keeps for long.
const MOST: usize = 32;

/// The name of the function that says whether a text matches.
pub const NAME: &str = "regex.match";

/// Says whether a text matches; of whatever it has no answer to, the library's own is asked.
pub const MATCH: BuiltinFcn = (
    |span, exprs, args, strict| match is_match(args) {
        Some(is_match) => Ok(Value::Bool(is_match)),
        None => BUILTINS.get(NAME).map_or(Ok(Value::Undefined), |(own, _)| own(span, exprs, args, strict)),
    },
    2,
);

/// The expressions that a thread was asked for last, and those before them.
#[derive(Debug, Default)]
struct Known {
    recent: HashMap<Box<str>, Regex>,
    older: HashMap<Box<str>, Regex>,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

fn is_match(args: &[Value]) -> Option<bool> {
    let [Value::String(pattern), Value::String(text)] = args else { return None };
    KNOWN.with_borrow_mut(|known| known.get(pattern).map(|regex| regex.is_match(text)))
}

impl Known {
    /// Returns an expression; `None` where it is none, or too large.
    fn get(&mut self, pattern: &str) -> Option<&Regex> {
        if !self.recent.contains_key(pattern) {
            let regex = self.older.remove(pattern).or_else(|| compiled(pattern))?;
            if self.recent.len() == MOST {
                self.older = std::mem::take(&mut self.recent);
            }
            self.recent.insert(pattern.into(), regex);
        }
        self.recent.get(pattern)
    }
}

fn compiled(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).size_limit(MOST_BYTES).build().ok()
}

#[cfg(test)]
mod tests {
    use regorus::unstable::Lexer;
    use regorus::{Source, unstable::Expr, unstable::Ref};

    use super::*;

    fn answer(called: BuiltinFcn, args: &[Value]) -> Result<Value, String> {
        let source = Source::from_contents(String::new(), "null".to_owned()).unwrap();
        let span = Lexer::new(&source).next_token().unwrap().1;
        let null = || Ref::new(Expr::Null { span: span.clone(), value: Value::Null, eidx: 0 });
        called.0(&span, &[null(), null()], args, true).map_err(|error| error.to_string())
    }

    #[test]
    fn the_answers_are_those_of_the_library() {
        let own = *BUILTINS.get(NAME).unwrap();
        let large = |times: usize| format!("a{{{times}}}");
        let largest = (1..4_000).step_by(50).map(large);
        let patterns = ["^[a-z]+$", "[", "", "(?i)É", r"\d", r"\p{L}", "a{9999999}"].map(str::to_owned);
        let (mut refused, mut matched) = (0, 0);
        for pattern in patterns.into_iter().chain(largest).flat_map(|pattern| [pattern.clone(), pattern]) {
            for text in ["", "abc", "é", "7", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
                let args = [Value::from(pattern.as_str()), Value::from(text)];
                let meant = answer(own, &args);
                assert_eq!(answer(MATCH, &args), meant, "{pattern}");
                refused += usize::from(meant.is_err());
                matched += usize::from(meant == Ok(Value::from(true)));
                assert_eq!(is_match(&args).is_some(), meant.is_ok(), "{pattern}: another size is allowed");
            }
        }
        assert!(refused > 100 && matched > 10, "{refused} refused, {matched} matched");
        assert!(answer(MATCH, &[Value::from(1), Value::from("a")]).is_err());
    }

    #[test]
    fn a_thread_keeps_few() {
        let mut known = Known::default();
        for number in 0..1_000 {
            assert!(known.get(&format!("^{number}$")).unwrap().is_match(&number.to_string()));
            assert!(known.get("^kept$").is_some());
            assert!(known.recent.len() + known.older.len() <= 2 * MOST);
        }
    }
}
