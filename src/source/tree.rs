//! The entries of directories: what they are, which of their names no two systems read alike, which two are twins.
//!
//! Pure functions of bytes: a tree object is read here, and not by libgit2, because libgit2 refuses a hostile tree as a
//! whole where the author should be told which name it is.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::limits;

/// How many bytes a SHA-1 object id has.
const ID_BYTES: usize = 20;

/// What an entry of a directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Directory,
    File,
    Link,
    Submodule,
    /// A pipe, a socket, a device, or a mode that git does not know.
    Special,
}

/// An entry of a tree object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The name as it stands there, whatever its bytes.
    pub name: &'a [u8],
    pub sort: Sort,
    /// The raw object id.
    pub id: &'a [u8],
}

/// Reads a tree object; `None` where it is not one.
pub fn entries(mut tree: &[u8]) -> Option<Vec<Entry<'_>>> {
    let mut entries = Vec::new();
    while !tree.is_empty() {
        let (entry, rest) = entry(tree)?;
        entries.push(entry);
        tree = rest;
    }
    Some(entries)
}

fn entry(bytes: &[u8]) -> Option<(Entry<'_>, &[u8])> {
    let (mode, rest) = cut(bytes, b' ')?;
    let (name, rest) = cut(rest, 0)?;
    let (id, rest) = rest.split_at_checked(ID_BYTES)?;
    let mode = u32::from_str_radix(std::str::from_utf8(mode).ok()?, 8).ok()?;
    Some((Entry { name, sort: sort(mode), id }, rest))
}

fn cut(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let (before, after) = bytes.split_at_checked(bytes.iter().position(|byte| *byte == at)?)?;
    Some((before, after.get(1..)?))
}

/// Says what a mode of a tree entry stands for (the file types of POSIX, and git's own for a submodule).
fn sort(mode: u32) -> Sort {
    match mode & 0o170_000 {
        0o040_000 => Sort::Directory,
        0o100_000 => Sort::File,
        0o120_000 => Sort::Link,
        0o160_000 => Sort::Submodule,
        _ => Sort::Special,
    }
}

/// Reads a name, or says what is wrong with it.
///
/// # Errors
/// What is wrong, to follow the words "its name".
pub fn name(bytes: &[u8]) -> Result<&str, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8")?;
    match text {
        "" => Err("is empty"),
        "." | ".." => Err("leads out of its directory"),
        _ if bytes.len() > limits::NAME_BYTES => Err("is longer than 255 bytes"),
        _ if text.contains('/') => Err("holds a slash"),
        _ if text.contains('\\') => Err("holds a backslash, which some systems take for a separator"),
        _ if text.chars().any(is_hidden) => Err("holds a control or direction character, which nobody sees"),
        _ if is_git_directory(text) => Err("is git's own on some systems"),
        _ => Ok(text),
    }
}

/// Says whether a character is shown as nothing, breaks a line, or turns the direction of what follows it.
fn is_hidden(c: char) -> bool {
    let is_separator = matches!(c, '\u{2028}' | '\u{2029}');
    let is_direction =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || is_separator || is_direction
}

/// Says whether HFS+ leaves a character out when it compares names.
fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

/// Says whether some system opens `.git` under a name: by another case, a short name or a stream of NTFS, trailing dots
/// and spaces, or characters that HFS+ ignores.
fn is_git_directory(text: &str) -> bool {
    let seen: String = text.chars().filter(|c| !is_ignorable(*c)).collect();
    let stem = seen.split(':').next().unwrap_or_default().trim_end_matches(['.', ' ']);
    stem.eq_ignore_ascii_case(".git") || stem.eq_ignore_ascii_case("git~1")
}

/// Folds a name: two names with one fold are one file on a system that ignores case or normalises Unicode.
fn fold(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    // Upper case first: it is what makes one of `ß` and `ss`, and of the two sigmas.
    name.nfd().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfd().collect()
}

/// The names met in one directory, to find twins.
#[derive(Debug, Default)]
pub struct Twins(HashMap<String, String>);

impl Twins {
    /// Says whether a name was met, or one that is the same to some system.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(&fold(name))
    }

    /// Notes a name and returns the name met before that is the same to some system.
    pub fn meet(&mut self, name: &str) -> Option<String> {
        let key = fold(name);
        match self.0.get(&key) {
            Some(earlier) => Some(earlier.clone()),
            None => {
                self.0.insert(key, name.to_owned());
                None
            }
        }
    }
}

/// Writes bytes so that they can be printed: what is hidden or is not UTF-8 as an escape, and not endlessly.
pub fn escape(bytes: &[u8]) -> String {
    const LONGEST: usize = 4096;
    let mut text = String::new();
    for chunk in bytes.get(..LONGEST).unwrap_or(bytes).utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_hidden(c) || is_ignorable(c) || c == '\\' { text.extend(c.escape_default()) } else { text.push(c) }
        }
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    if bytes.len() > LONGEST { format!("{text}…") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_two_systems_read_differently_is_refused() {
        let good = ["a.yaml", "zażółć.yaml", "..a", ".gitignore", ".github", "a b", "git~10", "日本"];
        assert!(good.iter().all(|text| name(text.as_bytes()).is_ok()));
        let long = "x".repeat(256);
        let bad: [&[u8]; 17] = [
            b"",
            b".",
            b"..",
            b"a/b",
            b"a\\b",
            b"a\nb",
            b"a\x7fb",
            b"a\xff",
            b".git",
            b".GiT",
            b"git~1",
            b".git. ",
            b".git::$INDEX_ALLOCATION",
            ".g\u{200c}it".as_bytes(),
            "a\u{202e}b".as_bytes(),
            "a\u{2028}".as_bytes(),
            long.as_bytes(),
        ];
        for bytes in bad {
            assert!(name(bytes).is_err(), "{}", escape(bytes));
        }
    }

    #[test]
    fn twins_differ_in_case_or_normal_form_alone() {
        let mut twins = Twins::default();
        assert_eq!(twins.meet("Team.yaml"), None);
        assert_eq!(twins.meet("team.YAML"), Some("Team.yaml".into()));
        assert_eq!(twins.meet("\u{e9}"), None);
        assert_eq!(twins.meet("E\u{301}"), Some("\u{e9}".into()));
        assert_eq!(twins.meet("straße"), None);
        assert_eq!(twins.meet("STRASSE"), Some("straße".into()));
    }

    #[test]
    fn what_is_printed_holds_no_control_character() {
        assert_eq!(escape(b"a\x1b[31m\xff\\"), "a\\u{1b}[31m\\xff\\\\");
        assert_eq!(escape("\u{202e}ż".as_bytes()), "\\u{202e}ż");
    }

    #[test]
    fn a_broken_tree_object_is_not_read_in_part() {
        let whole = [b"100644 a\0".as_slice(), &[1; 20], b"40000 b\0", &[2; 20]].concat();
        assert_eq!(entries(&whole).map(|entries| entries.len()), Some(2));
        assert!((1..whole.len()).filter(|length| *length != 29).all(|length| entries(&whole[..length]).is_none()));
    }
}
