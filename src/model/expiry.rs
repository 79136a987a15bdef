//! When something ends.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::code::Code;
use super::fault::Fault;

/// An end: a date ends with that day in the organisation's time zone, a timestamp (RFC 3339) at that instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Expiry {
    Date(Date),
    Instant(Timestamp),
}

impl Expiry {
    /// Returns the first instant at which it has ended, a whole second.
    ///
    /// A fraction is cut off, as views spell ends: nobody has anything for longer than is written. A day that has no next one in the time zone (the last of the calendar) never ends.
    pub fn end(self, zone: &TimeZone) -> Timestamp {
        match self {
            Expiry::Instant(instant) => Timestamp::from_second(instant.as_second()).unwrap_or(instant),
            Expiry::Date(date) => date
                .checked_add(1.day())
                .and_then(|next| zone.to_zoned(next.at(0, 0, 0, 0)))
                .map_or(Timestamp::MAX, |next| next.timestamp()),
        }
    }
}

/// Spells an instant as the views of a store do: in UTC, to the second, so that instants compare as text.
pub fn spelled(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl FromStr for Expiry {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let is_date = text.len() == 10;
        let read = if is_date { text.parse().map(Expiry::Date) } else { text.parse().map(Expiry::Instant) };
        read.map_err(|_| {
            Fault::new(Code::BadTime, format!("`{text}` is neither a date nor a timestamp"))
                .help("write a day of the calendar such as 2026-12-31, or an instant such as 2026-12-31T18:00:00+01:00")
        })
    }
}

impl TryFrom<String> for Expiry {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Expiry> for String {
    fn from(expiry: Expiry) -> String {
        expiry.to_string()
    }
}

impl fmt::Display for Expiry {
    /// Writes a date as it is, an instant in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expiry::Date(date) => write!(f, "{date}"),
            Expiry::Instant(instant) => write!(f, "{instant}"),
        }
    }
}

impl JsonSchema for Expiry {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expiry".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "expiry",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:?[0-9]{2}))?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_in_its_time_zone() {
        let warsaw = TimeZone::get("Europe/Warsaw").unwrap();
        let day: Expiry = "2026-12-31".parse().unwrap();
        assert_eq!(day.end(&warsaw).to_string(), "2026-12-31T23:00:00Z");
    }

    #[test]
    fn an_instant_ends_with_its_second_as_it_is_spelled() {
        for (text, end) in
            [("2026-12-31T18:00:00.9+01:00", "2026-12-31T17:00:00Z"), ("2026-12-31T17:00:00Z", "2026-12-31T17:00:00Z")]
        {
            let ends = text.parse::<Expiry>().unwrap().end(&TimeZone::UTC);
            assert_eq!((ends.to_string(), spelled(ends)), (end.to_owned(), end.to_owned()));
        }
    }

    #[test]
    fn an_instant_is_written_in_utc() {
        let instant: Expiry = "2026-12-31T18:00:00+01:00".parse().unwrap();
        assert_eq!(instant.to_string(), "2026-12-31T17:00:00Z");
        for text in ["2026-02-30", "soon", "2026-12-31T18:00:00", "", "2026-1-1"] {
            assert_eq!(text.parse::<Expiry>().unwrap_err().code, Code::BadTime, "{text}");
        }
    }
}
