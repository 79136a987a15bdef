//! Who is who: of which person each user id is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::alike::Alike;
use crate::model::code::Code;
use crate::model::fault::Fault;
use crate::model::kind::person::Person;
use crate::model::mend::Mend;
use crate::model::mention::{self, Mention};
use crate::model::name::Name;
use crate::model::nearest::did_you_mean;
use crate::model::subject::Subject;
use crate::model::user::User;

/// The ids of everybody who is declared.
#[derive(Debug, Default)]
pub struct People {
    /// The persons that have an id, by name, each with how it spells it: one, or there is a mistake.
    owners: BTreeMap<Subject, BTreeMap<Name, Subject>>,
    /// Those ids, once one of nobody is met.
    alike: OnceLock<Alike>,
    /// Whether people are declared and all that is declared of them was read: an id of nobody is then a mistake.
    pub are_known: bool,
}

impl People {
    /// Puts what a person is now in the place of what it was, and lists the ids that came or went.
    pub fn put(&mut self, name: &Name, before: Option<&Person>, now: Option<&Person>) -> Vec<Mention> {
        let [before, now] = [before, now].map(ids);
        self.alike = OnceLock::new();
        for id in &before {
            let is_left = self.owners.get_mut(id).is_some_and(|owners| {
                owners.remove(name);
                !owners.is_empty()
            });
            if !is_left {
                self.owners.remove(id);
            }
        }
        for id in &now {
            let id = Subject::clone(id);
            self.owners.entry(id.clone()).or_default().insert(name.clone(), id);
        }
        before.symmetric_difference(&now).map(|id| mention::of_user(id)).collect()
    }

    /// Returns the first person, by name, that has an id.
    pub fn first(&self, id: &Subject) -> Option<&Name> {
        self.owners.get(id)?.keys().next()
    }

    /// Says what is wrong with a user who is nobody.
    pub fn unknown(&self, user: &Subject) -> Option<Fault> {
        if !self.are_known || self.owners.contains_key(user) {
            return None;
        }
        let ids = || self.owners.values().filter_map(|owners| owners.values().next()).map(Subject::id);
        let alike = self.alike.get_or_init(|| Alike::of(ids()));
        let declare = "add it to the `ids` of a Person, or declare one";
        let help = did_you_mean(user.id(), alike.near(user.id()))
            .map_or_else(|| declare.to_owned(), |near| format!("did you mean `user:{near}`? If not, {declare}"));
        // Who is called nearly the same is somebody else as often as not: only how an id is divided is put right.
        let meant = alike.same(user.id()).map(|id| format!("user:{id}"));
        let fault = Fault::new(Code::UnknownUser, format!("user `{}`, whom no Person declares", user.id()));
        Some(fault.help(help).mend(Mend::word(user.as_str(), meant)))
    }
}

fn ids(person: Option<&Person>) -> BTreeSet<&Subject> {
    person.into_iter().flat_map(|person| person.ids.canonical()).map(User::subject).collect()
}
