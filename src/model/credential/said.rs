//! Credentials in the middle of a text: `password=…`, `api_key: …`, `--token …`, `Bearer …`, `curl -u user:…`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::REDACTED;
use super::key::is_named;
use super::value::{Trust, is_value};

/// Words of which one stands in every text that holds one.
pub const WORDS: &str = "(?i)pass|pwd|secret|token|key|credential|authorization|bearer|basic|curl";

/// What stands before a value. The group `key` has to be that of a credential; `whole` and `sure` say how much to trust.
const LEADS: &[&str] = &[
    r#"(?<whole>\bcurl\b[^\n]*?\s(?:-u|--user|-U|--proxy-user)[ =]*["']?[^\s:"']+:)"#,
    r#"(?:(?<sure>(?i:authorization))\\?["'`]?\s*[:=]\s*\\?["'`]?)?\b(?i:bearer|basic) +"#,
    r#"(?<key>(?:(?i:api|access|private|secret) )?[A-Za-z][\w.-]*)\\?["'`]?\s*(?:(?<sure>:?=>?)|:)\s*"#,
    r"--(?<key>[A-Za-z][\w.-]*) +",
];

static PATTERNS: LazyLock<Option<Vec<Regex>>> =
    LazyLock::new(|| LEADS.iter().map(|lead| Regex::new(lead)).collect::<Result<_, _>>().ok());

/// How many bytes of a value are judged: a text is read in one go, however long it is.
const ENOUGH: usize = 64;

/// Says whether a text holds a credential.
pub fn is_in(text: &str) -> bool {
    PATTERNS.as_ref().is_none_or(|patterns| patterns.iter().any(|lead| next(lead, text, 0).is_some()))
}

/// Takes the credentials out of a text.
pub fn scrub(text: String) -> String {
    let Some(patterns) = PATTERNS.as_ref() else { return REDACTED.to_owned() };
    patterns.iter().fold(text, |text, lead| without(lead, &text))
}

fn without(lead: &Regex, text: &str) -> String {
    let (mut out, mut from) = (String::new(), 0);
    while let Some(found) = next(lead, text, from) {
        out.push_str(text.get(from..found.start).unwrap_or_default());
        out.push_str(REDACTED);
        from = found.end;
    }
    out + text.get(from..).unwrap_or_default()
}

/// Finds the first value behind a lead, from a place on.
fn next(lead: &Regex, text: &str, mut from: usize) -> Option<Range<usize>> {
    while let Some(found) = lead.captures_at(text, from) {
        from = found.get(0)?.end();
        let is_telling = found.name("key").is_none_or(|key| is_named(key.as_str()));
        if let Some(length) = text.get(from..).filter(|_| is_telling).and_then(|rest| value(rest, trust(&found))) {
            return Some(from + length.start..from + length.end);
        }
    }
    None
}

fn trust(lead: &Captures<'_>) -> Trust {
    if lead.name("whole").is_some() {
        Trust::Whole
    } else if lead.name("sure").is_some() {
        Trust::Assigned
    } else {
        Trust::Said
    }
}

