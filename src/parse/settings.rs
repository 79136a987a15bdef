//! Teams' settings: free form, judged by the repository's own schema.

use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

use super::node::token;
use crate::model::code::Code;
use crate::model::credential;
use crate::model::finding::Finding;
use crate::model::kind::Spec;
use crate::model::manifest::{Manifest, Parsed};
use crate::model::origin::Origin;
use crate::model::snapshot::SourceFile;

/// What teams' settings are judged by.
#[derive(Debug)]
pub enum Settings {
    /// There is no schema: that is said once of a source.
    Unchecked,
    Schema(Validator),
    /// The schema is of no use, which is a finding of its own.
    Unusable,
}

impl Settings {
    /// Reads `schemas/settings.schema.json`.
    pub fn read(schema: Option<&SourceFile>) -> (Settings, Option<Finding>) {
        match schema.map(build) {
            None => (Settings::Unchecked, None),
            Some(Ok(validator)) => (Settings::Schema(validator), None),
            Some(Err(finding)) => (Settings::Unusable, Some(*finding)),
        }
    }

    /// Judges the settings in a file.
    pub fn judge(&self, parsed: &mut Parsed) {
        let mut with_settings = parsed.manifests.iter().filter_map(|manifest| settings(manifest));
        match self {
            Settings::Unchecked => {
                parsed.unchecked = with_settings.next().map(|(manifest, _)| Box::new(unchecked(manifest)))
            }
            Settings::Schema(validator) => {
                let found = with_settings.flat_map(|(manifest, settings)| violations(validator, manifest, &settings));
                let found: Vec<Finding> = found.collect();
                parsed.findings.extend(found);
            }
            Settings::Unusable => {}
        }
    }
}

fn settings(manifest: &Manifest) -> Option<(&Manifest, Value)> {
    let Spec::Team(team) = &manifest.spec else { return None };
    (!team.settings.is_empty()).then(|| (manifest, Value::Object(team.settings.clone())))
}

fn unchecked(manifest: &Manifest) -> Finding {
    let message = "nothing says what a team's settings may hold, so nothing checks them";
    Finding::new(Code::SettingsUnchecked, manifest.site.spec("/settings"), message)
        .help("add `schemas/settings.schema.json`, a JSON Schema (draft-07) of the settings")
}

fn build(file: &SourceFile) -> Result<Validator, Box<Finding>> {
    let refuse = |message: String, help: &str| {
        let message = credential::scrub(&message);
        Box::new(Finding::new(Code::SettingsSchema, Origin::file(file.path.clone()), message).help(help))
    };
    let schema: Value = serde_json::from_slice(&file.bytes)
        .map_err(|error| refuse(format!("this is not JSON: {error}"), "write the schema as JSON"))?;
    // Offline: a `$ref` to a file or an address must never make the checker read it.
    let options = jsonschema::options().offline().with_pattern_options(PatternOptions::regex());
    options.build(&schema).map_err(|error| {
        refuse(
            format!("this is not a JSON Schema that can be used: {error}"),
            "write draft-07 with references inside the file only",
        )
    })
}

fn violations(validator: &Validator, manifest: &Manifest, settings: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    for error in validator.iter_errors(settings) {
        let pointer = error
            .instance_path()
            .as_str()
            .split('/')
            .skip(1)
            .map(|part| format!("/{}", token(&part.replace("~1", "/").replace("~0", "~"))))
            .collect::<String>();
        let message: String = error.to_string().chars().take(200).collect();
        let origin = manifest.site.spec(&format!("/settings{pointer}"));
        found.push(
            Finding::new(Code::Settings, origin, format!("the settings are refused by their schema: {message}"))
                .help("see schemas/settings.schema.json"),
        );
    }
    found
}
