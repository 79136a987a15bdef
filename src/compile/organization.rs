//! The one Organization, and the version of Charter that may read it.

use std::sync::Arc;

use semver::{Version, VersionReq};

use crate::model::code::Code;
use crate::model::finding::Finding;
use crate::model::manifest::Manifest;
use crate::model::origin::Origin;

/// Checks that exactly one Organization is declared; one that may be hidden is not missed.
pub fn exactly_one(organizations: &[&Arc<Manifest>], may_be_hidden: bool) -> Vec<Finding> {
    let mut in_order: Vec<&Manifest> = organizations.iter().map(|manifest| &***manifest).collect();
    in_order.sort_by(|a, b| a.site.origin.cmp(&b.site.origin));
    match in_order.as_slice() {
        [] if may_be_hidden => Vec::new(),
        [] => vec![none()],
        [first, others @ ..] => others.iter().map(|manifest| another(first, manifest)).collect(),
    }
}

fn none() -> Finding {
    Finding::new(
        Code::NoOrganization,
        Origin::file(""),
        "no Organization is declared: the default vocabulary counts, and nothing can be applied",
    )
    .help("`charter schema Organization --example` shows one; or name its folder with --path")
}

fn another(first: &Manifest, manifest: &Manifest) -> Finding {
    let message =
        format!("organisation `{}` is declared beside `{}`: there is exactly one", manifest.id.name, first.id.name);
    Finding::new(Code::SeveralOrganizations, manifest.site.name(), message)
        .related(first.site.name(), "the first one")
        .help("keep one of them, or name the folder of one with --path")
}

/// Checks that this version of Charter may read the repository.
pub fn requirement(requires: Option<&(String, Origin)>) -> Option<Finding> {
    let version = Version::parse(env!("CARGO_PKG_VERSION")).ok()?;
    let (requires, origin) = requires?;
    let finding =
        |message: String, help: &str| Some(Finding::new(Code::RequiresVersion, origin.clone(), message).help(help));
    match VersionReq::parse(requires) {
        Ok(requirement) if requirement.matches(&version) => None,
        Ok(_) => finding(
            format!("this repository requires Charter `{requires}`, and this is {version}"),
            "install a version that satisfies it",
        ),
        Err(_) => {
            finding(format!("`{requires}` is no requirement of a version"), "write it as Cargo does, such as `>=0.1`")
        }
    }
}
