//! Values that look like credentials: found, and never shown.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::node::{Content, Entry, Node, Plain, plain};
use super::trail::Trail;
use crate::model::credential::key::{Under, is_named, is_odd};
use crate::model::credential::{REDACTED, is_in, scrub};
use crate::model::origin::Span;

static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = "password|passwd|passphrase|pwd|secret|token|api_?key|access_?key|private_?key|secret_?key|credentials?|authorization";
    let after = r#"(?:_[a-z0-9_]*)?(?:["']\s*:\s*|\s*:\s+)"#;
    Regex::new(&format!(r#"(?i)((?:^|[\s{{\[,"'_.-])(?:[a-z0-9_.-]*)(?:{words}|\bpass|_pass){after})(\S.*)$"#)).ok()
});

/// A credential that was taken out of a document.
#[derive(Debug)]
pub struct Taken {
    /// The JSON pointer at which it stood.
    pub pointer: String,
    pub span: Span,
}

/// Finds the credentials of a document, replaces them, and returns where they stood.
///
/// `is_hinted` says whether its text may hold any ([`credential::may_be_in`]).
pub fn take(root: &mut Node<'_>, is_hinted: bool) -> Vec<Taken> {
    let mut search = Search { is_hinted, found: Vec::new() };
    search.walk(root, &Trail::Root, Under::Nothing);
    search.found
}

struct Search {
    /// Whether the text may hold any: nearly none does, and what is borrowed from it stands there between words.
    is_hinted: bool,
    found: Vec<Taken>,
}

impl Search {
    fn walk(&mut self, node: &mut Node<'_>, trail: &Trail<'_>, under: Under) {
        let span = node.span;
        match &mut node.content {
            Content::Scalar { text, plain } => {
                let is_worth = self.is_hinted || matches!(text, Cow::Owned(_));
                if under == Under::Named && says_something(text, *plain) || is_worth && is_in(text) {
                    *text = Cow::Borrowed(REDACTED);
                    *plain = false;
                    self.found.push(Taken { pointer: trail.to_string(), span });
                }
            }
            Content::Sequence(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.walk(item, &Trail::Index(trail, index), under);
                }
            }
            Content::Mapping(entries) => {
                let names_value = under != Under::Reference && names_a_credential(entries);
                for entry in entries {
                    let is_worth = self.is_hinted || matches!(entry.key, Cow::Owned(_));
                    let is_secret = is_worth && is_in(&entry.key);
                    if is_secret {
                        entry.key = Cow::Borrowed(REDACTED);
                    }
                    let trail = Trail::Key(trail, &entry.key);
                    if is_secret {
                        self.found.push(Taken { pointer: trail.to_string(), span: entry.key_span });
                    }
                    let under = match &*entry.key {
                        "value" if names_value => Under::Named,
                        key => under.key(key, is_worth || is_odd(key)),
                    };
                    self.walk(&mut entry.value, &trail, under);
                }
            }
        }
    }
}

/// Says whether a mapping is a pair of `name` (or `key`) and `value` whose name is that of a credential.
fn names_a_credential(entries: &[Entry<'_>]) -> bool {
    let is_name = |entry: &&Entry<'_>| entry.key == "name" || entry.key == "key";
    let mut names = entries.iter().filter(is_name).filter_map(|entry| entry.value.text());
    entries.iter().any(|entry| entry.key == "value") && names.any(is_named)
}

/// Says whether a value under the key of a credential may be one: a text, or a number of six digits and more.
fn says_something(text: &str, is_plain: bool) -> bool {
    let meaning = if is_plain { plain(text) } else { Plain::Text };
    match meaning {
        Plain::Text => text.len() >= 4,
        Plain::Integer(_) | Plain::Float(_) => text.bytes().filter(u8::is_ascii_digit).count() >= 6,
        Plain::Null | Plain::Bool(_) => false,
    }
}

/// Shows the lines of a file without the credentials of its documents and what else looks like one.
pub fn redacted_lines<'t>(text: &'t str, taken: &[Taken]) -> impl Iterator<Item = String> + 't {
    let mut spans: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
    for Taken { span, .. } in taken {
        for line in span.line..=span.end_line {
            spans.entry(line).or_default().push(*span);
        }
    }
    let mut inside = Inside::default();
    (1..).zip(text.lines()).map(move |(number, line)| match spans.get(&number) {
        Some(spans) if spans.iter().any(|span| is_block(span, line)) => inside.redact_block(line),
        Some(spans) => inside.redact(&without(line, number, spans)),
        None => inside.redact(line),
    })
}

