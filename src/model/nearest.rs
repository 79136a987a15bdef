//! "Did you mean": the nearest of the words that would have been right.

use std::collections::BTreeSet;

use super::latin;

/// Finds the candidate nearest to `word`, if one is near enough to be what was meant (Damerau–Levenshtein).
pub fn did_you_mean<T: AsRef<str>>(word: &str, candidates: impl IntoIterator<Item = T>) -> Option<String> {
    near(word, candidates).min().map(|(_, candidate)| candidate)
}

/// Finds the candidate that was meant, where no other is as near: what may be written without asking.
pub fn surely_meant<T: AsRef<str>>(word: &str, candidates: impl IntoIterator<Item = T>) -> Option<String> {
    let near: BTreeSet<(usize, String)> = near(word, candidates).collect();
    let mut nearest = near.into_iter();
    let (distance, meant) = nearest.next()?;
    nearest.next().is_none_or(|(next, _)| next > distance).then_some(meant)
}

/// Finds the candidate that a word is but for a slip of the pen.
///
/// That is another case, two neighbours that changed places, or, in a word of five letters and more, one letter.
pub fn slipped<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    let is_long = word.chars().count() > 4;
    candidates.into_iter().find(|candidate| {
        let is_edited = strsim::damerau_levenshtein(word, candidate) == 1;
        word.eq_ignore_ascii_case(candidate) || is_edited && (is_long || letters(word) == letters(candidate))
    })
}

/// Says whether a word is another but for a letter, or for how it is written.
pub fn is_a_letter_off(word: &str, other: &str) -> bool {
    distance(word, &plain(word), other) <= 1
}

fn near<T: AsRef<str>>(word: &str, candidates: impl IntoIterator<Item = T>) -> impl Iterator<Item = (usize, String)> {
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    let plain = plain(word);
    let letters = Letters::of(&plain);
    let candidates = candidates.into_iter();
    let likely = candidates.filter(move |candidate| letters.differ(&Letters::of(candidate.as_ref())) <= 2 * allowed);
    let measured = likely.map(move |candidate| (distance(word, &plain, candidate.as_ref()), candidate));
    let near = measured.filter(move |(distance, _)| *distance <= allowed);
    near.map(|(distance, candidate)| (distance, candidate.as_ref().to_owned()))
}

/// How often each letter and digit stands in a text, whatever its case. An edit changes two of the counts at most, so that
/// most words are told to be far at the cost of reading them: a thousand names may be missing among a thousand others.
struct Letters([u16; 36]);

impl Letters {
    fn of(text: &str) -> Self {
        let mut counts = [0u16; 36];
        for digit in text.chars().filter_map(|c| c.to_digit(36)) {
            if let Some(count) = counts.get_mut(digit as usize) {
                *count = count.saturating_add(1);
            }
        }
        Letters(counts)
    }

    fn differ(&self, other: &Letters) -> usize {
        self.0.iter().zip(&other.0).map(|(a, b)| usize::from(a.abs_diff(*b))).sum()
    }
}

fn plain(text: &str) -> String {
    latin::plain(text).to_lowercase().replace(['-', '_', ' '], "")
}

/// Words that differ in case, accents, `-`, `_` and spaces alone are as near as one letter.
fn distance(word: &str, word_plain: &str, candidate: &str) -> usize {
    if word_plain == plain(candidate) { 1 } else { strsim::damerau_levenshtein(word, candidate) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_is_what_differs_by_a_letter_or_by_how_it_is_written() {
        for (word, near) in
            [("żółw", Some("zolw")), ("Front End", Some("front-end")), ("zolv", Some("zolw")), ("日本", None)]
        {
            assert_eq!(did_you_mean(word, ["front-end", "zolw"]).as_deref(), near, "{word}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_no_other_word() {
        let slipped = |word| slipped(word, ["Role", "Team", "Budget", "deny", "warn", "violation"]);
        for word in ["Rule", "Bucket", "Widget", "Gadget", "isolation", "warm", "Rolf", ""] {
            assert_eq!(slipped(word), None, "{word}");
        }
        let slips = [("Tema", "Team"), ("Teams", "Team"), ("team", "Team"), ("Bugdet", "Budget"), ("dney", "deny")];
        for (word, meant) in slips {
            assert_eq!(slipped(word), Some(meant), "{word}");
        }
    }

    #[test]
    fn what_was_surely_meant_has_no_rival() {
        assert_eq!(surely_meant("dev", ["dev1", "dev2"]), None);
        assert_eq!(surely_meant("dev1", ["dev", "dev", "dev-12"]).as_deref(), Some("dev"));
    }
}
