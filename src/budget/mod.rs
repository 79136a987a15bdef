//! What the teams' budgets add up to, period by period.

use std::collections::BTreeSet;

use crate::model::allocation::{Allocation, Sum};
use crate::model::desired::Desired;
use crate::model::kind::budget::Budget;
use crate::model::money::Amount;
use crate::model::period::{Period, Window};

/// Sums the limits of all teams: for each window the periods without adjustments, and each period with one.
///
/// Budgets without a limit are not in the sums: a cap refuses them by themselves. Those that were not wholly read are
/// not either: each adds nothing below zero, so that what the others exceed is exceeded.
pub fn allocate(desired: &Desired) -> Vec<Allocation> {
    let budgets: Vec<&Budget> = desired
        .declared::<Budget>()
        .filter(|(id, ..)| !desired.flaws.unread.contains(id))
        .map(|(_, budget, _)| budget)
        .collect();
    let windows: BTreeSet<Window> = budgets.iter().map(|budget| budget.window).collect();
    windows.into_iter().flat_map(|window| of_window(window, &budgets)).collect()
}

fn of_window(window: Window, budgets: &[&Budget]) -> Vec<Allocation> {
    let ours: Vec<&Budget> = budgets.iter().copied().filter(|budget| budget.window == window).collect();
    let periods: BTreeSet<&Period> =
        ours.iter().flat_map(|budget| &budget.adjustments).map(|adjustment| &adjustment.period).collect();
    let named = periods.into_iter().map(|period| Some(period.clone()));
    std::iter::once(None)
        .chain(named)
        .map(|period| Allocation { window, sum: sum(&ours, period.as_ref()), period })
        .collect()
}

fn sum(budgets: &[&Budget], period: Option<&Period>) -> Sum {
    let of_budget = |budget: &&Budget| {
        let limit = budget.limit?;
        Some(period.map_or(Some(limit), |period| budget.added_in(period).and_then(|added| limit.checked_add(added))))
    };
    let total = budgets.iter().filter_map(of_budget).try_fold(Amount::ZERO, |sum, limit| sum.checked_add(limit?));
    total.map_or(Sum::Overflow, Sum::Limited)
}
