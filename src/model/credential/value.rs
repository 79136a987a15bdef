//! Values that may be credentials, told from placeholders, references and the words of a sentence.

/// How sure it is, before a value is looked at, that it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Whatever stands here and no placeholder is a value.
    Whole,
    /// It was assigned: a long word is a value too.
    Assigned,
    /// The sentence may just go on: a value does not read like a word.
    Said,
}

/// Words that are assigned to say something of a credential, and are none.
const SPEAKING: &[&str] = &[
    "changeme",
    "changed",
    "credential",
    "credentials",
    "disabled",
    "external",
    "internal",
    "optional",
    "passphrase",
    "password",
    "passwords",
    "placeholder",
    "redacted",
    "required",
    "undefined",
];

/// Beginnings of what names a place where a credential is kept, of what stands for one, and of names of methods.
const REFERRING: &[&str] = &["arn:", "ed25519", "env:", "file:", "oauth", "secp256", "vault:", "your"];

/// Says whether a word is a credential, where one is expected.
pub fn is_value(word: &str, trust: Trust) -> bool {
    let about = About::of(word);
    if is_placeholder(word) {
        return false;
    }
    match trust {
        Trust::Whole => true,
        Trust::Assigned => about.is_random() || about.is_assigned(word),
        Trust::Said => about.is_random(),
    }
}

/// What characters a word is made of.
#[derive(Debug, Default)]
struct About {
    length: usize,
    lower: usize,
    upper: usize,
    digits: usize,
    signs: usize,
    /// The most letters and digits without anything between, and the most of which both occur.
    run: usize,
    mixed: usize,
}

impl About {
    fn of(word: &str) -> About {
        let count = |is: fn(char) -> bool| word.chars().filter(|c| is(*c)).count();
        let runs = || word.split(|c: char| !c.is_alphanumeric());
        let is_mixed = |run: &&str| run.contains(char::is_alphabetic) && run.contains(char::is_numeric);
        About {
            length: word.chars().count(),
            lower: count(char::is_lowercase),
            upper: count(char::is_uppercase),
            digits: count(char::is_numeric),
            signs: count(|c| "!#$%^&*+~=@?".contains(c)),
            run: runs().map(str::len).max().unwrap_or(0),
            mixed: runs().filter(is_mixed).map(str::len).max().unwrap_or(0),
        }
    }

    /// Says that no sentence has such a word: letters and digits in one, three sorts of characters, or no end.
    fn is_random(&self) -> bool {
        let sorts = [self.lower, self.upper, self.digits, self.signs].iter().filter(|count| **count > 0).count();
        self.mixed >= 7 || self.length >= 7 && sorts >= 3 || self.run > 20
    }

    /// Says that nobody assigns such a word but a password.
    fn is_assigned(&self, word: &str) -> bool {
        let letters = self.lower + self.upper;
        let is_word = letters == self.length && !SPEAKING.contains(&word.to_ascii_lowercase().as_str());
        let is_number = self.digits == self.length && self.length >= 6;
        let is_coded = letters > 0 && self.digits + self.signs > 0 && self.length >= 4;
        is_coded || is_number || is_word && self.length >= 8
    }
}

/// Says whether a word stands for a value that is not here: a variable, a path, a call, a date, what is blotted out.
fn is_placeholder(word: &str) -> bool {
    let mut characters = word.chars();
    let (first, second) = (characters.next().unwrap_or('*'), characters.next().unwrap_or('*'));
    let is_variable = first == '$' && !second.is_ascii_lowercase() && !second.is_ascii_digit()
        || word.contains('_') && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let is_path = word.contains("://") || word.contains('/') && !word.contains(char::is_uppercase);
    let is_call =
        word.split_once('(').is_some_and(|(name, _)| name.chars().all(|c| c.is_alphanumeric() || "_.".contains(c)));
    let is_date =
        word.contains(['-', '/', ':', '.']) && word.chars().all(|c| c.is_ascii_digit() || "-/:.+".contains(c));
    let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let is_span = (1..4).contains(&digits) && word.chars().skip(digits).all(char::is_alphabetic) && word.len() > digits;
    let lower = word.to_ascii_lowercase();
    let refers = REFERRING.iter().any(|beginning| lower.starts_with(beginning));
    "<{[*%‹@".contains(first)
        || word.chars().all(|c| c == first)
        || is_variable
        || is_path
        || is_call
        || is_date
        || is_span
        || refers
}