/// Says whether a span may stand for a block scalar: a line of its own, which goes on below.
fn is_block(span: &Span, line: &str) -> bool {
    let columns = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let begins = columns(line) - columns(line.trim_start());
    span.line == span.end_line && span.column == begins + 1 && span.end_column > columns(line.trim_end())
}

/// Counts the bytes before the first character that is to be seen.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Takes spans out of a line.
fn without(line: &str, number: u32, spans: &[Span]) -> String {
    let mut spans: Vec<(u32, u32)> = spans
        .iter()
        .map(|span| {
            let from = if span.line == number { span.column } else { 1 };
            (from, if span.end_line == number { span.end_column } else { u32::MAX })
        })
        .collect();
    spans.sort_unstable();
    let mut spans = spans.into_iter().peekable();
    let (mut out, mut until) = (String::new(), 0);
    for (column, c) in (1..).zip(line.chars()) {
        while let Some((_, to)) = spans.next_if(|(from, _)| *from <= column) {
            if column >= until {
                out.push_str(REDACTED);
            }
            until = to.max(until);
        }
        if column >= until {
            out.push(c);
        }
    }
    out
}

/// Whether the lines that follow belong to a credential that began above.
#[derive(Debug, Default)]
struct Inside {
    private_key: bool,
    /// The indentation of the key whose value goes on below it.
    below: Option<usize>,
}

impl Inside {
    /// Redacts the first line of a block scalar, and remembers that those below it belong to it.
    fn redact_block(&mut self, line: &str) -> String {
        self.below = Some(indent(line).saturating_sub(1));
        self.redact(line)
    }

    fn redact(&mut self, line: &str) -> String {
        let indent = indent(line);
        let is_item = line.trim_start().starts_with("- ");
        let goes_on =
            self.below.is_some_and(|above| indent > above || indent == above && is_item || line.trim().is_empty());
        let was_private_key = self.private_key;
        self.private_key = line.contains("PRIVATE KEY-----") && line.contains("BEGIN")
            || self.private_key && !line.contains("-----END");
        if goes_on || was_private_key {
            return format!("{}{REDACTED}", line.get(..indent).unwrap_or_default());
        }
        let dashed = line.trim_start().trim_start_matches("- ").trim_start();
        let key = dashed.split(':').next().unwrap_or_default().trim_matches(|c: char| " \"'".contains(c));
        self.below = (line.contains(':') && is_named(key)).then_some(line.len() - dashed.len());
        redact_line(line)
    }
}

