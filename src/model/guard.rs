//! Guards: whether to apply now. A guard holds the apply, never the plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::code::Code;
use super::examination::Examination;

/// The guards and their parameters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Guards {
    /// Holds a plan that deletes many managed resources of one kind.
    #[serde(default)]
    pub too_many_deletes: TooManyDeletes,
}

/// When deletes are too many: at least `floor` of a kind and more than `fraction` of what that kind had.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TooManyDeletes {
    /// The share of the managed resources of a kind that one apply may delete, between 0 and 1.
    #[serde(default = "default_fraction")]
    #[schemars(range(min = 0, max = 1))]
    pub fraction: f64,
    /// Fewer deletes of a kind than this never count as many.
    #[serde(default = "default_floor")]
    pub floor: u32,
}

const fn default_fraction() -> f64 {
    0.25
}

const fn default_floor() -> u32 {
    10
}

impl Default for TooManyDeletes {
    fn default() -> Self {
        TooManyDeletes { fraction: default_fraction(), floor: default_floor() }
    }
}

impl Guards {
    /// Combines the guards that stood with those that a change brings: of each parameter the stricter counts.
    pub fn stricter(self, other: &Guards) -> Guards {
        let (ours, theirs) = (self.too_many_deletes, other.too_many_deletes);
        Guards {
            too_many_deletes: TooManyDeletes {
                fraction: ours.fraction.min(theirs.fraction),
                floor: ours.floor.min(theirs.floor),
            },
        }
    }

    pub(super) fn examine(&self, found: &mut Examination<'_>) {
        if !(0.0..=1.0).contains(&self.too_many_deletes.fraction) {
            found.fault(
                "/guards/too-many-deletes/fraction",
                Code::Schema,
                "the fraction is not between 0 and 1",
                "write a share such as 0.25",
            );
        }
    }
}

/// A guard that holds a plan, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// The guard's name, as `--allow` takes it.
    pub guard: String,
    /// What it objects to, in one sentence without a full stop.
    pub reason: String,
}
