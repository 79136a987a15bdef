//! The canonical form of a spec.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

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
        let mut text = Vec::with_capacity(512);
        let written = serde_json::to_value(spec).and_then(|value| write(&value, &mut text));
        // A typed spec has string keys and finite numbers only, so that writing it cannot fail; should a future one
        // break that, the empty text equals no stored spec and the law tests see it at once.
        Canonical(written.ok().and_then(|()| std::str::from_utf8(&text).ok()).unwrap_or_default().into())
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

/// Writes a value as RFC 8785 has it. Only its numbers are written otherwise than by every writer of JSON.
fn write(value: &Value, text: &mut Vec<u8>) -> serde_json::Result<()> {
    match value {
        Value::Array(items) => enclosed(b"[]", items, text, write),
        Value::Object(object) => {
            let mut entries: Vec<(&String, &Value)> = object.iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            enclosed(b"{}", entries, text, |(key, value), text| {
                serde_json::to_writer(&mut *text, key)?;
                text.push(b':');
                write(value, text)
            })
        }
        Value::Number(number) => serde_json_canonicalizer::to_writer(number, text),
        Value::Null | Value::Bool(_) | Value::String(_) => serde_json::to_writer(text, value),
    }
}

fn enclosed<T>(
    [open, close]: &[u8; 2],
    items: impl IntoIterator<Item = T>,
    text: &mut Vec<u8>,
    write: impl Fn(T, &mut Vec<u8>) -> serde_json::Result<()>,
) -> serde_json::Result<()> {
    text.push(*open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            text.push(b',');
        }
        write(item, text)?;
    }
    text.push(*close);
    Ok(())
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_what_its_standard_says() {
        let controls: String = (0..0xa0).filter_map(char::from_u32).chain("\"\\/\u{2028}\u{feff}😀é".chars()).collect();
        let value = json!({
            "\u{e000}": 1, "😀": 2, "é": 3, "b": [], "a": {}, "": [null, true, false, [1], {"z": {}, "y": []}],
            "numbers": [0, -1, 9007199254740991i64, 0.1, -0.0, 1e21, 1e-7, 1.0, 123456789.125, 5e-324, 1.7976931348623157e308],
            "10": "ten", "9": "nine", controls.as_str(): controls,
        });
        assert_eq!(Canonical::of(&value).as_str(), serde_json_canonicalizer::to_string(&value).unwrap());
        assert!(Canonical::of(&value).as_str().contains("\"😀\":2,\"\u{e000}\":1"), "by UTF-16, section 3.2.3");
    }
}
