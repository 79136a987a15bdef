//! The JSON Schemas of manifests: derived from the types, published, and what a document is judged by.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::{Map, Value, json};

use super::shape::Shape;
use super::value::{Borrowed, Lowered};
use crate::model::code::Code;
use crate::model::fault::Fault;
use crate::model::kind::{Kind, Scope};
use crate::model::mend::Mend;
use crate::model::name::Name;
use crate::model::nearest::{did_you_mean, surely_meant};
use crate::model::origin::Part;
use crate::model::scalar::format;

/// The one version of the manifests' envelope.
pub const API_VERSION: &str = "charter/v1";

/// What a document of one kind is read with.
#[derive(Debug)]
pub struct Reader {
    pub shape: Shape,
    schema: Value,
    validator: Option<Validator<Borrowed>>,
}

static READERS: LazyLock<BTreeMap<Kind, Reader>> =
    LazyLock::new(|| Kind::ALL.iter().map(|kind| (*kind, Reader::new(manifest_schema(*kind)))).collect());

static ROLES: LazyLock<Reader> = LazyLock::new(|| Reader::new(roles_schema()));

/// Returns what reads a kind.
pub fn reader(kind: Kind) -> Option<&'static Reader> {
    READERS.get(&kind)
}

/// Returns what reads the bare `roles:` document.
pub fn roles_reader() -> &'static Reader {
    &ROLES
}

/// Returns the JSON Schema (draft-07) of a whole manifest of a kind.
pub fn manifest_schema(kind: Kind) -> Value {
    let mut spec = serde_json::to_value(kind.spec_schema()).unwrap_or_default();
    tidy(&mut spec);
    let take = |spec: &mut Value, key: &str| spec.as_object_mut().and_then(|object| object.shift_remove(key));
    let dialect = take(&mut spec, "$schema");
    let title = take(&mut spec, "title");
    let description = take(&mut spec, "description");
    json!({
        "$schema": dialect,
        "title": title,
        "description": description,
        "type": "object",
        "properties": {
            "apiVersion": { "description": "The version of the manifest's form.", "const": API_VERSION },
            "kind": { "description": "What the manifest declares.", "const": kind.as_str() },
            "metadata": metadata_schema(kind),
            "spec": spec,
        },
        "additionalProperties": false,
        "required": ["apiVersion", "kind", "metadata", "spec"],
    })
}

fn metadata_schema(kind: Kind) -> Value {
    let name = |description: &str| {
        let mut schema = json!({ "description": description });
        extend(&mut schema, &schemars::schema_for!(crate::model::name::Name).to_value());
        schema
    };
    let texts = |description: &str| json!({ "description": description, "type": "object", "additionalProperties": { "type": "string" } });
    let mut properties = Map::new();
    properties.insert("name".into(), name("The name, unique among its kind in the team or the organisation."));
    if kind.scope() != Scope::Organization {
        properties.insert("team".into(), name("The team that it belongs to; without one it is the organisation's."));
    }
    properties.insert("previously".into(), name("The name that it had before."));
    properties.insert("labels".into(), texts("Words by which resources are selected."));
    properties.insert("annotations".into(), texts("Notes that Charter does not read."));
    let required = if kind.scope() == Scope::Team { json!(["name", "team"]) } else { json!(["name"]) };
    json!({ "description": "What it is called and whose it is.", "type": "object", "properties": properties, "additionalProperties": false, "required": required })
}

fn extend(schema: &mut Value, with: &Value) {
    for key in ["type", "format", "maxLength", "pattern"] {
        if let (Some(object), Some(value)) = (schema.as_object_mut(), with.get(key)) {
            object.insert(key.to_owned(), value.clone());
        }
    }
}

/// Takes out what serde allows and a manifest does not: an explicit null, and the widths of Rust's integers.
fn tidy(schema: &mut Value) {
    if let Some(object) = schema.as_object_mut() {
        if let Some(Value::Array(types)) = object.get_mut("type") {
            types.retain(|word| word != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                object.insert("type".into(), only);
            }
        }
        let is_foreign = object.get("format").and_then(Value::as_str).is_some_and(|word| format(word).is_none());
        if is_foreign {
            object.shift_remove("format");
        }
        object.values_mut().for_each(tidy);
    } else if let Some(items) = schema.as_array_mut() {
        items.iter_mut().for_each(tidy);
    }
}

