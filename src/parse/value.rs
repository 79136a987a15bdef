//! A value of a document in the data model of JSON, as its schema means it; the texts are those of the document.

use std::borrow::Cow;
use std::slice::Iter;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, Object, cmp};
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde_json::{Error, Map, Number, Value};

/// A value, no key of which stands twice.
#[derive(Debug, Clone)]
pub enum Lowered<'t> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'t, str>),
    List(Vec<Lowered<'t>>),
    Mapping(Vec<Member<'t>>),
}

/// A key and its value.
pub type Member<'t> = (Cow<'t, str>, Lowered<'t>);

impl<'t> Lowered<'t> {
    /// Returns the members; none where the value is no mapping.
    pub fn members(&self) -> &[Member<'t>] {
        if let Lowered::Mapping(members) = self { members } else { &[] }
    }

    /// Returns the value under a key, if the value is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Lowered<'t>> {
        self.members().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Returns the text, if the value is one.
    pub fn text(&self) -> Option<&str> {
        if let Lowered::Text(text) = self { Some(text) } else { None }
    }

    /// Returns the value as one that can be changed and kept.
    pub fn json(&self) -> Value {
        match self {
            Lowered::Null => Value::Null,
            Lowered::Bool(truth) => Value::Bool(*truth),
            Lowered::Number(number) => Value::Number(number.clone()),
            Lowered::Text(text) => Value::String(text.to_string()),
            Lowered::List(items) => Value::Array(items.iter().map(Lowered::json).collect()),
            Lowered::Mapping(members) => {
                let members = members.iter().map(|(key, value)| (key.to_string(), value.json()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }
}

/// How the validator of JSON Schemas sees a value.
#[derive(Debug, Clone, Copy)]
pub struct Borrowed;

impl Json for Borrowed {
    type Node<'a> = &'a Lowered<'a>;
    type PreparedKey = String;
    type StringBuffer = ();

    /// To look a key up is to go through some of them.
    const KEYS_PER_LOOKUP: usize = 4;
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(Self::Node<'_>) -> T) -> T {
        f(&Lowered::Text(Cow::Borrowed(string)))
    }
}

impl<'a> Node<'a, Borrowed> for &'a Lowered<'a> {
    type Object = &'a [Member<'a>];
    type Array = &'a [Lowered<'a>];
    type Number = &'a Number;

    fn as_object(&self) -> Option<&'a [Member<'a>]> {
        if let Lowered::Mapping(members) = self { Some(members) } else { None }
    }

    fn as_array(&self) -> Option<&'a [Lowered<'a>]> {
        if let Lowered::List(items) = self { Some(items) } else { None }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        self.text().map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<&'a Number> {
        if let Lowered::Number(number) = self { Some(number) } else { None }
    }

    fn as_boolean(&self) -> Option<bool> {
        if let Lowered::Bool(truth) = self { Some(*truth) } else { None }
    }

    fn is_null(&self) -> bool {
        matches!(self, Lowered::Null)
    }

    fn json_type(&self) -> JsonType {
        match self {
            Lowered::Null => JsonType::Null,
            Lowered::Bool(_) => JsonType::Boolean,
            Lowered::Number(_) => JsonType::Number,
            Lowered::Text(_) => JsonType::String,
            Lowered::List(_) => JsonType::Array,
            Lowered::Mapping(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self, expected) {
            (Lowered::Text(text), Value::String(expected)) => text == expected,
            (Lowered::Text(_), _) => false,
            _ => cmp::equal(&self.json(), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(self.json())
    }

    fn identity(&self) -> Option<jsonschema::json::NodeIdentity> {
        None
    }
}

impl<'a> Object<'a, Borrowed> for &'a [Member<'a>] {
    type Node = &'a Lowered<'a>;
    type MemberName = &'a str;
    type MembersIter = std::iter::Map<Iter<'a, Member<'a>>, fn(&'a Member<'a>) -> (&'a str, &'a Lowered<'a>)>;

    fn len(&self) -> usize {
        <[Member<'a>]>::len(self)
    }

    fn get(&self, key: &String) -> Option<&'a Lowered<'a>> {
        self.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    fn members(&self) -> Self::MembersIter {
        self.iter().map(|(name, value)| (name, value))
    }
}

impl<'a> Array<'a, Borrowed> for &'a [Lowered<'a>] {
    type Node = &'a Lowered<'a>;
    type ElementsIter = Iter<'a, Lowered<'a>>;

    fn len(&self) -> usize {
        <[Lowered<'a>]>::len(self)
    }

    fn elements(&self) -> Self::ElementsIter {
        self.iter()
    }
}

impl<'de> IntoDeserializer<'de, Error> for &'de Lowered<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for &'de Lowered<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Lowered::Null => visitor.visit_unit(),
            Lowered::Bool(truth) => visitor.visit_bool(*truth),
            Lowered::Number(number) => number.deserialize_any(visitor),
            Lowered::Text(text) => visitor.visit_borrowed_str(text),
            Lowered::List(items) => visitor.visit_seq(SeqDeserializer::new(items.iter())),
            Lowered::Mapping(members) => visitor.visit_map(MapDeserializer::new(fields(members))),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if matches!(self, Lowered::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Lowered::Text(text) = self {
            visitor.visit_enum(BorrowedStrDeserializer::new(text))
        } else {
            visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(fields(self.members()))))
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// Lists members as what serde reads fields from.
fn fields<'de>(
    members: &'de [Member<'de>],
) -> impl Iterator<Item = (BorrowedStrDeserializer<'de, Error>, &'de Lowered<'de>)> {
    members.iter().map(|(key, value)| (BorrowedStrDeserializer::new(key), value))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    fn lowered(value: &Value) -> Lowered<'_> {
        match value {
            Value::Null => Lowered::Null,
            Value::Bool(truth) => Lowered::Bool(*truth),
            Value::Number(number) => Lowered::Number(number.clone()),
            Value::String(text) => Lowered::Text(Cow::Borrowed(text)),
            Value::Array(items) => Lowered::List(items.iter().map(lowered).collect()),
            Value::Object(members) => Lowered::Mapping(
                members.iter().map(|(key, value)| (Cow::Borrowed(key.as_str()), lowered(value))).collect(),
            ),
        }
    }

    #[test]
    fn it_is_read_and_judged_like_the_value_of_the_library() {
        let schema = json!({
            "type": "object",
            "properties": {"a": {"enum": ["x", 1, null, [1.0], {"b": 2}]}, "n": {"type": "integer", "minimum": -3},
                "l": {"type": "array", "uniqueItems": true, "maxItems": 3, "items": {"type": ["string", "object"]}},
                "s": {"minLength": 2, "pattern": "^é"}},
            "patternProperties": {"^x-": {"type": "boolean"}},
            "propertyNames": {"maxLength": 5},
            "additionalProperties": false,
            "required": ["a"],
        });
        let ours = jsonschema::options_for::<Borrowed>().build(&schema).unwrap();
        let theirs = jsonschema::options().build(&schema).unwrap();
        let values = [
            json!({"a": "x", "n": -3, "l": ["a", {"b": []}], "s": "éa", "x-b": true}),
            json!({"a": 1.0, "n": 2.0, "l": []}),
            json!({"a": null}),
            json!({"a": [1]}),
            json!({"a": {"b": 2.0}}),
            json!({"a": "y"}),
            json!({"a": {"b": 3}}),
            json!({}),
            json!([]),
            json!("a"),
            json!(7),
            json!(null),
            json!({"a": 1, "n": 2.5, "l": ["a", "a"], "s": "é", "x-b": 1, "other": [], "longer": {"c": -0.0}}),
            json!({"a": 1, "n": -4, "l": [{"a": 1, "b": 2}, {"b": 2, "a": 1}, 3, 4], "s": 18_446_744_073_709_551_615_u64}),
        ];
        for value in &values {
            let lowered = lowered(value);
            assert_eq!(Value::deserialize(&lowered).unwrap(), *value);
            assert_eq!(lowered.json(), *value);
            let words = |error: jsonschema::ValidationError<'_>| format!("{} {error}", error.instance_path());
            let mut ours: Vec<String> = ours.iter_errors(&lowered).map(words).collect();
            let mut theirs: Vec<String> = theirs.iter_errors(value).map(words).collect();
            ours.sort();
            theirs.sort();
            assert_eq!(ours, theirs, "{value}");
        }
    }
}
