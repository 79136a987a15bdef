//! Bindings that ended.

use jiff::Timestamp;

use super::Found;
use crate::model::code::Code;
use crate::model::finding::Finding;
use crate::model::kind::Typed;
use crate::model::kind::organization::Organization;
use crate::model::kind::role_binding::RoleBinding;
use crate::model::manifest::Manifest;

/// Warns of a binding that grants nothing any more.
pub fn judge(manifest: &Manifest, organization: &Organization, now: Timestamp) -> Found {
    let Some(expires) = RoleBinding::of(&manifest.spec).and_then(|binding| binding.expires) else {
        return Found::default();
    };
    let end = expires.end(&organization.zone());
    if end > now {
        return Found { findings: Vec::new(), until: Some(end) };
    }
    let message = format!("`{}` ended with {expires} and grants nothing", manifest.id);
    let finding = Finding::new(Code::ExpiredBinding, manifest.site.spec("/expires"), message);
    Found::always(vec![finding.about(&manifest.id).help("take the binding out, or give it a later end")])
}
