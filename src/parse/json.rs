//! JSON where it differs from YAML: pairs of surrogates, and the comments that other programs' files have.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::Chars;

use serde::de::IgnoredAny;

use super::yaml::Problem;
use crate::model::code::Code;
use crate::model::origin::Span;

/// Says whether a text may hold pairs of escaped surrogates.
pub fn may_have_pairs(text: &str) -> bool {
    text.contains("\\ud") || text.contains("\\uD")
}

/// Takes a text apart, with each pair of escaped surrogates (RFC 8259, section 7) as the one escape that YAML has for it.
///
/// Such a part is marked; it is two characters shorter than what it stands for.
pub fn joined(text: &str) -> Vec<(Cow<'_, str>, bool)> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        parts.push((Cow::Borrowed(before), false));
        let (part, after) = match pair(escape) {
            Some((character, after)) => ((Cow::Owned(format!("\\U{:08X}", u32::from(character))), true), after),
            None => {
                let length = escape.chars().take(2).map(char::len_utf8).sum();
                let (two, after) = escape.split_at(length);
                ((Cow::Borrowed(two), false), after)
            }
        };
        parts.push(part);
        rest = after;
    }
    parts.push((Cow::Borrowed(rest), false));
    parts
}

/// Reads a pair of escaped surrogates at the start of a text, and returns what follows it.
fn pair(text: &str) -> Option<(char, &str)> {
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?, 16).ok();
    let units = [unit(text.get(..6)?)?, unit(text.get(6..12)?)?];
    let mut characters = char::decode_utf16(units);
    let character = characters.next()?.ok()?;
    characters.next().is_none().then_some((character, text.get(12..)?))
}

/// Finds where the bytes of a file stop being JSON (RFC 8259): YAML reads more than that, and other readers of JSON do not.
pub fn refused(bytes: &[u8]) -> Option<Problem> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let error = serde_json::from_str::<IgnoredAny>(text).err()?;
    let line = text.lines().nth(error.line().checked_sub(1)?).unwrap_or_default();
    let before = line.get(..error.column().saturating_sub(1));
    let column = before.map_or(0, |before| before.chars().count()) + 1;
    let [line, column] = [error.line(), column].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    let message = error.to_string();
    let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    Some(Problem {
        code: Code::Syntax,
        span: Span { line, column, end_line: line, end_column: column.saturating_add(1) },
        message: format!("this is not JSON: {what}"),
        help: "write JSON, or name the file `.yaml`",
        related: None,
    })
}

/// Says whether a text is whole JSON but for comments and commas before a bracket that closes.
pub fn is_whole(text: &str) -> bool {
    let bare = without_comments(text);
    let mut values = serde_json::Deserializer::from_str(&bare).into_iter::<IgnoredAny>();
    values.all(|value| value.is_ok())
}

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('"', _) => {
                out.push(c);
                copy_string(&mut chars, &mut out);
            }
            ('/', Some('/')) => while chars.next_if(|c| *c != '\n').is_some() {},
            ('/', Some('*')) => {
                let mut last = ' ';
                chars.next();
                while let Some(c) = chars.next().filter(|c| (last, *c) != ('*', '/')) {
                    last = c;
                }
            }
            (']' | '}', _) => {
                let kept = out.trim_end();
                out.truncate(kept.strip_suffix(',').unwrap_or(kept).len());
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

fn copy_string(chars: &mut Peekable<Chars<'_>>, out: &mut String) {
    while let Some(c) = chars.next() {
        out.push(c);
        match c {
            '"' => return,
            '\\' => out.extend(chars.next()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_surrogates_are_joined_and_nothing_else_is() {
        let whole = |text| joined(text).into_iter().map(|(part, _)| part).collect::<String>();
        let text = whole(r#"{"a\\ud83d": "\ud83d\uDE00 \ud83d é\u00e9"}"#);
        assert_eq!(text, r#"{"a\\ud83d": "\U0001F600 \ud83d é\u00e9"}"#);
        assert_eq!(whole("\\ud8é\\"), "\\ud8é\\");
    }

    #[test]
    fn comments_are_no_damage_and_an_end_that_is_missing_is() {
        for text in ["{ // a\n \"x//\": 1, /* b ** */ }", "[1,\n2,]", "{}\n{}", ""] {
            assert!(is_whole(text), "{text}");
        }
        for text in ["{\"a\": [1, 2", "{ // a\n \"x\": 1", "{\"a\": \"b"] {
            assert!(!is_whole(text), "{text}");
        }
    }
}
