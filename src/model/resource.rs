//! A resource: a manifest whose references hold.

use std::collections::BTreeMap;

use super::canonical::Canonical;
use super::kind::Spec;
use super::origin::Origin;

/// What a manifest declares.
#[derive(Debug, Clone)]
pub struct Resource {
    pub spec: Spec,
    pub labels: BTreeMap<String, String>,
    /// The form that is compared, hashed, stored and shown.
    pub canonical: Canonical,
    pub origin: Origin,
    pub bare: bool,
}
