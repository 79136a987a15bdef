//! Manifests to the desired state: every reference looked up, nothing declared twice, nothing in a circle.

use semver::{Version, VersionReq};

use crate::model::code::Code;
use crate::model::desired::Desired;
use crate::model::finding::Finding;
use crate::model::flaws::Flaws;
use crate::model::kind::organization::Organization;
use crate::model::kind::{Kind, Typed};
use crate::model::lineage::Lineage;
use crate::model::manifest::{Manifest, Manifests};
use crate::model::origin::Origin;
use crate::model::snapshot::Revision;

mod cycle;
mod duplicate;
mod index;
mod reference;

use index::Index;

/// The desired state and all that is wrong with it so far.
#[derive(Debug)]
pub struct Compiled {
    pub desired: Desired,
    pub findings: Vec<Finding>,
}

/// Compiles the manifests of one revision, with what was found before.
pub fn compile(manifests: Manifests, revision: Option<Revision>, lineage: Lineage) -> Compiled {
    let Manifests { manifests, unread, mentioned, mut findings, requires, .. } = manifests;
    let (kept, repeated) = duplicate::reject(manifests);
    findings.extend(repeated);
    findings.extend(requirement(requires.as_ref()));
    findings.extend(organizations(&kept, unread.iter().any(|id| id.kind == Kind::Organization)));
    let unknown = findings.iter().any(|finding| finding.code.leaves_unread());
    let mut flaws = Flaws { unread, unknown, errors: false };
    let index = Index::new(&kept, &flaws, mentioned);
    findings.extend(duplicate::shadowed(&kept, &index));
    findings.extend(duplicate::budgets(&kept));
    findings.extend(reference::check(&kept, &index));
    findings.extend(cycle::find(&kept, &index));
    flaws.errors = findings.iter().any(Finding::is_error);
    let resources = kept.into_iter().map(|manifest| (manifest.id.clone(), manifest)).collect();
    Compiled { desired: Desired::new(revision, lineage, resources, flaws), findings }
}

/// Finds the organisations among manifests.
fn declared(manifests: &[Manifest]) -> impl Iterator<Item = (&Manifest, &Organization)> {
    manifests
        .iter()
        .filter_map(|manifest| Organization::of(&manifest.spec).map(|organization| (manifest, organization)))
}

/// Checks that exactly one Organization is declared and that this version of Charter may read it.
fn organizations(manifests: &[Manifest], is_unread: bool) -> Vec<Finding> {
    let mut all = declared(manifests);
    let Some((first, _)) = all.next() else {
        return if is_unread { Vec::new() } else { vec![none()] };
    };
    all.map(|(manifest, _)| another(first, manifest)).collect()
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
fn requirement(requires: Option<&(String, Origin)>) -> Option<Finding> {
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