/// Returns the schema of the team guide's document: the sole key `roles`.
fn roles_schema() -> Value {
    let role = manifest_schema(Kind::Role);
    let property = |pointer: &str| role.pointer(pointer).cloned();
    json!({
        "type": "object",
        "properties": { "roles": { "type": "array", "items": {
            "type": "object",
            "properties": {
                "name": property("/properties/metadata/properties/name"),
                "permissions": property("/properties/spec/properties/permissions"),
                "inherits": property("/properties/spec/properties/inherits"),
            },
            "additionalProperties": false,
            "required": ["name", "permissions"],
        } } },
        "additionalProperties": false,
        "required": ["roles"],
    })
}

impl Reader {
    fn new(schema: Value) -> Self {
        let shape = Shape::of(&schema);
        // The formats of ours are checked where the scalars are read, with better words than a pattern's.
        let mut judged = schema.clone();
        drop_patterns(&mut judged);
        let validator = jsonschema::options_for::<Borrowed>()
            .offline()
            .with_pattern_options(PatternOptions::regex())
            .build(&judged)
            .ok();
        Reader { shape, schema, validator }
    }

    /// Returns the schema of a manifest's spec.
    pub fn spec_schema(&self) -> &Value {
        self.schema.pointer("/properties/spec").unwrap_or(&Value::Null)
    }

    /// Returns the schema of an item of a bare `roles:` document.
    pub fn item_schema(&self) -> &Value {
        self.schema.pointer("/properties/roles/items").unwrap_or(&Value::Null)
    }

    /// Lists what the schema has against a value: the pointer, the part, and the fault.
    pub fn judge(&self, value: &Lowered<'_>) -> Vec<(String, Part, Fault)> {
        let Some(validator) = &self.validator else {
            let fault = Fault::new(Code::Schema, "the schema of this kind cannot be used");
            return vec![(String::new(), Part::Value, fault)];
        };
        let mut found = Vec::new();
        for error in validator.iter_errors(value) {
            self.explain(&error, value, &mut found);
        }
        found
    }

    fn explain(&self, error: &ValidationError<'_>, whole: &Lowered<'_>, found: &mut Vec<(String, Part, Fault)>) {
        let pointer = error.instance_path().as_str().to_owned();
        let schema = self.parent_schema(error);
        if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
            let at = |key: &String| format!("{pointer}/{}", super::node::token(key));
            found.extend(unexpected.iter().map(|key| (at(key), Part::Key, unknown_field(&pointer, key, schema))));
        } else if let ValidationErrorKind::FalseSchema = error.kind() {
            // Where no field may be written at all, the error names the mapping and no field.
            let whole = whole.json();
            let keys = whole.pointer(&pointer).and_then(Value::as_object).into_iter().flat_map(Map::keys);
            let at = |key: &String| format!("{pointer}/{}", super::node::token(key));
            found.extend(keys.map(|key| (at(key), Part::Key, unknown_field(&pointer, key, schema))));
        } else if let ValidationErrorKind::Required { property } = error.kind() {
            let fault = missing_field(&pointer, property.as_str().unwrap_or_default());
            found.push((pointer, Part::Key, fault));
        } else if let ValidationErrorKind::AnyOf { context } = error.kind() {
            meant(context).iter().for_each(|error| self.explain(error, whole, found));
        } else {
            let fault = wrong_value(error, schema);
            let fault = if error.instance().is_null() { self.nothing(&pointer, fault) } else { fault };
            found.push((pointer, Part::Value, fault));
        }
    }

    /// Adds to a fault without a help how to mend nothing: what must be there cannot be taken out.
    pub fn nothing(&self, pointer: &str, fault: Fault) -> Fault {
        if fault.help.is_some() {
            return fault;
        }
        let (mut schema, mut help) = (&self.schema, "write it");
        for token in pointer.split('/').skip(1) {
            let branches = schema.get("anyOf").and_then(Value::as_array).into_iter().flatten();
            let owner = branches.chain([schema]).find(|schema| schema.get("properties").is_some()).unwrap_or(schema);
            let property = owner.get("properties").and_then(|properties| properties.get(token));
            let is_required = || strings(owner, "required").any(|key| key == token);
            help = match owner.get("items") {
                Some(_) => "write it, or take the item out",
                None if is_required() => "write it",
                None => "write it, or take the key out",
            };
            schema = property.or_else(|| owner.get("items")).unwrap_or(&Value::Null);
        }
        fault.help(help)
    }

    /// Finds the schema that holds the keyword that failed.
    fn parent_schema(&self, error: &ValidationError<'_>) -> &Value {
        let path = error.schema_path().as_str();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        self.schema.pointer(parent).unwrap_or(&Value::Null)
    }
}

