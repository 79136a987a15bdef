//! Purity of tier 0 and 1: a function of its arguments. No clock, no world, no chance.

use crate::Problems;
use crate::paths::{Named, paths};
use crate::source::Source;
use crate::tiers::tier;

/// What a path may not begin with.
const OUTSIDE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::time",
    "std::thread::sleep",
    "tokio",
    "sqlx",
    "git2",
    "tracing",
    "rand",
    "getrandom",
    "notify",
    "fastrand",
];

/// What may not stand in a path.
const CLOCKS: &[&str] = &[
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "TimeZone::system",
    "TimeZone::try_system",
    "std::*",
    "jiff::*",
];

/// Says where a pure room reaches out.
pub fn check(sources: &[Source]) -> Problems {
    let mut problems = Problems::new();
    for source in sources.iter().filter(|source| tier(source.room()).is_some_and(|tier| tier <= 1)) {
        let reaching = paths(&source.shipped).into_iter().filter_map(|named| outside(&named).map(|what| (named, what)));
        problems.extend(reaching.map(|(named, what)| format!("{}: `{what}` in a pure room", source.at(named.offset))));
    }
    problems
}

fn outside(named: &Named) -> Option<&'static str> {
    let crates = OUTSIDE.iter().find(|prefix| named.segments.len() > 1 && named.starts_with(prefix));
    crates.or_else(|| CLOCKS.iter().find(|part| named.contains(part))).copied()
}

#[test]
fn reaching_out_is_found() {
    let problems = |text: &str| check(&[Source::new("plan/diff.rs", text)]).len();
    assert_eq!(problems("use std::{fmt, collections::BTreeMap}; use jiff::Timestamp; fn f(now: Timestamp) {}"), 0);
    assert_eq!(problems("use std::{fmt, fs::read};"), 1);
    assert_eq!(problems("fn f() { std::env::var(x); }"), 1);
    assert_eq!(problems("use jiff::Timestamp; fn f() { let now = Timestamp::now(); }"), 1);
    assert_eq!(problems("fn f() { std::time::SystemTime::now() }"), 1);
    assert_eq!(problems("use std::*;"), 1);
    assert_eq!(problems("use tokio::spawn; use sqlx::query; use git2::Oid; fn f() { tracing::info!() }"), 4);
    assert_eq!(problems("// std::fs\n#[cfg(test)]\nmod tests { use std::fs; }"), 0);
    assert!(check(&[Source::new("store/mod.rs", "use std::fs;")]).is_empty());
}
