//! Subjects: whom a role is given to.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::code::Code;
use super::fault::Fault;
use super::mend::Mend;
use super::name::{LONGEST, is_name, suggest};
use super::nearest::did_you_mean;

/// What sort of subject it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectKind {
    Agent,
    Group,
    Service,
    Team,
    User,
}

impl SubjectKind {
    /// Every sort, by its word.
    pub const ALL: [SubjectKind; 5] =
        [SubjectKind::Agent, SubjectKind::Group, SubjectKind::Service, SubjectKind::Team, SubjectKind::User];

    /// Returns the word before the colon.
    pub const fn as_str(self) -> &'static str {
        match self {
            SubjectKind::Agent => "agent",
            SubjectKind::Group => "group",
            SubjectKind::Service => "service",
            SubjectKind::Team => "team",
            SubjectKind::User => "user",
        }
    }

    /// Says whether an identifier belongs to somebody outside (1–128 of letters, digits and `._@+-`) or is a name.
    const fn is_outside(self) -> bool {
        matches!(self, SubjectKind::User | SubjectKind::Service)
    }
}

/// A subject such as `user:ana` or `group:oncall`.
///
/// Two subjects are equal when they differ in ASCII case alone; the spelling is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Subject {
    text: String,
    kind: SubjectKind,
}

impl Subject {
    /// Says what sort of subject it is.
    pub fn kind(&self) -> SubjectKind {
        self.kind
    }

    /// Returns the identifier after the colon, as it was spelled.
    pub fn id(&self) -> &str {
        self.text.split_once(':').map_or("", |(_, id)| id)
    }

    /// Returns the subject as it was spelled.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn folded(&self) -> impl Iterator<Item = u8> + '_ {
        self.text.bytes().map(|b| b.to_ascii_lowercase())
    }
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        self.text.eq_ignore_ascii_case(&other.text)
    }
}

impl Eq for Subject {}

impl PartialOrd for Subject {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Subject {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded().cmp(other.folded())
    }
}

impl Hash for Subject {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for chunk in self.text.as_bytes().chunks(32) {
            let mut folded = [0; 32];
            folded.iter_mut().zip(chunk).for_each(|(folded, byte)| *folded = byte.to_ascii_lowercase());
            state.write(folded.get(..chunk.len()).unwrap_or_default());
        }
    }
}

fn is_outside_id(id: &str) -> bool {
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@+-".contains(&b))
}

fn malformed(text: &str) -> Fault {
    let words = SubjectKind::ALL.map(SubjectKind::as_str);
    let meant = match text.split_once(':') {
        Some((word, id)) => did_you_mean(word, words).map(|near| format!("{near}:{id}")),
        None if is_outside_id(text) => Some(format!("user:{text}")),
        None => None,
    };
    let rule = || "a subject is `user:ID`, `group:NAME`, `team:NAME`, `agent:NAME` or `service:NAME`".to_owned();
    let help = meant.as_ref().map_or_else(rule, |meant| format!("did you mean `{meant}`?"));
    refused(text).help(help).mend(Mend::word(text, meant))
}

fn refused(text: &str) -> Fault {
    Fault::new(Code::BadSubject, format!("`{text}` is not a subject"))
}

impl FromStr for Subject {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let (word, id) = text.split_once(':').ok_or_else(|| malformed(text))?;
        let kind = SubjectKind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| malformed(text))?;
        let good = if kind.is_outside() { is_outside_id(id) } else { is_name(id) };
        good.then(|| Subject { text: text.to_owned(), kind }).ok_or_else(|| misnamed(text, kind, id))
    }
}

/// Says what is wrong with what stands after the colon of a sort of subject.
fn misnamed(text: &str, kind: SubjectKind, id: &str) -> Fault {
    let word = kind.as_str();
    if kind.is_outside() {
        return refused(text).help(format!("the id of a {word} is 1 to 128 of letters, digits and `._@+-`"));
    }
    let article = if kind == SubjectKind::Agent { "an" } else { "a" };
    let rule = format!("{article} {word} is named with lower-case letters, digits, `.`, `_` and `-`");
    let meant = suggest(id).map(|name| format!("{word}:{name}"));
    let help = meant.as_ref().map_or_else(|| rule.clone(), |meant| format!("write `{meant}`: {rule}"));
    refused(text).help(help).mend(Mend::word(text, meant))
}

impl TryFrom<String> for Subject {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> String {
        subject.text
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl JsonSchema for Subject {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Subject".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "subject",
            "pattern": "^((user|service):[A-Za-z0-9._@+-]{1,128}|(group|team|agent):[a-z0-9]([a-z0-9._-]*[a-z0-9])?)$",
        })
    }
}
