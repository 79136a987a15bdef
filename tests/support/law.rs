//! Laws: what holds for everything that can be made, and for enough of what is worth making.
#![allow(clippy::panic, reason = "a test may")]

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

use super::say::say;

/// Whether a case could have broken the law: an empty plan, say, could not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Telling,
    Dull,
}

impl Case {
    /// Makes a case telling on a condition.
    pub fn telling_if(telling: bool) -> Self {
        if telling { Case::Telling } else { Case::Dull }
    }
}

/// A law, how often it is tried (`PROPTEST_CASES` says otherwise), and the least share of telling cases.
pub struct Law {
    pub name: &'static str,
    pub cases: u32,
    pub telling: f64,
}

impl Law {
    /// Tries the law, and fails where it breaks or where too few cases could have broken it.
    pub fn holds<S: Strategy>(&self, strategy: &S, test: impl Fn(S::Value) -> Result<Case, TestCaseError>) {
        let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(self.cases);
        let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
        let (tried, telling) = (Cell::new(0u32), Cell::new(0u32));
        let outcome = TestRunner::new(config).run(strategy, |value| {
            tried.set(tried.get() + 1);
            let case = test(value)?;
            telling.set(telling.get() + u32::from(case == Case::Telling));
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{}: {error}", self.name);
        }
        let share = f64::from(telling.get()) / f64::from(tried.get().max(1));
        say(&format!("law: {}: {} cases, {:.0} % of them telling", self.name, tried.get(), share * 100.0));
        assert!(share >= self.telling, "{}: only {:.0} % of the cases could have broken it", self.name, share * 100.0);
    }
}
