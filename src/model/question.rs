//! Questions: may a subject do something? The four parts of an AuthZEN access evaluation request.

use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::name::Name;
use super::permission::{Names, Permission};
use super::subject::{Subject, SubjectKind};

/// What is asked: a subject, an action, a resource or one of its names, and the team whose resource it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// A user, an agent or a service.
    pub subject: Subject,
    pub wanted: Wanted,
}

/// What somebody wants to do, whoever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub action: String,
    pub resource: String,
    /// `None` for the resource as a whole.
    pub name: Option<String>,
    /// `None` for the organisation's own.
    pub team: Option<Name>,
}

/// Why a text is no question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAQuestion(String);

impl Wanted {
    /// Reads `action:resource` or `action:resource/name`.
    ///
    /// # Errors
    /// Where the text is neither; a prefix, `res/pre*`, is granted but cannot be asked about.
    pub fn parse(text: &str, team: Option<Name>) -> Result<Self, NotAQuestion> {
        let permission: Permission = text.parse().map_err(|fault: super::fault::Fault| {
            NotAQuestion(format!("{fault}: ask about `action:resource` or `action:resource/name`"))
        })?;
        let name = match permission.names() {
            Names::Every => None,
            Names::One(name) => Some(name.to_owned()),
            Names::Prefix(_) => {
                return Err(NotAQuestion(format!("`{text}` is a prefix: ask about one name, or about the whole")));
            }
        };
        let (action, resource) = (permission.action().to_owned(), permission.resource().to_owned());
        Ok(Wanted { action, resource, name, team })
    }
}

impl std::fmt::Display for Wanted {
    /// Writes `execute:agents/reviewer on frontend`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.action, self.resource)?;
        if let Some(name) = &self.name {
            write!(f, "/{name}")?;
        }
        self.team.as_ref().map_or(Ok(()), |team| write!(f, " on {team}"))
    }
}

/// Returns a subject that may act.
///
/// # Errors
/// Where it is a group or a team: nobody acts as one.
pub fn acting(subject: Subject) -> Result<Subject, NotAQuestion> {
    if matches!(subject.kind(), SubjectKind::Group | SubjectKind::Team) {
        return Err(NotAQuestion(format!("`{subject}` does not act: ask about a user, an agent or a service")));
    }
    Ok(subject)
}

impl Question {
    /// Makes a question about a subject.
    ///
    /// # Errors
    /// As [`acting`].
    pub fn new(subject: Subject, wanted: Wanted) -> Result<Self, NotAQuestion> {
        Ok(Question { subject: acting(subject)?, wanted })
    }

    /// Reads an access evaluation request of AuthZEN.
    ///
    /// That is `subject {type, id}`, `action.name` and `resource {type, id, properties: {team}}`, whose id is a name or
    /// `*` for the whole (Authorization API 1.0, section 5). A name may be any text: a permission without a name covers
    /// it too. Whether there are such words says who answers.
    ///
    /// # Errors
    /// Where the text is no such request.
    pub fn authzen(text: &str) -> Result<Self, NotAQuestion> {
        let Object(Request { subject: Object(subject), action: Object(action), resource: Object(resource) }) =
            serde_json::from_str(text).map_err(|error| NotAQuestion(error.to_string()))?;
        let subject = format!("{}:{}", subject.kind, subject.id);
        let subject = subject.parse().map_err(|fault: super::fault::Fault| NotAQuestion(fault.to_string()))?;
        if resource.id.is_empty() {
            return Err(NotAQuestion("the id of a resource is empty: write `*` for the whole".to_owned()));
        }
        let name = Some(resource.id).filter(|id| id != "*");
        let Object(Properties { team }) = resource.properties;
        Question::new(subject, Wanted { action: action.name, resource: resource.kind, name, team })
    }
}

/// What is written as an object: a list of the same values in the order of the fields is none.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = T;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(fields))
            }
        }
        deserializer.deserialize_map(Fields(PhantomData)).map(Object)
    }
}

/// The parts of a request that decide; a request may hold more, which does not.
#[derive(Deserialize)]
struct Request {
    subject: Object<Entity>,
    action: Object<Action>,
    resource: Object<Target>,
}

#[derive(Deserialize)]
struct Entity {
    #[serde(rename = "type")]
    kind: String,
    id: String,
}

#[derive(Deserialize)]
struct Action {
    name: String,
}

#[derive(Deserialize)]
struct Target {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    #[serde(default = "none")]
    properties: Object<Properties>,
}

#[derive(Default, Deserialize)]
struct Properties {
    team: Option<Name>,
}

fn none() -> Object<Properties> {
    Object(Properties::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_asked_is_refused() {
        for (text, reads) in [
            ("read:agents", true),
            ("read:agents/a/b", true),
            ("all:agents", true),
            ("read:agents/a*", false),
            ("read", false),
            ("read:", false),
        ] {
            assert_eq!(Wanted::parse(text, None).is_ok(), reads, "{text}");
        }
        let group = Question::new("group:sre".parse().unwrap(), Wanted::parse("read:agents", None).unwrap());
        assert!(group.unwrap_err().to_string().contains("does not act"));
    }

    #[test]
    fn a_request_is_read_as_authzen_writes_it() {
        let text = r#"{"subject": {"type": "user", "id": "ana", "properties": {"department": "x"}}, "action": {"name": "read"},
            "resource": {"type": "agents", "id": "reviewer", "properties": {"team": "frontend"}}, "context": {"ip": "::1"}}"#;
        let question = Question::authzen(text).unwrap();
        assert_eq!(
            (question.subject.as_str(), question.wanted.to_string().as_str()),
            ("user:ana", "read:agents/reviewer on frontend")
        );
        for (text, why) in [
            ("{}", "missing field `subject`"),
            (&text.replace("\"user\"", "\"robot\""), "`robot:ana` is not a subject"),
            (&text.replace("\"user\"", "\"team\""), "does not act"),
            (&text.replace("frontend", "No Team"), "`No Team` is not a name"),
        ] {
            let error = Question::authzen(text).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        let named = |id: &str| Question::authzen(&text.replace("reviewer", id)).unwrap().wanted.name;
        assert_eq!(named("*"), None);
        for id in ["a b", "größe", "a*", &"n".repeat(5_000_000)] {
            assert_eq!(named(id).as_deref(), Some(id));
        }
        assert!(Question::authzen(&text.replace("reviewer", "")).is_err());
    }

    #[test]
    fn the_parts_of_a_request_stay_apart() {
        let text = r#"{"subject": {"type": "user", "id": "ana"}, "action": {"name": "read"},
            "resource": {"type": "agents/a", "id": "b"}}"#;
        let Wanted { resource, name, .. } = Question::authzen(text).unwrap().wanted;
        assert_eq!((resource.as_str(), name.as_deref()), ("agents/a", Some("b")));
        assert!(Question::authzen(&text.replace("\"ana\"", "\"x:ana\"")).is_err());
    }

    #[test]
    fn a_list_is_no_request() {
        let whole = r#"[["user", "ana"], ["read"], ["agents", "a"]]"#;
        let part =
            r#"{"subject": ["user", "ana"], "action": {"name": "read"}, "resource": {"type": "agents", "id": "a"}}"#;
        let team = r#"{"subject": {"type": "user", "id": "ana"}, "action": {"name": "read"},
            "resource": {"type": "agents", "id": "a", "properties": ["web"]}}"#;
        for text in [whole, part, team] {
            let error = Question::authzen(text).unwrap_err().to_string();
            assert!(error.contains("expected an object"), "{error}");
        }
    }
}
