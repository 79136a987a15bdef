//! Teams' settings: free form, judged by the repository's own schema.

use std::collections::HashSet;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::{Value, json};

use super::json;
use super::node::token;
use super::schema::{unknown_field, words, wrong_word};
use crate::model::code::Code;
use crate::model::credential;
use crate::model::fault::Fault;
use crate::model::finding::Finding;
use crate::model::kind::Spec;
use crate::model::manifest::{Manifest, Parsed};
use crate::model::origin::{Origin, Part};
use crate::model::snapshot::SourceFile;

/// What teams' settings are judged by.
#[derive(Debug)]
pub enum Settings {
    /// There is no schema: that is said once of a source.
    Unchecked,
    Schema {
        schema: Value,
        validator: Validator,
    },
    /// The schema is of no use, which is a finding of its own.
    Unusable,
}

impl Settings {
    /// Reads `schemas/settings.schema.json`.
    pub fn read(schema: Option<&SourceFile>) -> (Settings, Option<Finding>) {
        match schema.map(build) {
            None => (Settings::Unchecked, None),
            Some(Ok((schema, validator))) => (Settings::Schema { schema, validator }, None),
            Some(Err(finding)) => (Settings::Unusable, Some(*finding)),
        }
    }

    /// Judges the settings in a file.
    pub fn judge(&self, parsed: &mut Parsed) {
        match self {
            Settings::Unchecked => {
                let first =
                    parsed.manifests.iter().find(|manifest| settings(manifest).is_some_and(|all| !is_empty(&all)));
                parsed.unchecked = first.map(|manifest| Box::new(unchecked(manifest)));
            }
            Settings::Schema { schema, validator } => {
                let judged = |manifest: &Manifest| {
                    let settings = settings(manifest)?;
                    let errors = validator.iter_errors(&settings);
                    Some(errors.flat_map(|error| violations(schema, manifest, &error)).collect::<Vec<_>>())
                };
                let found: Vec<Finding> = parsed.manifests.iter().filter_map(|one| judged(one)).flatten().collect();
                parsed.findings.extend(found);
            }
            Settings::Unusable => {}
        }
    }
}