/// Finds the value with which a text begins: up to the quote that closes it, or to the next space.
fn value(text: &str, trust: Trust) -> Option<Range<usize>> {
    let bare = text.trim_start_matches('\\');
    let quote = bare.chars().next().filter(|first| "\"'`".contains(*first));
    let start = quote.map_or(0, |quote| text.len() - bare.len() + quote.len_utf8());
    let rest = text.get(start..)?;
    let ends = |c: char| quote.map_or(c.is_whitespace(), |quote| c == quote || c == '\n');
    let closes = |c: char| ends(c) || quote.is_none() && ",;&)]}>\"'`|".contains(c);
    let looked_at = rest.get(..rest.floor_char_boundary(ENOUGH))?;
    let judged = looked_at.split(closes).next()?;
    if !judged.split_whitespace().any(|word| is_value(word, trust)) {
        return None;
    }
    let whole = rest.split(ends).next()?;
    let whole = if quote.is_some() { whole } else { whole.trim_end_matches([',', ';', ')', ']', '}', '"', '\'', '.']) };
    Some(start..start + whole.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_with_a_value_is_found_and_taken_out() {
        for (text, secret) in [
            ("password=hunter2hunter", "hunter2hunter"),
            ("Server=x;User Id=a;Password=Sup3rSecret;", "Sup3rSecret"),
            ("api_key: abcd1234efgh5678", "abcd1234efgh5678"),
            ("use the API key: abcd1234efgh5678, not mine", "abcd1234efgh5678"),
            ("deploy --token=9f8e7d6c5b", "9f8e7d6c5b"),
            ("deploy --token 9f8e7d6c5b now", "9f8e7d6c5b"),
            ("Authorization: Bearer 9f8e7d6c5b", "9f8e7d6c5b"),
            ("-H 'Authorization: Basic dXNlcjpwYXNz'", "dXNlcjpwYXNz"),
            ("Bearer abcdefghijklmnopqrstuvw", "abcdefghijklmnopqrstuvw"),
            ("-H 'X-Api-Key: abcd1234'", "abcd1234"),
            ("curl -s -u user:pass https://acme.example", "pass "),
            ("curl -uana:$ecret https://acme.example", "$ecret"),
            ("curl --user 'ana:pw' https://acme.example", "pw"),
            ("the password is still password: hunter2.", "hunter2"),
            ("{\\\"password\\\":\\\"hunter2\\\"}", "hunter2"),
            ("password='correct horse battery staple9'", "horse"),
            ("DB_PASSWORD=letmeinplease", "letmeinplease"),
            ("https://acme.example/?access_token=9f8e7d6c5b&x=1", "9f8e7d6c5b"),
            ("passwd=84736251", "84736251"),
            ("secret: 550e8400-e29b-41d4-a716-446655440000", "550e8400"),
            ("token=${A} password=hunter2", "hunter2"),
            ("password=$ecret12", "$ecret12"),
            ("password := P@ssword", "P@ssword"),
        ] {
            assert!(is_in(text), "{text}");
            let shown = scrub(text.to_owned());
            assert!(!shown.contains(secret) && shown.contains(REDACTED), "{text} -> {shown}");
            assert!(!is_in(&shown), "{shown}");
        }
        assert_eq!(scrub("a (password=hunter2), b".into()), format!("a (password={REDACTED}), b"));
        assert_eq!(scrub("token='abcd1234' b".into()), format!("token='{REDACTED}' b"));
    }

    #[test]
    fn what_is_only_talked_about_is_left() {
        for text in [
            "password: see vault",
            "token: rotated in 90days, GOV-2311",
            "password=${DB_PASSWORD}",
            "password=$DB_PASSWORD and --token $TOKEN",
            "password=<your password>",
            "password=your-password-1",
            "password: {{ vault.password1 }}",
            "password=changeme",
            "password=********",
            "token=xxxxxxxxxxxx",
            "secret: vault/team1/crawler2",
            "secret=arn:aws:secretsmanager:eu-1:123:secret:db",
            "token=getToken(user1)",
            "token: https://vault.acme.example/v1/db",
            "private key: ed25519, api key: v2, token: OAuth2.0",
            "TOKEN=GITHUB_TOKEN_2",
            "cost per token: 0.000015",
            "rotate the secret: 2026-12-31",
            "basic responsibilities, bearer of news",
            "Basic authentication is off",
            "secret=required, password=optional",
            "docker run --user 1000:1000",
            "curl -u $USER:$PASSWORD https://acme.example",
            "user:ana write:token_config monkey: banana12",
            "budget: 3000 tokens: 1000000",
            "password policy: rotation90x",
            "password=‹redacted›",
        ] {
            assert!(!is_in(text), "{text}");
            assert_eq!(scrub(text.to_owned()), text);
        }
    }

    #[test]
    fn a_long_text_is_read_in_one_go() {
        for piece in ["token:", "token=", "password=\\", "curl -u ", "a b:", "basic ", "secret: ${A} ", "--token "] {
            let text = piece.repeat(1_000_000 / piece.len());
            let _ = (is_in(&text), scrub(text));
        }
    }
}