fn redact_line(line: &str) -> String {
    let shown = scrub(line);
    LINE.as_ref()
        .map_or_else(|| REDACTED.to_owned(), |named| named.replace(&shown, format!("${{1}}{REDACTED}")).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::model::credential::may_be_in;

    fn pointers(text: &str) -> Vec<String> {
        let mut root = crate::parse::yaml::read(text, false).remove(0).root.unwrap();
        take(&mut root, may_be_in(text)).into_iter().map(|taken| taken.pointer).collect()
    }

    #[test]
    fn credentials_are_taken_wherever_they_stand() {
        for text in [
            "database_password_prod: hunter2",
            "PASSWORD_PROD: hunter2",
            "env: [{name: DB_PASSWORD, value: hunter2}]",
            "secretRef: {password: hunter2hunter}",
            "secretRef: AKIAABCDEFGHIJKLMNOP",
            "secretRef: {name: AKIAABCDEFGHIJKLMNOP}",
            "a: postgres://ana:hun:ter2@db",
            "a: Postgres://a:p@db",
            "a: redis://:p@db",
            "password: 84736251",
            "password: {value: hunter2}",
            "password:\n- hunter2hunter\n",
            "kind: ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "reason: password=hunter2hunter",
            "reason: \"db is postgres://u:pw@host\"",
            "standards: [ok, 'api_key: abcd1234efgh5678']",
            "'password=hunter2hunter': x",
            "reason: |\n  for the crawler:\n  --token=9f8e7d6c5b\n",
        ] {
            assert_eq!(pointers(text).len(), 1, "{text}");
        }
        for text in [
            "tokenBudget: \"100000\"",
            "maxTokens: 1000000",
            "tokens: hunter2",
            "passwordPolicy: {rotation: quarterly}",
            "secretRef: {name: search-password, key: value}",
            "secretRef: vault/search/crawler",
            "password: 12",
            "password: true",
            "password: {secretRef: vault/a}",
            "url: https://acme.example:443/a@b",
            "reason: \"password: see vault\"",
            "reason: 'the token=${TOKEN} of GOV-231'",
        ] {
            assert_eq!(pointers(text), [""; 0], "{text}");
        }
    }

    const KEYS: &[&str] = &["a", "b", "name", "value", "password", "\"pa\\x73sword\"", "\"p\\u00e4ss\"", "to7ken", "é"];

    /// Credentials and parts of them, some of which only the reader of YAML puts together.
    const PIECES: &[&str] = &[
        "AKIAABCDEFGHIJKLMNOP",
        "\\x41KIAABCDEFGHIJKLMNOP",
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN\n  RSA PRIVATE KEY-----",
        "https://u:pw@h",
        "pa\\x73sword=hunter2hunter",
        "pass",
        "word",
        "tok\\\n  en=hunter2hunter",
        "key",
        "=",
        "hunter2hunter",
        "é",
        "7",
        "-",
        "_",
        ".",
        " ",
        "\n  ",
        "Bearer",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn where_no_text_hints_at_a_credential_none_is_found(
            entries in prop::collection::vec(
                (
                    select(KEYS),
                    prop::collection::vec(select(PIECES), 1..4),
                    select(vec![("", ""), ("'", "'"), ("\"", "\""), (">-\n  ", ""), ("|\n  ", ""), ("[a, ", "]")]),
                ),
                1..4,
            ),
        ) {
            let entry = |(key, value, (before, after)): &(&str, Vec<&str>, (&str, &str))| {
                format!("{key}: {before}{}{after}\n", value.concat())
            };
            let text: String = entries.iter().map(entry).collect();
            let taken = |is_hinted: bool| -> Vec<String> {
                let roots = crate::parse::yaml::read(&text, false).into_iter().filter_map(|document| document.root);
                roots.flat_map(|mut root| take(&mut root, is_hinted)).map(|taken| taken.pointer).collect()
            };
            prop_assert_eq!(taken(true), taken(may_be_in(&text)), "{}", text);
        }
    }

    #[test]
    fn excerpts_are_cut_by_the_tree() {
        let text = "{\"dbPassword\":\"hunter2hunter\",\"é\":{\"password\":[\"one-more\",\"and-more\"]},\"a\":1}\n";
        let mut root = crate::parse::yaml::read(text, false).remove(0).root.unwrap();
        let shown: String = redacted_lines(text, &take(&mut root, true)).collect();
        for secret in ["hunter2", "more"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        let block = "a:\n  password:\n  - hunter2hunter\n  team: x\n";
        let shown: Vec<String> = redacted_lines(block, &[]).collect();
        assert_eq!(shown[2..], [format!("  {REDACTED}"), "  team: x".to_owned()]);
        let block = "spec:\n  reason: |-\n    password:\n    hunter2hunter\n  team: x\n";
        let mut root = crate::parse::yaml::read(block, false).remove(0).root.unwrap();
        let shown: Vec<String> = redacted_lines(block, &take(&mut root, true)).collect();
        assert!(!shown.concat().contains("hunter2") && shown[4] == "  team: x", "{shown:?}");
        let flow: String = redacted_lines("{\"a\":1,\"dbPassword\":\"hunter2hunter\"", &[]).collect();
        assert!(!flow.contains("hunter2") && flow.contains("dbPassword"), "{flow}");
    }

    #[test]
    fn a_line_is_shown_without_them() {
        assert_eq!(redact_line("  password: hunter2 # old"), format!("  password: {REDACTED}"));
        assert_eq!(redact_line("name: x # password=hunter2"), format!("name: x # password={REDACTED}"));
        assert_eq!(redact_line("key AKIAABCDEFGHIJKLMNOP end"), format!("key {REDACTED} end"));
        let block = "a:\n  password: |\n    hunter2\n\n    more\n  team: x\nkey: -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nend";
        let shown: Vec<String> = redacted_lines(block, &[]).collect();
        for secret in ["hunter2", "more", "MIIE"] {
            assert!(!shown.concat().contains(secret), "{shown:?}");
        }
        assert_eq!((shown[5].as_str(), shown[9].as_str()), ("  team: x", "end"));
        assert_eq!(redact_line("members: [\"user:ana\"]"), "members: [\"user:ana\"]");
    }
}
