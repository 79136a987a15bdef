//! Who belongs to what, to any depth.

use std::collections::{BTreeMap, BTreeSet};

use super::name::Name;
use super::subject::Subject;

/// The effective members of each team at one moment: users, agents and services, directly or through groups and teams.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    pub teams: BTreeMap<Name, BTreeSet<Subject>>,
}