/// Returns the settings that are written; a team need not have any.
fn settings(manifest: &Manifest) -> Option<Value> {
    let Spec::Team(team) = &manifest.spec else { return None };
    if !team.settings.is_empty() {
        return Some(Value::Object(team.settings.clone()));
    }
    // In the typed spec none are what no settings are.
    manifest.written.contains(r#""settings":{}"#).then_some(())?;
    let written: Value = serde_json::from_str(&manifest.written).ok()?;
    written.pointer("/spec/settings").cloned()
}

fn is_empty(settings: &Value) -> bool {
    settings.as_object().is_none_or(serde_json::Map::is_empty)
}

fn unchecked(manifest: &Manifest) -> Finding {
    let message = "nothing says what a team's settings may hold, so nothing checks them";
    Finding::new(Code::SettingsUnchecked, manifest.site.spec("/settings"), message)
        .help("add `schemas/settings.schema.json`, a JSON Schema (draft-07) of the settings")
}

fn build(file: &SourceFile) -> Result<(Value, Validator), Box<Finding>> {
    let refuse = |origin: Origin, message: &str, help: &str| {
        Box::new(Finding::new(Code::SettingsSchema, origin, credential::scrub(message)).help(help))
    };
    let schema: Value = serde_json::from_slice(&file.bytes).map_err(|error| {
        let span = json::refused(&file.bytes).map(|problem| problem.span);
        let origin = Origin { span, ..Origin::file(file.path.clone()) };
        refuse(origin, &format!("this is not JSON: {error}"), "write the schema as JSON")
    })?;
    // Offline: a `$ref` to a file or an address must never make the checker read it.
    let options = jsonschema::options().offline().with_pattern_options(PatternOptions::regex());
    let validator = options.build(&schema).map_err(|error| {
        let place = if matches!(error.kind(), ValidationErrorKind::Referencing(_)) { reference(&schema) } else { None };
        let origin = Origin::value(&file.path, 0, place.unwrap_or_else(|| pointer(&error)));
        let message = format!("this is not a JSON Schema that can be used: {error}");
        refuse(origin, &message, "write draft-07 with references inside the file only")
    })?;
    Ok((schema, validator))
}

/// Finds the first reference that leads out of a schema.
fn reference(schema: &Value) -> Option<String> {
    let is_outside = |value: &Value| value.as_str().is_some_and(|text| !text.starts_with('#'));
    if schema.get("$ref").is_some_and(is_outside) {
        return Some("/$ref".to_owned());
    }
    let fields = schema.as_object().into_iter().flatten().map(|(key, value)| (token(key), value));
    let items = schema.as_array().into_iter().flatten().enumerate().map(|(index, value)| (index.to_string(), value));
    fields.chain(items).find_map(|(part, value)| Some(format!("/{part}{}", reference(value)?)))
}

/// Returns where a value is that an error is about.
fn pointer(error: &ValidationError<'_>) -> String {
    let parts = error.instance_path().as_str().split('/').skip(1);
    parts.map(|part| format!("/{}", token(&part.replace("~1", "/").replace("~0", "~")))).collect()
}

/// Makes findings of what a schema has against settings, in the words of Charter's own schemas where these have some.
fn violations(schema: &Value, manifest: &Manifest, error: &ValidationError<'_>) -> Vec<Finding> {
    let found = faults(schema, error).into_iter().map(|(below, part, fault)| {
        let origin = Origin { part, ..manifest.site.spec(&format!("/settings{}{below}", pointer(error))) };
        let message = format!("the settings are refused by their schema: {}", fault.message);
        let help = fault.help.unwrap_or_else(|| "see schemas/settings.schema.json".to_owned());
        Finding::new(Code::Settings, origin, message).help(help).mend(fault.mend)
    });
    found.collect()
}

/// Says what is wrong where below the value that an error is about.
fn faults(schema: &Value, error: &ValidationError<'_>) -> Vec<(String, Part, Fault)> {
    let plain = || Fault::new(Code::Settings, error.to_string().chars().take(200).collect::<String>());
    let path = error.schema_path().as_str();
    let owner = path.rsplit_once('/').and_then(|(owner, _)| schema.pointer(owner)).unwrap_or(&Value::Null);
    if let ValidationErrorKind::AdditionalProperties { unexpected }
    | ValidationErrorKind::UnevaluatedProperties { unexpected } = error.kind()
    {
        // Names by a pattern are as the repository likes them.
        let known = json!({ "properties": owner.get("properties") });
        let fault = |key: &String| unknown_field("", key, &known);
        return unexpected.iter().map(|key| (format!("/{}", token(key)), Part::Key, fault(key))).collect();
    }
    let repeated = match error.kind().keyword() {
        "uniqueItems" => repeated(error.instance()),
        "required" => return vec![(String::new(), Part::Key, plain())],
        "enum" | "const" if !words(owner).is_empty() => {
            return vec![(String::new(), Part::Value, wrong_word(error.instance(), owner))];
        }
        _ => Vec::new(),
    };
    let twice = |(index, item): (usize, String)| {
        (
            format!("/{index}"),
            Part::Value,
            Fault::new(Code::Settings, format!("{item} is listed twice")).help("take it out"),
        )
    };
    if repeated.is_empty() {
        return vec![(String::new(), Part::Value, plain())];
    }
    repeated.into_iter().map(twice).collect()
}

/// Lists the items of a list that an earlier one is equal to, as they are written in JSON.
fn repeated(list: &Value) -> Vec<(usize, String)> {
    let mut met = HashSet::new();
    let items = list.as_array().into_iter().flatten().map(Value::to_string).enumerate();
    items.filter(|(_, item)| !met.insert(item.clone())).collect()
}
