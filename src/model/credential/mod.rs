//! Text that holds credentials: by their published shapes, or as `KEY=VALUE` in the middle of a sentence.

use std::sync::{Arc, LazyLock};

use regex::{Regex, RegexSet};

pub mod key;
mod said;
pub mod spec;
mod value;

/// What stands in the place of a credential, everywhere.
pub const REDACTED: &str = "‹redacted›";

/// The published shapes of credentials: cloud and code-hosting keys, tokens, private keys, URLs with a password.
const SHAPES: &[&str] = &[
    r"\b(AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b",
    r"\bgithub_pat_[A-Za-z0-9_]{22,255}\b",
    r"\bglpat-[A-Za-z0-9_-]{20,}",
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    r"\bsk-[A-Za-z0-9_-]{20,}",
    r"\bAIza[0-9A-Za-z_-]{35}",
    r"\bnpm_[A-Za-z0-9]{36}\b",
    r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"\b[sr]k_(live|test)_[A-Za-z0-9]{16,}",
    r"\bAccountKey=[A-Za-z0-9+/]{40,}={0,2}",
    r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(-----END [A-Z ]*PRIVATE KEY-----)?",
    // What begins like a variable, such as `${PASSWORD}`, or is blotted out is no password.
    r#"\b[A-Za-z][A-Za-z0-9+.-]*://[^/\s:@"']*:([^/\s"'$<{*‹]|\$[a-z0-9])[^/\s"']*@"#,
];

static SHAPED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&SHAPES.join("|")).ok());

/// What nearly no text holds, and every one with a credential: looked for once, before anything closer.
///
/// A word ends at more places where letters beyond ASCII are none, and a text that has some is searched as fast.
static HINTS: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    let hints = SHAPES.iter().chain([&said::WORDS]).map(|shape| shape.replace(r"\b", r"(?-u:\b)"));
    RegexSet::new(hints).ok()
});

/// Says whether a text may hold a credential, or the key of one.
///
/// Where it may not, no part of it does that ends where words do.
pub fn may_be_in(text: &str) -> bool {
    HINTS.as_ref().is_none_or(|hints| hints.is_match(text))
}

/// Says whether a text holds what looks like a credential.
pub fn is_in(text: &str) -> bool {
    if text.len() < 8 || !may_be_in(text) {
        return false;
    }
    SHAPED.as_ref().is_none_or(|shaped| shaped.is_match(text)) || said::is_in(text)
}

/// Takes what looks like a credential out of a text.
pub fn scrub(text: &str) -> String {
    match SHAPED.as_ref() {
        Some(shaped) => said::scrub(shaped.replace_all(text, REDACTED).into_owned()),
        None => REDACTED.to_owned(),
    }
}

/// Takes what looks like a credential out of the path of a file: nearly none holds any.
pub fn hidden(path: &Arc<str>) -> Arc<str> {
    if is_in(path) { scrub(path).into() } else { path.clone() }
}

/// Takes what looks like a credential out of a text where it stands.
pub fn hide(text: &mut String) {
    if is_in(text) {
        *text = scrub(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_by_shape() {
        let azure = format!("AccountName=a;AccountKey={}==;", "abcdefghij0123456789+/AB".repeat(4));
        let jwt = format!("eyJ{0}.eyJ{0}.{0}", "abcdefghij");
        for text in [
            "AKIAABCDEFGHIJKLMNOP",
            "-----BEGIN RSA PRIVATE KEY-----",
            "https://ana:hunter2@acme.example/",
            "db is postgres://u:pw@host",
            "https://ana:$ecret@acme.example/",
            azure.as_str(),
            jwt.as_str(),
        ] {
            assert!(is_in(text), "{text}");
            assert!(scrub(text).contains(REDACTED), "{text}");
            assert!(!is_in(&scrub(text)), "{text}");
        }
        for text in
            ["https://ana:${PASSWORD}@acme.example/", "https://ana:***@acme.example/", "https://acme.example:443/a@b"]
        {
            assert!(!is_in(text), "{text}");
        }
    }
}
