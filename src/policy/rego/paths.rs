//! What rules read of a resource, and a resource as they see it: no more of it is read than they do.

use std::collections::BTreeMap;
use std::fmt;

use regorus::Value;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::walk::Step;

/// The longest path that is followed: of what lies below, all is read.
const LONGEST: usize = 16;

/// What is read of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paths {
    /// All of it.
    All,
    /// What lies at some fields; of whatever has none, that it has none.
    Below(BTreeMap<String, Paths>),
}

impl Default for Paths {
    fn default() -> Self {
        Paths::Below(BTreeMap::new())
    }
}

impl Paths {
    /// Returns the path of a reference: all that lies below the steps that are written.
    pub fn of(steps: &[Step]) -> Paths {
        let written = steps.iter().take(LONGEST).map_while(|step| match step {
            Step::Field(name) => Some(name),
            Step::Any => None,
        });
        let written: Vec<&String> = written.collect();
        let below = |below, name: &String| Paths::Below(BTreeMap::from([(name.clone(), below)]));
        written.into_iter().rev().fold(Paths::All, below)
    }

    /// Says whether nothing is read.
    pub fn is_empty(&self) -> bool {
        matches!(self, Paths::Below(fields) if fields.is_empty())
    }

    /// Adds what another rule reads.
    pub fn add(&mut self, other: &Paths) {
        match (&mut *self, other) {
            (Paths::All, _) => {}
            (Paths::Below(_), Paths::All) => *self = Paths::All,
            (Paths::Below(fields), Paths::Below(others)) => {
                for (name, below) in others {
                    fields.entry(name.clone()).or_default().add(below);
                }
            }
        }
    }
}

/// How a resource is read for rules that read some paths of it.
#[derive(Debug)]
pub struct Reading {
    /// `None` where all is read. Names are values of their own: a copy of one that threads share would make them wait.
    fields: Option<Vec<(Value, Reading)>>,
}

impl Reading {
    /// Reads paths.
    pub fn of(paths: &Paths) -> Reading {
        let below = |(name, below): (&String, &Paths)| (Value::from(name.as_str()), Reading::of(below));
        match paths {
            Paths::All => Reading { fields: None },
            Paths::Below(fields) => Reading { fields: Some(fields.iter().map(below).collect()) },
        }
    }

    /// Reads a resource as written, as JSON; undefined where that is none.
    pub fn read(&self, written: &str) -> Value {
        let mut json = serde_json::Deserializer::from_str(written);
        let read = self.deserialize(&mut json);
        read.and_then(|value| json.end().map(|()| value)).unwrap_or(Value::Undefined)
    }
}

impl<'de> DeserializeSeed<'de> for &Reading {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &Reading {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::with_capacity(items.size_hint().unwrap_or_default());
        while let Some(item) = items.next_element_seed(&Reading { fields: None })? {
            read.push(item);
        }
        Ok(Value::from(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut read = BTreeMap::new();
        let Some(fields) = &self.fields else {
            while let Some(name) = entries.next_key_seed(self)? {
                read.insert(name, entries.next_value_seed(self)?);
            }
            return Ok(Value::from(read));
        };
        while let Some(field) = entries.next_key_seed(Named(fields))? {
            match field {
                Some((name, below)) => {
                    read.insert(name.clone(), entries.next_value_seed(below)?);
                }
                None => {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Value::from(read))
    }
}

/// The fields of which one is looked for by its name.
struct Named<'a>(&'a [(Value, Reading)]);

impl<'a, 'de> DeserializeSeed<'de> for Named<'a> {
    type Value = Option<&'a (Value, Reading)>;

    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<Self::Value, D::Error> {
        name.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for Named<'a> {
    type Value = Option<&'a (Value, Reading)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|(name, _)| matches!(name, Value::String(name) if **name == *text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Paths {
        let step = |step: &str| if step == "*" { Step::Any } else { Step::Field(step.to_owned()) };
        Paths::of(&text.split_terminator('.').map(step).collect::<Vec<_>>())
    }

    fn read(paths: &[&str], written: &str) -> String {
        let all = paths.iter().fold(Paths::default(), |mut all, text| {
            all.add(&path(text));
            all
        });
        Reading::of(&all).read(written).to_string()
    }

    const WRITTEN: &str = r#"{"kind":"Team","metadata":{"name":"a","labels":{"x":"y"}},
        "spec":{"n":[1,-2,2.5,null,true],"s":"","o":{"p":{"q":"\u00e9"}}}}"#;

    #[test]
    fn no_more_is_read_than_is_asked_for() {
        assert_eq!(read(&["kind"], WRITTEN), r#"{"kind":"Team"}"#);
        assert_eq!(
            read(&["metadata.name", "spec.o.*.q"], WRITTEN),
            "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"o\":{\"p\":{\"q\":\"é\"}}}}"
        );
        assert_eq!(read(&["spec.n", "spec.n.x"], WRITTEN), r#"{"spec":{"n":[1,-2,2.5,null,true]}}"#);
        assert_eq!(read(&["spec.s.x", "spec.o.z"], WRITTEN), r#"{"spec":{"o":{},"s":""}}"#);
        assert_eq!(read(&["none"], WRITTEN), "{}");
        assert_eq!(read(&[&"a.".repeat(20)], &format!("{}7{}", "{\"a\":".repeat(20), "}".repeat(20))).len(), 121);
    }

    #[test]
    fn all_is_what_the_library_reads() {
        for written in [WRITTEN, "[]", "7", "18446744073709551616", "\"a\"", "{\"a\":1,\"a\":2}", "", "[1", "1 2"] {
            let own = Value::from_json_str(written).unwrap_or(Value::Undefined);
            assert_eq!(Reading::of(&Paths::All).read(written), own, "{written}");
        }
    }
}
