//! Scalars with a shape of their own. A JSON Schema `format` names each, and this table says who reads it.

use super::code::Code;
use super::fault::Fault;
use super::id::{NotAnId, ResourceId};
use super::kind::Kind;
use super::{
    expiry::Expiry, money::Amount, name::Name, period::Period, permission::Permission, subject::Subject, user::User,
};

/// A `format` of Charter's own and what checks a text against it.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The word in the schema.
    pub word: &'static str,
    /// Reads the text as written and says what is wrong with it.
    pub check: fn(&str) -> Result<(), Fault>,
    /// Whether the raw text counts, though it looks like a number: an amount is never a float.
    pub raw: bool,
}

fn check<T: std::str::FromStr<Err = Fault>>(text: &str) -> Result<(), Fault> {
    text.parse::<T>().map(drop)
}

fn resource(text: &str) -> Result<(), Fault> {
    let refuse = |error: NotAnId| {
        let kinds = Kind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
        Fault::new(Code::BadName, error.to_string()).help(format!("the kinds are {kinds}"))
    };
    text.parse::<ResourceId>().map(drop).map_err(refuse)
}

/// Every format, by its word.
pub const FORMATS: &[Format] = &[
    Format { word: "name", check: check::<Name>, raw: false },
    Format { word: "subject", check: check::<Subject>, raw: false },
    Format { word: "user", check: check::<User>, raw: false },
    Format { word: "permission", check: check::<Permission>, raw: false },
    Format { word: "amount", check: check::<Amount>, raw: true },
    Format { word: "expiry", check: check::<Expiry>, raw: false },
    Format { word: "period", check: check::<Period>, raw: true },
    Format { word: "resource", check: resource, raw: false },
];

/// Finds the format that a schema names.
pub fn format(word: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.word == word)
}
