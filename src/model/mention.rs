//! Which names a manifest stands or falls with: what has to be checked again when one of them comes or goes.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::examination::Target;
use super::id::ResourceId;
use super::kind::person::Person;
use super::kind::{Kind, Spec, Typed};
use super::subject::{Subject, SubjectKind};
use super::user::User;

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

/// Lists the names that a resource mentions, its own among them.
pub fn all(id: &ResourceId, spec: &Spec) -> Box<[Mention]> {
    let team = id.team.as_ref().map(|team| mention(Kind::Team, team.as_str()));
    let of_subject = |subject: &Subject| match subject.kind() {
        SubjectKind::Group => Some(mention(Kind::Group, subject.id())),
        SubjectKind::Team => Some(mention(Kind::Team, subject.id())),
        SubjectKind::User => Some(of_user(subject)),
        SubjectKind::Agent | SubjectKind::Service => None,
    };
    let references = spec.examine().references;
    let named = references.iter().filter_map(|reference| match reference.target {
        Target::Role(name) | Target::AnyRole(name) => Some(mention(Kind::Role, name.as_str())),
        Target::Team(name) => Some(mention(Kind::Team, name.as_str())),
        Target::Person(name) => Some(mention(Kind::Person, name.as_str())),
        Target::Subject(subject) => of_subject(subject),
        Target::Permission(_) => None,
    });
    let ids = Person::of(spec).into_iter().flat_map(|person| person.ids.iter());
    let ids = ids.map(User::subject).map(of_user);
    std::iter::once(of(id)).chain(team).chain(named).chain(ids).collect()
}
