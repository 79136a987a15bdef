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

fn near<T: AsRef<str>>(word: &str, candidates: impl IntoIterator<Item = T>) -> impl Iterator<Item = (usize, String)> {
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    let measured = candidates.into_iter().map(move |candidate| (distance(word, candidate.as_ref()), candidate));
    let near = measured.filter(move |(distance, _)| *distance <= allowed);
    near.map(|(distance, candidate)| (distance, candidate.as_ref().to_owned()))
}

/// Words that differ in case, accents, `-`, `_` and spaces alone are as near as one letter.
fn distance(word: &str, candidate: &str) -> usize {
    let plain = |text: &str| latin::plain(text).to_lowercase().replace(['-', '_', ' '], "");
    if plain(word) == plain(candidate) { 1 } else { strsim::damerau_levenshtein(word, candidate) }
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
    fn what_was_surely_meant_has_no_rival() {
        assert_eq!(surely_meant("dev", ["dev1", "dev2"]), None);
        assert_eq!(surely_meant("dev1", ["dev", "dev", "dev-12"]).as_deref(), Some("dev"));
    }
}