/// Picks, of the alternatives that all failed, the one that was meant: that has the right type, and fails deepest.
fn meant<'a, 'e>(alternatives: &'a [Vec<ValidationError<'e>>]) -> &'a [ValidationError<'e>] {
    let is_type = |errors: &&Vec<ValidationError<'_>>| errors.iter().all(|error| error.kind().keyword() == "type");
    let depth =
        |errors: &&Vec<ValidationError<'_>>| errors.iter().map(|error| error.instance_path().as_str().len()).max();
    alternatives
        .iter()
        .filter(|errors| !is_type(errors))
        .max_by_key(depth)
        .or_else(|| alternatives.first())
        .map_or(&[], Vec::as_slice)
}

fn wrong_value(error: &ValidationError<'_>, schema: &Value) -> Fault {
    match error.kind().keyword() {
        "enum" | "oneOf" | "const" => wrong_word(error.instance(), schema),
        "type" => wrong_type(error.instance(), schema),
        "minimum" | "maximum" => out_of_range(error.instance(), schema),
        "minItems" | "maxItems" => wrong_count(error.instance(), schema),
        "pattern" if schema.get("pattern").and_then(Value::as_str) == Some(r"\S") => {
            Fault::new(Code::Schema, "this text is empty, and something belongs here").help("write it")
        }
        _ => Fault::new(Code::Schema, error.to_string().chars().take(200).collect::<String>()),
    }
}

fn drop_patterns(schema: &mut Value) {
    if let Some(object) = schema.as_object_mut() {
        if object.get("format").is_some_and(Value::is_string) {
            object.shift_remove("pattern");
            object.shift_remove("maxLength");
        }
        object.values_mut().for_each(drop_patterns);
    } else if let Some(items) = schema.as_array_mut() {
        items.iter_mut().for_each(drop_patterns);
    }
}

pub(super) fn unknown_field(pointer: &str, key: &str, schema: &Value) -> Fault {
    if pointer == "/metadata" && key == "team" {
        return Fault::new(Code::MisplacedTeam, "this kind belongs to the organisation, not to a team")
            .help("take `team` out");
    }
    if let (Some(_), Err(fault)) = (schema.get("patternProperties"), key.parse::<Name>()) {
        return fault;
    }
    let known: Vec<&String> =
        schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys).collect();
    let all = || known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let help = did_you_mean(key, &known).map_or_else(
        || if known.is_empty() { "it has no fields: write {}".to_owned() } else { format!("it may have {}", all()) },
        |near| format!("did you mean `{near}`?"),
    );
    let fault = Fault::new(Code::UnknownField, format!("there is no field `{key}` here")).help(help);
    fault.mend(Mend::word(key, surely_meant(key, known)))
}

fn missing_field(pointer: &str, key: &str) -> Fault {
    if pointer == "/metadata" && key == "team" {
        return Fault::new(Code::MisplacedTeam, "this kind belongs to a team, and none is named")
            .help("add `team: NAME` to `metadata`");
    }
    let place = if pointer.is_empty() {
        "the manifest".to_owned()
    } else {
        format!("`{}`", pointer.trim_start_matches('/').replace('/', "."))
    };
    Fault::new(Code::MissingField, format!("`{key}` is missing in {place}")).help(format!("add `{key}`"))
}

