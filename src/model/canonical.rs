//! The canonical form of a spec.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::jcs;

/// A spec as RFC 8785 JSON: defaults filled in, sets sorted, amounts as decimal strings.
///
/// What is read from a store may be any text that somebody wrote there by hand: it is kept as it is and equals nothing
/// but itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(extend("type" = ["object", "string"]))]
pub struct Canonical(#[schemars(with = "Value")] Arc<str>);

impl Canonical {
    /// Writes a typed spec in its canonical form.
    pub fn of(spec: &impl Serialize) -> Self {
        // A typed spec has string keys and finite numbers only, so that writing it cannot fail; should a future one
        // break that, the empty text equals no stored spec and the law tests see it at once.
        Canonical(jcs::text(spec).unwrap_or_default().into())
    }

    /// Takes the text that a store holds.
    pub fn stored(text: impl Into<Arc<str>>) -> Self {
        Canonical(text.into())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the value, or the text as a JSON string where it is no JSON.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or_else(|_| Value::String(self.0.to_string()))
    }
}

impl fmt::Display for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Canonical {
    /// Writes an object as it stands, to the byte; anything else as a JSON string of the text, and so an object that only
    /// a raw value can hold: with a number beyond a double, or nested too deep.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.to_string())
            .ok()
            .filter(|raw| raw.get().starts_with('{') && raw.get().len() == self.0.len())
            .filter(|raw| serde_json::from_str::<Value>(raw.get()).is_ok());
        match raw {
            Some(raw) => raw.serialize(serializer),
            None => serializer.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Canonical {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = if raw.get().starts_with('"') {
            serde_json::from_str::<String>(raw.get()).map_err(serde::de::Error::custom)?
        } else {
            raw.get().to_owned()
        };
        Ok(Canonical(text.into()))
    }
}
