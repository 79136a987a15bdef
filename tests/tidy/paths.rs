//! The paths that a source names, groups of `use` taken apart.

use crate::source::{is_word, word_end};

/// A path such as `std::fs::read`, and where it begins.
#[derive(Debug)]
pub struct Named {
    pub offset: usize,
    pub segments: Vec<String>,
}

impl Named {
    /// Says whether the path begins with the segments of `prefix`.
    pub fn starts_with(&self, prefix: &str) -> bool {
        let wanted: Vec<&str> = prefix.split("::").collect();
        self.segments.len() >= wanted.len() && self.segments.iter().zip(&wanted).all(|(a, b)| a == b)
    }

    /// Says whether the segments of `part` stand in the path, next to each other.
    pub fn contains(&self, part: &str) -> bool {
        let wanted: Vec<&str> = part.split("::").collect();
        self.segments.windows(wanted.len()).any(|window| window == wanted)
    }
}

/// Lists every path of a code.
pub fn paths(code: &str) -> Vec<Named> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if is_word(bytes[at]) {
            at = tree(bytes, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

fn skip_space(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| !byte.is_ascii_whitespace()).map_or(bytes.len(), |length| at + length)
}

/// Reads the path at `at`, notes it (or, of a group, each of its members), and returns where it ends.
fn tree(bytes: &[u8], start: usize, prefix: &[String], found: &mut Vec<Named>) -> usize {
    let mut segments = prefix.to_vec();
    let mut at = start;
    loop {
        let end = word_end(bytes, at);
        if bytes.get(at) == Some(&b'*') {
            segments.push("*".to_owned());
            found.push(Named { offset: start, segments });
            return at + 1;
        }
        segments.push(String::from_utf8_lossy(&bytes[at..end]).into_owned());
        let after = skip_space(bytes, end);
        let next = skip_space(bytes, (after + 2).min(bytes.len()));
        let joined = bytes[after..].starts_with(b"::");
        match bytes.get(next) {
            Some(b'{') if joined => return group(bytes, next + 1, &segments, found),
            Some(byte) if joined && (is_word(*byte) || *byte == b'*') => at = next,
            _ => {
                found.push(Named { offset: start, segments });
                return end;
            }
        }
    }
}

fn group(bytes: &[u8], mut at: usize, prefix: &[String], found: &mut Vec<Named>) -> usize {
    while at < bytes.len() {
        at = match bytes[at] {
            b'}' => return at + 1,
            byte if is_word(byte) || byte == b'*' => {
                let end = tree(bytes, at, prefix, found);
                alias(bytes, end)
            }
            _ => at + 1,
        };
    }
    at
}

/// Skips `as name`.
fn alias(bytes: &[u8], at: usize) -> usize {
    let word = skip_space(bytes, at);
    if bytes[word..].starts_with(b"as ") { word_end(bytes, skip_space(bytes, word + 2)) } else { at }
}

#[test]
fn groups_are_taken_apart() {
    let named = paths("use std::{fmt, fs::{self, read}, io as input};\nlet x = crate::a ::\n b::<T>::c(y);");
    let joined: Vec<String> = named.iter().map(|named| named.segments.join("::")).collect();
    for wanted in ["std::fmt", "std::fs::self", "std::fs::read", "std::io", "crate::a::b"] {
        assert!(joined.iter().any(|path| path == wanted), "{wanted} in {joined:?}");
    }
    assert!(!joined.iter().any(|path| path.contains("input")));
    assert!(named[1].starts_with("std") || named[0].segments == ["use"]);
}
