//! Why a value cannot be taken: a finding without its place.

use std::fmt;

use super::code::Code;
use super::mend::Mend;

/// Why a scalar cannot be read: what a finding needs, but its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: Code,
    pub message: String,
    pub help: Option<String>,
    /// How it is mended without a decision, where it can be.
    pub mend: Option<Mend>,
}

impl Fault {
    /// Makes a fault of a code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Fault { code, message: message.into(), help: None, mend: None }
    }

    /// Adds how to mend it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds how it is mended without a decision, where it can be.
    pub fn mend(mut self, mend: Option<Mend>) -> Self {
        self.mend = mend;
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
