//! What the teams' budgets add up to.

use super::money::Amount;
use super::period::{Period, Window};

/// The sum of all teams' limits of one window, in the periods without adjustments or in one with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    pub window: Window,
    /// `None` for every period that no adjustment names.
    pub period: Option<Period>,
    pub sum: Sum,
}

/// A sum of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    Limited(Amount),
    /// More than an amount can be.
    Overflow,
}
