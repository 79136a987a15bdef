//! Ids that are written nearly alike, found at the cost of one id: everybody's may be missing among everybody's.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The most ids that one key leads to; of more that are so much alike none is likely.
const MOST: usize = 16;

/// Ids by their letters and digits, and by what is left of those without one of them (as SymSpell finds words).
#[derive(Debug, Default)]
pub struct Alike(HashMap<u64, Vec<String>>);

impl Alike {
    /// Notes ids, in an order that does not depend on how they came.
    pub fn of<'a>(ids: impl Iterator<Item = &'a str>) -> Self {
        let mut keyed: HashMap<u64, Vec<String>> = HashMap::new();
        for id in ids {
            for key in keys(id) {
                let all = keyed.entry(key).or_default();
                if all.len() < MOST {
                    all.push(id.to_owned());
                }
            }
        }
        Alike(keyed)
    }

    /// Lists ids that differ by a letter or two.
    pub fn near(&self, id: &str) -> BTreeSet<&str> {
        keys(id).into_iter().filter_map(|key| self.0.get(&key)).flatten().map(String::as_str).collect()
    }

    /// Finds the one id that differs in capitals and in how it is divided alone.
    pub fn same(&self, id: &str) -> Option<&str> {
        let mut same = self.near(id).into_iter().filter(|other| letters(other) == letters(id));
        same.next().filter(|_| same.next().is_none())
    }
}

fn letters(id: &str) -> Vec<u8> {
    id.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect()
}

fn keys(id: &str) -> BTreeSet<u64> {
    let letters = letters(id);
    let without = |left_out: usize| {
        let mut hasher = DefaultHasher::new();
        let kept = letters.iter().enumerate().filter(|(position, _)| *position != left_out);
        kept.for_each(|(_, letter)| letter.hash(&mut hasher));
        hasher.finish()
    };
    (0..=letters.len()).map(without).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_more_less_other_or_elsewhere_is_near() {
        let alike = Alike::of(["ana.kowalska", "grace", "bo", "linus"].into_iter());
        for (id, near) in [
            ("anakowalska", Some("ana.kowalska")),
            ("ana.kowalskaa", Some("ana.kowalska")),
            ("garce", Some("grace")),
            ("grade", Some("grace")),
            ("race", Some("grace")),
            ("jo", Some("bo")),
            ("cy", None),
            ("linda", None),
        ] {
            assert_eq!(alike.near(id).into_iter().next(), near, "{id}");
        }
        assert_eq!(alike.same("Ana_Kowalska"), Some("ana.kowalska"));
        assert_eq!(alike.same("ana.kowalski"), None);
    }

    #[test]
    fn of_two_that_are_divided_otherwise_neither_is_meant() {
        assert_eq!(Alike::of(["a.na", "an.a"].into_iter()).same("ana"), None);
    }
}
