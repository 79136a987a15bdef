//! Windows of a budget and the periods of the calendar that they cut.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, ISOWeekDate, Weekday};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::code::Code;
use super::fault::Fault;

/// How long a limit lasts, by the calendar in the organisation's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Window {
    Day,
    Week,
    Month,
    Quarter,
}

impl Window {
    /// Returns the word of the manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Window::Day => "day",
            Window::Week => "week",
            Window::Month => "month",
            Window::Quarter => "quarter",
        }
    }

    /// Shows how a period of this window is written.
    pub const fn sample(self) -> &'static str {
        match self {
            Window::Day => "2026-11-22",
            Window::Week => "2026-W47",
            Window::Month => "2026-11",
            Window::Quarter => "2026-Q4",
        }
    }
}

/// One period: a day `2026-11-22`, an ISO 8601 week `2026-W47`, a month `2026-11`, a quarter `2026-Q4`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(String, Window);

impl Period {
    /// Says which window the period is one of.
    pub fn window(&self) -> Window {
        self.1
    }

    /// Returns the period as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn number(text: &str, digits: usize) -> Option<i16> {
    (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn window_of(text: &str) -> Option<Window> {
    let (year, rest) = text.split_once('-')?;
    let year = number(year, 4)?;
    if let Some(week) = rest.strip_prefix('W') {
        let week = number(week, 2)?.try_into().ok()?;
        return ISOWeekDate::new(year, week, Weekday::Monday).ok().map(|_| Window::Week);
    }
    if let Some(quarter) = rest.strip_prefix('Q') {
        return number(quarter, 1).filter(|q| (1..=4).contains(q)).map(|_| Window::Quarter);
    }
    if rest.len() == 2 {
        return number(rest, 2).filter(|m| (1..=12).contains(m)).map(|_| Window::Month);
    }
    (text.len() == 10 && text.parse::<Date>().is_ok()).then_some(Window::Day)
}

impl FromStr for Period {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        window_of(text).map(|window| Period(text.to_owned(), window)).ok_or_else(|| {
            Fault::new(Code::BadPeriod, format!("`{text}` is not a period"))
                .help("write a day 2026-11-22, a week 2026-W47, a month 2026-11 or a quarter 2026-Q4")
        })
    }
}

impl TryFrom<String> for Period {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.0
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "period", "pattern": "^[0-9]{4}-([0-9]{2}(-[0-9]{2})?|W[0-9]{2}|Q[1-4])$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_tells_its_window() {
        for window in [Window::Day, Window::Week, Window::Month, Window::Quarter] {
            assert_eq!(window.sample().parse::<Period>().unwrap().window(), window);
        }
        for text in ["2026", "2026-13", "2026-W54", "2026-Q5", "2026-02-30", "26-11", "2026-1", "2026-11-2"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
