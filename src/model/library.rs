//! The policies of the library that an organisation switches on, each with its parameters.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::name::Name;

/// Policies of the library that are switched on, with their parameters. `charter explain NAME` says what each demands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Library {
    /// No role but those of the platform is permitted every action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_all_outside_platform: Option<NoAllOutsidePlatform>,
    /// Bindings to roles with wildcards end within some days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wildcard_expires: Option<WildcardExpires>,
}

/// Parameters of `no-all-outside-platform`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NoAllOutsidePlatform {
    /// The organisation's roles that may be permitted every action.
    pub roles: Vec<Name>,
}

impl Default for NoAllOutsidePlatform {
    fn default() -> Self {
        NoAllOutsidePlatform { roles: ["platform_admin"].iter().filter_map(|role| role.parse().ok()).collect() }
    }
}

/// Parameters of `wildcard-expires`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct WildcardExpires {
    /// How many days ahead such a binding may end.
    pub max_days: u32,
}

impl Default for WildcardExpires {
    fn default() -> Self {
        WildcardExpires { max_days: 30 }
    }
}

impl Library {
    /// Switches all of it on, with what holds where nothing is said.
    pub fn all() -> Library {
        Library { no_all_outside_platform: Some(Default::default()), wildcard_expires: Some(Default::default()) }
    }

    /// Lists what is switched on by name, each with its parameters.
    pub fn parameters(&self) -> BTreeMap<Name, Value> {
        let all = serde_json::to_value(self).unwrap_or_default();
        let entries = all.as_object().into_iter().flatten();
        entries.filter_map(|(name, parameters)| Some((name.parse().ok()?, parameters.clone()))).collect()
    }
}
