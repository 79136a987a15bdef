//! Bindings that ended.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Facts, Found};
use crate::model::code::Code;
use crate::model::desired::Desired;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::kind::role_binding::RoleBinding;
use crate::model::manifest::Manifest;

/// What the rule reads.
pub const READS: &[Kind] = &[Kind::Organization, Kind::RoleBinding];

/// Warns of bindings that grant nothing any more.
pub fn judge(desired: &Desired, _: &Facts, now: Timestamp) -> Found {
    let Some((_, organization)) = desired.organization() else { return Found::default() };
    let zone = organization.zone();
    let mut found = Found::default();
    for (id, binding, manifest) in desired.declared::<RoleBinding>() {
        match ended(id, binding, manifest, (&zone, now)) {
            Ok(finding) => found.findings.extend(finding),
            Err(end) => found.until = Some(found.until.map_or(end, |until| until.min(end))),
        }
    }
    found
}

/// Reports a binding that ended, or says when it will.
fn ended(
    id: &ResourceId,
    binding: &RoleBinding,
    manifest: &Manifest,
    (zone, now): (&TimeZone, Timestamp),
) -> Result<Option<Finding>, Timestamp> {
    let Some(expires) = binding.expires else { return Ok(None) };
    let end = expires.end(zone);
    if end > now {
        return Err(end);
    }
    let message = format!("`{id}` ended with {expires} and grants nothing");
    let finding = Finding::new(Code::ExpiredBinding, manifest.site.spec("/expires"), message);
    Ok(Some(finding.about(id).help("take the binding out, or give it a later end")))
}
