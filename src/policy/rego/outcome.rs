//! What a rule says: texts, or mappings with a text, a code, a place and a help.

use regorus::Value;

use crate::model::code::Code;
use crate::model::credential;
use crate::model::name::{Name, suggest};

/// The most things that a rule may say at once; what is beyond is counted, and no waiver covers it.
pub const MOST: usize = 100_000;

/// The longest text that is taken over, in characters.
const LONGEST: usize = 1_000;

/// One thing that a rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub message: String,
    pub code: Option<Name>,
    /// A JSON pointer (RFC 6901) into the input.
    pub path: Option<String>,
    pub help: Option<String>,
    /// The resource that it is about, where that is not the input.
    pub resource: Option<String>,
}

/// Reads what a rule evaluated to, and counts what was left out.
///
/// # Errors
/// Where that is neither a text nor a mapping with a text `msg`, nor several of them: in words.
pub fn read(value: &Value) -> Result<(Vec<Said>, usize), String> {
    let items: Vec<&Value> = match value {
        Value::Undefined => Vec::new(),
        Value::Set(set) => set.iter_sorted().collect(),
        Value::Array(items) => items.iter().collect(),
        Value::String(_) | Value::Object(_) => vec![value],
        Value::Null | Value::Bool(_) | Value::Number(_) => return Err(format!("it is {}", what(value))),
    };
    let left_out = items.len().saturating_sub(MOST);
    let said: Result<Vec<Said>, String> = items.into_iter().take(MOST).map(one).collect();
    Ok((said?, left_out))
}

fn one(value: &Value) -> Result<Said, String> {
    if let Value::String(text) = value {
        return Ok(Said { message: words(text), code: None, path: None, help: None, resource: None });
    }
    let Value::Object(object) = value else { return Err(format!("it holds {}", what(value))) };
    let text = |key: &str| match object.get(&Value::from(key)) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.to_string())),
        Some(other) => Err(format!("its `{key}` is {}", what(other))),
    };
    let message = text("msg")?.ok_or("it holds a mapping without `msg`")?;
    let code = text("code")?.and_then(|code| self::code(&code));
    let help = text("help")?.map(|help| words(&help));
    Ok(Said { message: words(&message), code, path: text("path")?, help, resource: text("resource")? })
}

/// Reads a code: a name, or what becomes one. One of ours would say what a page of ours explains, and is none.
pub fn code(text: &str) -> Option<Name> {
    let name: Option<Name> = text.parse().ok().or_else(|| suggest(text)?.parse().ok());
    name.filter(|name| Code::parse(name.as_str()).is_none())
}

fn what(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Set(_) => "a set",
        Value::Object(_) => "a mapping",
        Value::Undefined => "undefined",
    }
}

/// Takes over untrusted words: of a length that somebody reads, and without what looks like a credential.
pub fn words(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    let scrubbed = credential::scrub(&short);
    if scrubbed.trim().is_empty() { "(it says nothing)".to_owned() } else { scrubbed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(json: &str) -> Result<(Vec<Said>, usize), String> {
        read(&Value::from_json_str(json).unwrap())
    }

    #[test]
    fn texts_and_mappings_are_understood() {
        let (all, left_out) =
            said(r#"["a", {"msg": "b", "code": "K8S Cost", "path": "/spec", "help": "h", "x": 1}]"#).unwrap();
        assert_eq!(left_out, 0);
        assert_eq!(all[0].message, "a");
        assert_eq!(all[1].code.as_ref().unwrap().as_str(), "k8s-cost");
        assert_eq!(all[1].path.as_deref(), Some("/spec"));
    }

    #[test]
    fn anything_else_is_no_answer() {
        for (json, why) in [
            ("true", "it is a boolean"),
            ("[1]", "it holds a number"),
            ("[{\"message\": \"a\"}]", "it holds a mapping without `msg`"),
            ("{\"msg\": 7}", "its `msg` is a number"),
        ] {
            assert_eq!(said(json).unwrap_err(), why);
        }
    }

    #[test]
    fn what_is_said_is_short() {
        let many: Vec<String> = (0..MOST + 30).map(|n| format!("\"{n}\"")).collect();
        assert_eq!(said(&format!("[{}]", many.join(","))).unwrap().1, 30);
        assert_eq!(words(&"x".repeat(5_000)).chars().count(), LONGEST + 1);
    }
}
