//! Users: subjects that are ids of people, and nothing else.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::code::Code;
use super::fault::Fault;
use super::set::Element;
use super::subject::{Subject, SubjectKind};

/// A subject `user:ID`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct User(Subject);

impl User {
    /// Returns it as a subject.
    pub fn subject(&self) -> &Subject {
        &self.0
    }
}

impl Element for User {
    fn spelling(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for User {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let subject: Subject = text.parse()?;
        if subject.kind() == SubjectKind::User {
            return Ok(User(subject));
        }
        Err(Fault::new(Code::BadSubject, format!("`{text}` is not a user")).help("write `user:ID`"))
    }
}

impl TryFrom<String> for User {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<User> for String {
    fn from(user: User) -> String {
        user.0.into()
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for User {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "User".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "user",
            "pattern": "^user:[A-Za-z0-9._@+-]{1,128}$",
        })
    }
}
