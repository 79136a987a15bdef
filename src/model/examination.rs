//! What a manifest's spec refers to and where it contradicts itself: what a kind tells the stages after it.

use std::borrow::Cow;

use super::code::Code;
use super::fault::Fault;
use super::name::Name;
use super::permission::Permission;
use super::set::{Element, Set};
use super::subject::Subject;

/// What a reference names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    Role(&'a Name),
    /// A role of the organisation or of any team.
    AnyRole(&'a Name),
    Team(&'a Name),
    Person(&'a Name),
    Subject(&'a Subject),
    Permission(&'a Permission),
}

/// A reference and where it stands below `spec`: at a JSON pointer, or as an item of the list there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference<'a> {
    place: Cow<'static, str>,
    item: Option<usize>,
    pub target: Target<'a>,
}

impl Reference<'_> {
    /// Returns the JSON pointer: few are asked for theirs.
    pub fn pointer(&self) -> String {
        self.item.map_or_else(|| self.place.to_string(), |item| format!("{}/{item}", self.place))
    }
}

/// An element of a set that stands there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repetition {
    pub pointer: String,
    pub first: String,
    pub spelling: String,
    /// Whether both say the same to the letter, so that either can go.
    pub is_verbatim: bool,
}

/// What a spec says about itself, with JSON pointers below `spec`.
#[derive(Debug, Default)]
pub struct Examination<'a> {
    pub references: Vec<Reference<'a>>,
    pub repetitions: Vec<Repetition>,
    pub faults: Vec<(String, Fault)>,
}

impl<'a> Examination<'a> {
    /// Notes a reference.
    pub fn refers(&mut self, pointer: impl Into<Cow<'static, str>>, target: Target<'a>) {
        self.references.push(Reference { place: pointer.into(), item: None, target });
    }

    /// Notes a set, its repetitions, and what each of its elements refers to.
    pub fn set<T: Element>(
        &mut self,
        pointer: &'static str,
        set: &'a Set<T>,
        target: impl Fn(&'a T) -> Option<Target<'a>>,
    ) {
        let reference =
            |(index, item)| Some(Reference { place: pointer.into(), item: Some(index), target: target(item)? });
        self.references.extend(set.iter().enumerate().filter_map(reference));
        for (repeat, first) in set.repetitions() {
            let [again, before] = [repeat, first].map(|index| set.iter().nth(index));
            let spelling = again.map(|item| item.spelling().to_owned()).unwrap_or_default();
            let is_verbatim = again.map(Element::preference) == before.map(Element::preference);
            let (pointer, first) = (format!("{pointer}/{repeat}"), format!("{pointer}/{first}"));
            self.repetitions.push(Repetition { pointer, first, spelling, is_verbatim });
        }
    }

    /// Notes a set of subjects.
    pub fn subjects(&mut self, pointer: &'static str, set: &'a Set<Subject>) {
        self.set(pointer, set, |subject| Some(Target::Subject(subject)));
    }

    /// Notes a contradiction.
    pub fn fault(
        &mut self,
        pointer: impl Into<String>,
        code: Code,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.faulty(pointer, Fault::new(code, message).help(help));
    }

    /// Notes a fault.
    pub fn faulty(&mut self, pointer: impl Into<String>, fault: Fault) {
        self.faults.push((pointer.into(), fault));
    }
}
