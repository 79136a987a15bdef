//! Teams' settings: free form, judged by the repository's own schema.

use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

use super::node::token;
use crate::model::code::Code;
use crate::model::credential;
use crate::model::finding::Finding;
use crate::model::kind::Spec;
use crate::model::manifest::Manifest;
use crate::model::origin::Origin;
use crate::model::snapshot::SourceFile;

/// Judges the settings of all teams by `schemas/settings.schema.json`; without one warns once.
pub fn judge(schema: Option<&SourceFile>, manifests: &[Manifest]) -> Vec<Finding> {
    let mut with_settings = manifests.iter().filter_map(settings).peekable();
    let Some(file) = schema else {
        return with_settings.next().map(|(manifest, _)| unchecked(manifest)).into_iter().collect();
    };
    match build(file) {
        Ok(validator) => {
            with_settings.flat_map(|(manifest, settings)| violations(&validator, manifest, &settings)).collect()
        }
        Err(finding) => vec![*finding],
    }
}

fn settings(manifest: &Manifest) -> Option<(&Manifest, Value)> {
    let Spec::Team(team) = &manifest.spec else { return None };
    (!team.settings.is_empty()).then(|| (manifest, Value::Object(team.settings.clone())))
}

fn unchecked(manifest: &Manifest) -> Finding {
    let message = "nothing says what a team's settings may hold, so nothing checks them";
    Finding::new(Code::SettingsUnchecked, manifest.spec_origin("/settings"), message)
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
        let origin = manifest.spec_origin(&format!("/settings{pointer}"));
        found.push(
            Finding::new(Code::Settings, origin, format!("the settings are refused by their schema: {message}"))
                .help("see schemas/settings.schema.json"),
        );
    }
    found
}
