//! Specs as they are shown: what somebody wrote into a store by hand may hold credentials.

use serde_json::{Map, Value};

use super::key::{Under, is_named};
use super::{REDACTED, is_in, scrub};

/// Returns a value without what looks like a credential, by its key or in its text.
pub fn redacted(value: &Value) -> Value {
    shown(value, Under::Nothing)
}

/// Returns the value of a key without what looks like a credential.
pub fn redacted_under(key: &str, value: &Value) -> Value {
    shown(value, Under::Nothing.key(key, true))
}

fn shown(value: &Value, under: Under) -> Value {
    match value {
        Value::String(text) if under == Under::Named && text.len() >= 4 => REDACTED.into(),
        Value::String(text) => without(text).into(),
        Value::Number(number) if under == Under::Named && is_long(&number.to_string()) => REDACTED.into(),
        Value::Array(items) => items.iter().map(|item| shown(item, under)).collect(),
        Value::Object(fields) => Value::Object(object(fields, under)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// Takes credentials out of a text, which may be a spec in JSON: so the journal keeps what named no resource.
fn without(text: &str) -> String {
    let spec = serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
    let clean = spec.as_ref().map(redacted).filter(|clean| spec.as_ref() != Some(clean));
    clean.map_or_else(|| if is_in(text) { scrub(text) } else { text.to_owned() }, |clean| clean.to_string())
}

fn object(fields: &Map<String, Value>, under: Under) -> Map<String, Value> {
    let is_name = |key: &&str| fields.get(*key).and_then(Value::as_str).is_some_and(is_named);
    let names_value = under != Under::Reference && ["name", "key"].iter().any(is_name);
    let field = |(key, value): (&String, &Value)| {
        let under = if names_value && key == "value" { Under::Named } else { under.key(key, true) };
        (if is_in(key) { scrub(key) } else { key.clone() }, shown(value, under))
    };
    fields.iter().map(field).collect()
}

/// Says whether a number has so many digits that it may be a password.
fn is_long(number: &str) -> bool {
    number.bytes().filter(u8::is_ascii_digit).count() >= 6
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn credentials_are_taken_out_of_specs_by_key_and_by_shape() {
        let token = format!("ghp_{}", "a1B2".repeat(9));
        let spec = json!({
            "members": ["user:ana", token],
            "settings": {"dbPassword": "hunter2", "pin": {"password": 12_345_678}, "token": ["abcd"], "note": format!("use {token}")},
            "env": [{"name": "DB_PASSWORD", "value": "swordfish"}, {"name": "REGION", "value": "eu-west"}],
            "secretRef": {"name": "db", "secret": "vault-db"},
            token.clone(): 1,
            "limit": 3000, "enabled": true, "password": false,
            "spec": "{\"password\": \"hunter2\"}", "other": "{ \"a\": 1 }",
        });
        let shown = redacted(&spec);
        let expected = json!({
            "members": ["user:ana", REDACTED],
            "settings": {"dbPassword": REDACTED, "pin": {"password": REDACTED}, "token": [REDACTED], "note": format!("use {REDACTED}")},
            "env": [{"name": "DB_PASSWORD", "value": REDACTED}, {"name": "REGION", "value": "eu-west"}],
            "secretRef": {"name": "db", "secret": "vault-db"},
            REDACTED: 1,
            "limit": 3000, "enabled": true, "password": false,
            "spec": format!("{{\"password\":\"{REDACTED}\"}}"), "other": "{ \"a\": 1 }",
        });
        assert_eq!(shown, expected);
        assert_eq!(redacted(&shown), shown);
        assert_eq!(redacted_under("apiToken", &json!("hunter2")), json!(REDACTED));
    }
}
