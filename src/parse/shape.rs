//! What a JSON Schema says about scalars, in the form in which a document is walked.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::scalar::{Format, format};

/// What is expected at a place: enough to read a scalar; all else is the schema's to judge.
#[derive(Debug)]
pub enum Shape {
    /// Anything: data in free form, or a scalar without a format of ours.
    Any,
    /// A scalar with a format of ours.
    Formatted(&'static Format),
    List(Box<Shape>),
    Mapping {
        properties: BTreeMap<String, Shape>,
        rest: Box<Shape>,
    },
    /// A scalar or a mapping.
    Either {
        scalar: Box<Shape>,
        mapping: Box<Shape>,
    },
}

impl Shape {
    /// Reads the shape out of a schema without references.
    pub fn of(schema: &Value) -> Shape {
        if let Some(word) = schema.get("format").and_then(Value::as_str) {
            return format(word).map_or(Shape::Any, Shape::Formatted);
        }
        if let Some(items) = schema.get("items") {
            return Shape::List(Box::new(Shape::of(items)));
        }
        if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
            return Shape::either(branches);
        }
        Shape::mapping(schema)
    }

    fn either(branches: &[Value]) -> Shape {
        let is_mapping = |branch: &&Value| branch.get("type").and_then(Value::as_str) == Some("object");
        let shape = |branch: Option<&Value>| Box::new(branch.map_or(Shape::Any, Shape::of));
        let scalar = branches.iter().find(|branch| !is_mapping(branch));
        Shape::Either { scalar: shape(scalar), mapping: shape(branches.iter().find(is_mapping)) }
    }

    fn mapping(schema: &Value) -> Shape {
        let properties = schema.get("properties").and_then(Value::as_object);
        let patterned =
            schema.get("patternProperties").and_then(Value::as_object).and_then(|patterns| patterns.values().next());
        let rest = patterned.or_else(|| schema.get("additionalProperties")).map_or(Shape::Any, Shape::of);
        if properties.is_none() && matches!(rest, Shape::Any) {
            return Shape::Any;
        }
        let properties =
            properties.into_iter().flatten().map(|(key, schema)| (key.clone(), Shape::of(schema))).collect();
        Shape::Mapping { properties, rest: Box::new(rest) }
    }
}
