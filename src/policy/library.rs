//! The library: policies that come with the program, and are switched on in the Organization.

use super::rego::{self, Value};
use crate::model::library::Library;

/// A policy of the library.
#[derive(Debug)]
pub struct BuiltIn {
    pub name: &'static str,
    pub rego: &'static str,
    tests: &'static str,
    /// What it demands, and its parameters, in Markdown.
    pub page: &'static str,
}

macro_rules! library {
    ($($name:literal,)*) => {
        /// All of the library.
        pub const ALL: &[BuiltIn] = &[$(BuiltIn {
            name: $name,
            rego: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/library/", $name, ".rego")),
            tests: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/library/", $name, "_test.rego")),
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/library/", $name, ".md")),
        },)*];
    };
}

library! {
    "active-lead",
    "admin-count",
    "agents-approve-nothing",
    "budget-headroom",
    "budget-owner",
    "naming",
    "no-all-outside-platform",
    "orphaned-groups",
    "people-who-left",
    "redundant-grants",
    "separation-of-duties",
    "wildcard-expires",
}

/// Finds a policy of the library.
pub fn find(name: &str) -> Option<&'static BuiltIn> {
    ALL.iter().find(|policy| policy.name == name)
}

/// Lists the texts of the library and of its tests, with where they are in the program's repository.
pub fn files() -> Vec<(String, &'static str)> {
    let both = |policy: &'static BuiltIn| {
        let path = |end: &str| format!("policies/library/{}{end}", policy.name);
        [(path(".rego"), policy.rego), (path("_test.rego"), policy.tests)]
    };
    ALL.iter().flat_map(both).collect()
}

/// Returns `data` with the parameters that hold where nothing is said.
pub fn defaults() -> Value {
    let all = serde_json::to_value(Library::all()).unwrap_or_default();
    rego::input(&serde_json::json!({ "charter": { "parameters": all } }).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_switched_on_is_there() {
        let names: Vec<String> = Library::all().parameters().keys().map(ToString::to_string).collect();
        let there: Vec<&str> = ALL.iter().map(|policy| policy.name).collect();
        assert_eq!(names, there);
    }
}
