//! Values that look like credentials: found, and never shown.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::node::{Content, Node};
use super::trail::Trail;

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
    r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(-----END [A-Z ]*PRIVATE KEY-----)?",
    r"\b[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s:@]+@",
];

/// The last word of a key whose value is a credential.
const KEY: &str = r"(?i)(^|[_.-])(password|passwd|secret|token|api_?key|access_?key|private_?key|client_?secret|credentials?)$|[a-z](Password|Secret|Token|ApiKey|AccessKey|PrivateKey)$";

static SET: LazyLock<Option<RegexSet>> = LazyLock::new(|| RegexSet::new(SHAPES).ok());
static ANY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&SHAPES.join("|")).ok());
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(KEY).ok());
static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)((?:^|[\s{,"'_.-])(?:[a-z0-9_.-]*)(?:password|passwd|secret|token|api_?key|access_?key|private_?key|credentials?)["']?\s*:\s+)(\S.*)$"#).ok()
});

fn has_shape(text: &str) -> bool {
    text.len() >= 12 && SET.as_ref().is_none_or(|set| set.is_match(text))
}

fn is_named(key: &str) -> bool {
    NAMED.as_ref().is_none_or(|named| named.is_match(key))
}

/// Finds the credentials of a document, replaces them, and returns the JSON pointers at which they stood.
pub fn take(root: &mut Node) -> Vec<String> {
    let mut found = Vec::new();
    walk(root, &Trail::Root, false, &mut found);
    found
}

fn walk(node: &mut Node, trail: &Trail<'_>, named: bool, found: &mut Vec<String>) {
    match &mut node.content {
        Content::Scalar { text, plain } => {
            let says_something = text.len() >= 4 && (!*plain || super::node::plain(text) == super::node::Plain::Text);
            if (named && says_something) || has_shape(text) {
                REDACTED.clone_into(text);
                *plain = false;
                found.push(trail.to_string());
            }
        }
        Content::Sequence(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                walk(item, &Trail::Index(trail, index), named, found);
            }
        }
        Content::Mapping(entries) => {
            for entry in entries {
                // A reference to a secret is passed through, never resolved: it is no secret itself.
                if entry.key == "secretRef" {
                    continue;
                }
                let is_secret = has_shape(&entry.key);
                if is_secret {
                    REDACTED.clone_into(&mut entry.key);
                }
                let trail = Trail::Key(trail, &entry.key);
                if is_secret {
                    found.push(trail.to_string());
                }
                let named = is_named(&entry.key);
                walk(&mut entry.value, &trail, named, found);
            }
        }
    }
}

/// Shows the lines of a file, without what looks like a credential.
pub fn redacted_lines(text: &str) -> impl Iterator<Item = String> + '_ {
    let mut inside = Inside::default();
    text.lines().map(move |line| inside.redact(line))
}

/// Whether the lines that follow belong to a credential that began above.
#[derive(Debug, Default)]
struct Inside {
    private_key: bool,
    /// The indentation of the key whose value goes on below it.
    below: Option<usize>,
}

impl Inside {
    fn redact(&mut self, line: &str) -> String {
        let indent = line.len() - line.trim_start().len();
        let goes_on = self.below.is_some_and(|above| indent > above || line.trim().is_empty());
        let was_private_key = self.private_key;
        self.private_key = line.contains("PRIVATE KEY-----") && line.contains("BEGIN")
            || self.private_key && !line.contains("-----END");
        if goes_on || was_private_key {
            return format!("{}{REDACTED}", line.get(..indent).unwrap_or_default());
        }
        let key =
            line.split(':').next().unwrap_or_default().trim_matches(|c: char| c.is_whitespace() || "-\"'".contains(c));
        self.below = (line.contains(':') && is_named(key)).then_some(indent);
        redact_line(line)
    }
}

fn redact_line(line: &str) -> String {
    let shaped = ANY.as_ref().map_or_else(|| REDACTED.into(), |any| any.replace_all(line, REDACTED));
    LINE.as_ref()
        .map_or_else(|| REDACTED.to_owned(), |named| named.replace(&shaped, format!("${{1}}{REDACTED}")).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_by_shape_or_by_key() {
        let jwt = format!("eyJ{0}.eyJ{0}.{0}", "abcdefghij");
        for text in [
            "AKIAABCDEFGHIJKLMNOP",
            "-----BEGIN RSA PRIVATE KEY-----",
            "https://ana:hunter2@acme.example/",
            jwt.as_str(),
        ] {
            assert!(has_shape(text), "{text}");
        }
        for key in ["password", "dbPassword", "API_KEY", "apiKey", "github_token", "clientSecret"] {
            assert!(is_named(key), "{key}");
        }
        for key in ["tokens", "tokenBudget", "secretRef", "team", "keyboard", "passwordPolicy"] {
            assert!(!is_named(key), "{key}");
        }
    }

    #[test]
    fn a_line_is_shown_without_them() {
        assert_eq!(redact_line("  password: hunter2 # old"), format!("  password: {REDACTED}"));
        assert_eq!(redact_line("key AKIAABCDEFGHIJKLMNOP end"), format!("key {REDACTED} end"));
        let block = "a:\n  password: |\n    hunter2\n\n    more\n  team: x\nkey: -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nend";
        let shown: Vec<String> = redacted_lines(block).collect();
        for secret in ["hunter2", "more", "MIIE"] {
            assert!(!shown.concat().contains(secret), "{shown:?}");
        }
        assert_eq!((shown[5].as_str(), shown[9].as_str()), ("  team: x", "end"));
        assert_eq!(redact_line("members: [\"user:ana\"]"), "members: [\"user:ana\"]");
    }
}
