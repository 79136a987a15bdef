//! Lists whose order and repetition mean nothing.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, Serializer};

use super::name::Name;
use super::permission::Permission;
use super::subject::Subject;

/// What a set may hold: [`Ord`] says which two are the same, the spelling which of two such stays.
pub trait Element: Ord {
    /// Returns the text by which a repetition is named.
    fn spelling(&self) -> &str;

    /// Says which of two same elements stays: the smaller.
    fn preference(&self) -> String {
        self.spelling().to_owned()
    }
}

impl Element for Subject {
    fn spelling(&self) -> &str {
        self.as_str()
    }
}

impl Element for Name {
    fn spelling(&self) -> &str {
        self.as_str()
    }
}

impl Element for Permission {
    fn spelling(&self) -> &str {
        self.as_str()
    }
}

/// A set, kept in the order in which it was written so that a finding can point at an item.
///
/// It is serialised sorted and without repetition; of two spellings of one element the smallest in byte order stays.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Set<T>(Vec<T>);

impl<T> Default for Set<T> {
    fn default() -> Self {
        Set(Vec::new())
    }
}

impl<T: Element> Set<T> {
    /// Iterates in the order in which it was written.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// Says whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lists each element once, sorted.
    pub fn canonical(&self) -> Vec<&T> {
        self.placed().into_iter().map(|(_, item)| item).collect()
    }

    /// Lists each element once, sorted, with the index at which it is written.
    pub fn placed(&self) -> Vec<(usize, &T)> {
        let mut items: Vec<(usize, &T)> = self.0.iter().enumerate().collect();
        items.sort_by(|(_, a), (_, b)| a.cmp(b).then_with(|| a.preference().cmp(&b.preference())));
        items.dedup_by(|(_, later), (_, earlier)| (*later).cmp(*earlier).is_eq());
        items
    }

    /// Lists the repetitions: the index of each and of the element that it repeats.
    pub fn repetitions(&self) -> Vec<(usize, usize)> {
        let mut order: Vec<usize> = (0..self.0.len()).collect();
        let item = |index: &usize| self.0.get(*index);
        order.sort_by(|a, b| item(a).cmp(&item(b)).then(a.cmp(b)));
        let mut found = Vec::new();
        for group in order.chunk_by(|a, b| item(a) == item(b)) {
            if let [first, repeats @ ..] = group {
                found.extend(repeats.iter().map(|repeat| (*repeat, *first)));
            }
        }
        found
    }
}

impl<T> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Set(items.into_iter().collect())
    }
}

impl<T: Element + Serialize> Serialize for Set<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.canonical())
    }
}

impl<T: JsonSchema> JsonSchema for Set<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Set_of_{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_spelling_stays_and_repetitions_are_named() {
        let set: Set<Subject> =
            ["user:bo", "user:ana", "user:Ana", "user:bo"].iter().map(|s| s.parse().unwrap()).collect();
        let canonical: Vec<&str> = set.canonical().into_iter().map(Subject::as_str).collect();
        assert_eq!(canonical, ["user:Ana", "user:bo"]);
        assert_eq!(set.repetitions(), [(2, 1), (3, 0)]);
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"["user:Ana","user:bo"]"#);
    }
}
