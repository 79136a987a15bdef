//! Who belongs to what, to any depth.

use std::collections::{BTreeMap, BTreeSet};

use super::name::Name;
use super::subject::Subject;

/// Of each team's leads those that are its members as it is written: directly, or through groups and teams.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    pub leads: BTreeMap<Name, BTreeSet<Subject>>,
}
