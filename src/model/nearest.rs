//! "Did you mean": the nearest of the words that would have been right.

use super::latin;

/// Finds the candidate nearest to `word`, if one is near enough to be what was meant (Damerau–Levenshtein).
pub fn did_you_mean<T: AsRef<str>>(word: &str, candidates: impl IntoIterator<Item = T>) -> Option<String> {
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate.as_ref()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by(|a, b| (a.0, a.1.as_ref()).cmp(&(b.0, b.1.as_ref())))
        .map(|(_, candidate)| candidate.as_ref().to_owned())
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
}
