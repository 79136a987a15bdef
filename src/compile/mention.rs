//! Which names a manifest stands or falls with: what has to be checked again when one of them comes or goes.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::examination::{Examination, Target};
use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::manifest::Manifest;
use crate::model::subject::SubjectKind;

/// The hash of a kind and a name. Two names of one hash cost a check too many and no more.
pub type Mention = u64;

/// Hashes what other manifests may name.
pub fn of(id: &ResourceId) -> Mention {
    mention(id.kind, id.name.as_str())
}

fn mention(kind: Kind, name: &str) -> Mention {
    let mut hasher = DefaultHasher::new();
    (kind, name).hash(&mut hasher);
    hasher.finish()
}

/// Lists the names that a manifest mentions, its own among them.
pub fn all(manifest: &Manifest, examined: &Examination<'_>) -> Box<[Mention]> {
    let team = manifest.id.team.as_ref().map(|team| mention(Kind::Team, team.as_str()));
    let named = examined.references.iter().filter_map(|reference| match reference.target {
        Target::Role(name) => Some(mention(Kind::Role, name.as_str())),
        Target::Team(name) => Some(mention(Kind::Team, name.as_str())),
        Target::Subject(subject) if subject.kind() == SubjectKind::Group => Some(mention(Kind::Group, subject.id())),
        Target::Subject(subject) if subject.kind() == SubjectKind::Team => Some(mention(Kind::Team, subject.id())),
        Target::Subject(_) | Target::Permission(_) => None,
    });
    std::iter::once(of(&manifest.id)).chain(team).chain(named).collect()
}
