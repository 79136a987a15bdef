//! Budget: what a team may spend in a window.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Declared, Scope};
use crate::model::code::Code;
use crate::model::examination::{Examination, Target};
use crate::model::money::Amount;
use crate::model::name::Name;
use crate::model::period::{Period, Window};
use crate::model::subject::Subject;

/// What a team may spend in a window of the calendar. One a team and window.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Budget {
    pub window: Window,
    /// The most that may be spent in a period; without one there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Amount>,
    /// What happens at the limit.
    #[serde(default)]
    pub enforcement: Enforcement,
    /// Per cents of the limit at which somebody is told.
    #[serde(default)]
    pub alert_at: BTreeSet<u16>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Subject>,
    /// What becomes of what is left at the end of a period.
    #[serde(default)]
    pub unused: Unused,
    /// Parts of the limit that belong to projects.
    #[serde(default)]
    pub projects: BTreeMap<Name, Amount>,
    /// More or less for single periods.
    #[serde(default)]
    pub adjustments: Vec<Adjustment>,
}

/// What happens at the limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Enforcement {
    /// Spending stops.
    #[default]
    Block,
    /// Spending goes on, and somebody is told.
    Warn,
}

/// What becomes of what is left at the end of a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unused {
    /// It is gone.
    #[default]
    Expire,
    /// It goes to the organisation's pool.
    Pool,
    /// It is carried into the next period.
    Carry,
}

/// More or less for one period.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Adjustment {
    pub period: Period,
    /// What is added to the limit of the period; below zero takes away.
    pub add: Amount,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where that was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

impl Budget {
    /// Returns what is added in a period, `None` beyond what an amount can be.
    pub fn added_in(&self, period: &Period) -> Option<Amount> {
        let of_period = self.adjustments.iter().filter(|adjustment| adjustment.period == *period);
        of_period.map(|adjustment| adjustment.add).try_fold(Amount::ZERO, Amount::checked_add)
    }

    fn examine_amounts(&self, found: &mut Examination<'_>) {
        let projects = self.projects.iter().map(|(name, amount)| (format!("/projects/{name}"), *amount));
        for (pointer, amount) in self.limit.map(|limit| ("/limit".to_owned(), limit)).into_iter().chain(projects) {
            if amount.is_negative() {
                found.fault(pointer, Code::BadAmount, "an amount is below zero", "write an amount of 0 or more");
            }
        }
    }

    fn examine_projects(&self, found: &mut Examination<'_>) {
        let sum = self.projects.values().copied().try_fold(Amount::ZERO, Amount::checked_add);
        let Some(sum) = sum else {
            found.fault(
                "/projects",
                Code::AmountTooLarge,
                "the projects add up to more than an amount can be",
                "lower them",
            );
            return;
        };
        if let Some(limit) = self.limit.filter(|limit| sum > *limit && !limit.is_negative()) {
            let message =
                format!("the projects add up to {}, more than the limit of {}", sum.grouped(), limit.grouped());
            found.fault("/projects", Code::BudgetOverAllocated, message, "lower a project or raise the limit");
        }
    }

    fn examine_adjustments(&self, found: &mut Examination<'_>) {
        for (index, adjustment) in self.adjustments.iter().enumerate() {
            let period = &adjustment.period;
            if period.window() != self.window {
                let message = format!("`{period}` is no {}, the window of this budget", self.window.as_str());
                found.fault(
                    format!("/adjustments/{index}/period"),
                    Code::BadPeriod,
                    message,
                    format!("write it like {}", self.window.sample()),
                );
            }
            let Some(limit) = self.limit else { continue };
            match self.added_in(period).and_then(|added| limit.checked_add(added)) {
                None => found.fault(
                    format!("/adjustments/{index}/add"),
                    Code::AmountTooLarge,
                    "limit and adjustments are more than an amount can be",
                    "lower them",
                ),
                Some(total) if total.is_negative() => {
                    let message = format!("the limit of {period} would be {}", total.grouped());
                    found.fault(
                        format!("/adjustments/{index}/add"),
                        Code::BadAmount,
                        message,
                        "take away no more than the limit",
                    );
                }
                Some(_) => {}
            }
        }
    }
}

impl Declared for Budget {
    const SCOPE: Scope = Scope::Team;
    const WORD: &'static str = "budget";
    const EXAMPLE: &'static str = "\
apiVersion: charter/v1
kind: Budget
metadata:
  name: monthly
  team: frontend
spec:
  window: month
  limit: 3000
  enforcement: block
  alertAt: [50, 80, 100]
  owner: \"user:ana\"
  unused: pool
  projects: {checkout: 500}
  adjustments:
    - {period: 2026-11, add: 1500, reason: launch, ticket: GOV-9}
";

    fn examine<'a>(&'a self, found: &mut Examination<'a>) {
        if let Some(owner) = &self.owner {
            found.refers("/owner", Target::Subject(owner));
        }
        self.examine_amounts(found);
        self.examine_projects(found);
        self.examine_adjustments(found);
    }
}
