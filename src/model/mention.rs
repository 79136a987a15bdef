//! Which names a manifest stands or falls with: what has to be checked again when one of them comes or goes.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::examination::{Examination, Target};
use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::model::kind::Typed;
use crate::model::kind::person::Person;
use crate::model::manifest::Manifest;
use crate::model::subject::{Subject, SubjectKind};
use crate::model::user::User;

/// The hash of a kind and a name. Two names of one hash cost a check too many and no more.
pub type Mention = u64;

/// Hashes what other manifests may name.
pub fn of(id: &ResourceId) -> Mention {
    mention(id.kind, id.name.as_str())
}

/// Hashes a user.
pub fn of_user(user: &Subject) -> Mention {
    hash((SubjectKind::User, user))
}

fn mention(kind: Kind, name: &str) -> Mention {
    hash((kind, name))
}

fn hash(named: impl Hash) -> Mention {
    let mut hasher = DefaultHasher::new();
    named.hash(&mut hasher);
    hasher.finish()
}

/// Lists the names that a manifest mentions, its own among them; users only where they have to be somebody.
pub fn all(manifest: &Manifest, examined: &Examination<'_>, are_people_known: bool) -> Box<[Mention]> {
    let team = manifest.id.team.as_ref().map(|team| mention(Kind::Team, team.as_str()));
    let of_subject = |subject: &Subject| match subject.kind() {
        SubjectKind::Group => Some(mention(Kind::Group, subject.id())),
        SubjectKind::Team => Some(mention(Kind::Team, subject.id())),
        SubjectKind::User => are_people_known.then(|| of_user(subject)),
        SubjectKind::Agent | SubjectKind::Service => None,
    };
    let named = examined.references.iter().filter_map(|reference| match reference.target {
        Target::Role(name) | Target::AnyRole(name) => Some(mention(Kind::Role, name.as_str())),
        Target::Team(name) => Some(mention(Kind::Team, name.as_str())),
        Target::Person(name) => Some(mention(Kind::Person, name.as_str())),
        Target::Subject(subject) => of_subject(subject),
        Target::Permission(_) => None,
    });
    let ids = Person::of(&manifest.spec).into_iter().flat_map(|person| person.ids.iter());
    let ids = ids.map(User::subject).map(of_user);
    std::iter::once(of(&manifest.id)).chain(team).chain(named).chain(ids).collect()
}