fn strings<'a>(schema: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    schema.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Lists the words that a schema admits: an `enum`, or the constants of a `oneOf`.
pub(super) fn words(schema: &Value) -> Vec<&str> {
    let listed = strings(schema, "enum");
    let constants = schema
        .get("oneOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|one| one.get("const")?.as_str());
    let single = schema.get("const").and_then(Value::as_str);
    listed.chain(constants).chain(single).collect()
}

pub(super) fn wrong_word(instance: &Value, schema: &Value) -> Fault {
    let words = words(schema);
    let written = instance.as_str().map_or_else(|| instance.to_string(), str::to_owned);
    let all = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let help = did_you_mean(&written, &words)
        .map_or_else(|| format!("write one of {all}"), |near| format!("did you mean `{near}`? It is one of {all}"));
    let fault = Fault::new(Code::Schema, format!("`{written}` is not a word that belongs here")).help(help);
    fault.mend(Mend::word(&written, surely_meant(&written, words)))
}

fn wrong_type(instance: &Value, schema: &Value) -> Fault {
    let (written, quotable) = match instance {
        Value::Null => ("nothing".to_owned(), false),
        Value::Bool(_) => ("a boolean".to_owned(), true),
        Value::Number(_) => ("a number".to_owned(), true),
        Value::String(_) => ("a text".to_owned(), false),
        Value::Array(_) => ("a list".to_owned(), false),
        Value::Object(_) => ("a mapping".to_owned(), false),
    };
    let wanted = match schema.get("type") {
        Some(Value::String(word)) => type_word(word),
        Some(Value::Array(words)) => {
            words.iter().filter_map(Value::as_str).map(type_word).collect::<Vec<_>>().join(" or ")
        }
        _ => "something else".to_owned(),
    };
    let fault = Fault::new(Code::Schema, format!("this is {written}, where {wanted} belongs"));
    match (wanted.as_str(), instance) {
        ("a text", _) if quotable => {
            fault.help(format!("quote it: \"{instance}\"")).mend(Some(Mend::quote(&instance.to_string())))
        }
        ("a list", Value::String(text)) => fault.help(format!("write a list: [\"{text}\"]")),
        (_, Value::Null) => fault,
        _ => fault.help(format!("write {wanted}")),
    }
}

fn wrong_count(instance: &Value, schema: &Value) -> Fault {
    let bound = |key: &str| schema.get(key).and_then(Value::as_u64);
    let wanted = match (bound("minItems"), bound("maxItems")) {
        (Some(least), Some(most)) if least == most => format!("{least} items"),
        (Some(least), Some(most)) => format!("{least} to {most} items"),
        (Some(1), None) => "an item".to_owned(),
        (Some(least), None) => format!("{least} items at least"),
        (None, most) => format!("{} items at most", most.unwrap_or_default()),
    };
    let message = match instance.as_array().map_or(0, Vec::len) {
        0 => "this list is empty, and something belongs here".to_owned(),
        1 => format!("this list has 1 item, where {wanted} belong"),
        count => format!("this list has {count} items, where {wanted} belong"),
    };
    Fault::new(Code::Schema, message).help(format!("write {wanted}"))
}

fn out_of_range(instance: &Value, schema: &Value) -> Fault {
    let number =
        if schema.get("type").and_then(Value::as_str) == Some("integer") { "a whole number" } else { "a number" };
    let bound = |key: &str| schema.get(key).map(ToString::to_string);
    let range = match (bound("minimum"), bound("maximum")) {
        (Some(least), Some(most)) => format!("{number} from {least} to {most}"),
        (Some(least), None) => format!("{number} from {least} up"),
        (None, most) => format!("{number} up to {}", most.unwrap_or_default()),
    };
    Fault::new(Code::Schema, format!("this is {instance}, where {range} belongs")).help(format!("write {range}"))
}

fn type_word(word: &str) -> String {
    match word {
        "object" => "a mapping",
        "array" => "a list",
        "string" => "a text",
        "boolean" => "`true` or `false`",
        "integer" => "a whole number",
        "number" => "a number",
        other => other,
    }
    .to_owned()
}
