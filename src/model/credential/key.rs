//! Keys whose values are credentials, told by their words: `dbPassword`, `API_KEY`, `database_password_prod`.

/// Words that make a credential of whatever they stand in, unless a word of `ABOUT` follows.
const STRONG: &[&str] = &["password", "passwd", "passphrase"];

/// Last words of a key whose value is a credential.
const LAST: &[&str] =
    &["pass", "pwd", "secret", "token", "apikey", "accesskey", "privatekey", "secretkey", "credential", "credentials"];

/// Words before a last word `key` that make it a credential.
const KEYS: &[&str] = &["api", "access", "private", "secret"];

/// Words that say something about a password and are none.
const ABOUT: &[&str] = &[
    "age", "days", "enabled", "expiry", "field", "file", "length", "manager", "max", "min", "name", "path", "policy",
    "ref", "required", "reset", "rotation", "rules", "store", "strength", "url",
];

/// Words after the last one that say which of several it is.
const WHICH: &[&str] = &[
    "backup",
    "base",
    "default",
    "dev",
    "development",
    "live",
    "main",
    "new",
    "old",
    "primary",
    "prod",
    "production",
    "qa",
    "secondary",
    "stage",
    "staging",
    "test",
    "value",
];

/// What the words have of which one is in the key of every credential.
const HINTS: &[&str] = &["pass", "pwd", "secret", "token", "key", "credential"];

/// Says whether the value under a key is a credential.
pub fn is_named(key: &str) -> bool {
    may_be_named(key) && is_named_by(&words(key))
}

/// Says whether a key has more than letters of ASCII.
///
/// Digits are left out of its words, and other letters may be ours in lower case.
pub fn is_odd(key: &str) -> bool {
    key.bytes().any(|byte| byte.is_ascii_digit() || !byte.is_ascii())
}

/// Says whether a key is worth taking apart: nearly none is.
fn may_be_named(key: &str) -> bool {
    let begins =
        |rest: &[u8], hint: &str| rest.get(..hint.len()).is_some_and(|part| part.eq_ignore_ascii_case(hint.as_bytes()));
    is_odd(key)
        || key.bytes().enumerate().any(|(index, byte)| {
            let rest = key.as_bytes().get(index..).unwrap_or_default();
            b"pstkcPSTKC".contains(&byte) && HINTS.iter().any(|hint| begins(rest, hint))
        })
}

fn is_named_by(words: &[String]) -> bool {
    let strong = words.iter().rposition(|word| STRONG.iter().any(|strong| word.ends_with(strong)));
    if let Some(position) = strong {
        return !words.iter().skip(position).any(|word| ABOUT.contains(&word.as_str()));
    }
    let is_which = |word: &&String| WHICH.contains(&word.as_str());
    let mut backwards = words.iter().rev().skip_while(is_which).map(String::as_str);
    match (backwards.next(), backwards.next()) {
        (Some("key"), Some(before)) => KEYS.contains(&before),
        (Some(last), _) => LAST.contains(&last),
        (None, _) => false,
    }
}

/// Says whether what stands under a key names a secret that is kept elsewhere.
fn is_reference(key: &str) -> bool {
    matches!(key, "secretRef" | "secretKeyRef" | "valueFrom")
}

/// What the keys above a value say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Under {
    Nothing,
    /// The key of a credential.
    Named,
    /// The key of a reference to a secret, which is passed through and never resolved: it is no secret itself.
    Reference,
}

impl Under {
    /// Says what is under a key that stands here; `worth` where it may be that of a credential.
    #[must_use]
    pub fn key(self, key: &str, worth: bool) -> Under {
        if is_reference(key) || self == Under::Reference && key == "secret" {
            Under::Reference
        } else if worth && is_named(key) {
            Under::Named
        } else {
            self
        }
    }
}

/// Takes a key apart, in lower case and without digits, where a capital or a sign begins a word.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    let mut letters = key.chars().peekable();
    while let Some(letter) = letters.next() {
        let ends_capitals =
            !was_lower && letter.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase());
        if !letter.is_alphanumeric() || letter.is_uppercase() && (was_lower || ends_capitals) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphabetic()) {
            word.extend(letter.to_lowercase());
        }
        was_lower = letter.is_lowercase() || letter.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_credential_has_a_hint() {
        for word in STRONG.iter().chain(LAST).chain(&["key"]) {
            assert!(may_be_named(word) && may_be_named(&word.to_ascii_uppercase()), "{word}");
        }
        assert!(!may_be_named("members") && may_be_named("\u{212a}ey") && may_be_named("to1ken"));
    }

    #[test]
    fn keys_of_credentials_are_known_by_their_words() {
        for key in [
            "password",
            "dbPassword",
            "API_KEY",
            "apiKey",
            "APIKey",
            "github_token",
            "clientSecret",
            "pwd",
            "db_pass",
            "passphrase",
            "secretKey",
            "database_password_prod",
            "PASSWORD_PROD",
            "PASSWORD_EU_WEST",
            "DBPASSWORD",
            "token2",
            "API_TOKEN_STAGING",
            "access-key",
            "credentials",
        ] {
            assert!(is_named(key), "{key}");
        }
        for key in [
            "tokens",
            "tokenBudget",
            "maxTokens",
            "secretRef",
            "team",
            "keyboard",
            "passwordPolicy",
            "password_min_length",
            "key",
            "publicKey",
            "passRate",
            "",
            "prod",
            "bypass",
            "compass",
        ] {
            assert!(!is_named(key), "{key}");
        }
    }
}
