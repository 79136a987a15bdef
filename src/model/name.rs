//! Names of resources.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::code::Code;
use super::fault::Fault;
use super::latin;
use super::mend::Mend;

/// The longest name, in characters.
pub const LONGEST: usize = 128;

/// The name of a resource: `[a-z0-9]([a-z0-9._-]*[a-z0-9])?`, at most 128 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(Arc<str>);

impl Name {
    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

fn is_edge(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_inner(byte: u8) -> bool {
    is_edge(byte) || matches!(byte, b'.' | b'_' | b'-')
}

/// Says whether `text` has the shape of a name.
pub fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edges = bytes.first().is_some_and(|b| is_edge(*b)) && bytes.last().is_some_and(|b| is_edge(*b));
    edges && bytes.len() <= LONGEST && bytes.iter().all(|b| is_inner(*b))
}

/// Makes a name out of what somebody wrote, where one comes out: `Front End` becomes `front-end`, `Żółw` `zolw`.
pub fn suggest(text: &str) -> Option<String> {
    let lower = latin::plain(text.trim()).to_ascii_lowercase();
    let words = lower.split(|c: char| !is_letter(c) && !".-_".contains(c)).filter(|word| word.contains(is_letter));
    let joined = words.collect::<Vec<_>>().join("-");
    let trimmed = joined.trim_matches(|c: char| !is_letter(c));
    (is_name(trimmed) && trimmed != text).then(|| trimmed.to_owned())
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

impl FromStr for Name {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        if is_name(text) {
            return Ok(Name(text.into()));
        }
        let rule = "lower-case letters, digits, `.`, `_` and `-`, a letter or digit at both ends, at most 128 of them";
        let meant = suggest(text);
        let help = match &meant {
            Some(name) => format!("write `{name}`: a name is {rule}"),
            None => format!("a name is {rule}"),
        };
        let fault = Fault::new(Code::BadName, format!("`{text}` is not a name")).help(help);
        Err(fault.mend(Mend::word(text, meant)))
    }
}

impl TryFrom<String> for Name {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.as_str().to_owned()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for Name {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Name".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "name",
            "maxLength": LONGEST,
            "pattern": "^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$",
        })
    }
}
