//! Source files, and their text without what is no code.

use std::fs;
use std::path::Path;

/// One file of the project.
pub struct Source {
    /// The path below `src`, with `/` between its parts.
    pub path: String,
    /// The text as it is.
    pub text: String,
    /// The text with comments and literals blanked; lines and columns stay.
    pub code: String,
    /// The code with `#[cfg(test)] mod` blanked too.
    pub shipped: String,
}

impl Source {
    /// Makes a source of a text.
    pub fn new(path: &str, text: &str) -> Self {
        let code = blank(text);
        let is_test = path.ends_with("/tests.rs") || path.contains("/tests/");
        let shipped = if is_test { blank_range(&code, 0, code.len()) } else { without_tests(&code) };
        Source { path: path.to_owned(), text: text.to_owned(), code, shipped }
    }

    /// Reads every Rust file below a folder of the project, sorted.
    pub fn all(folder: &str) -> Vec<Source> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut sources = Vec::new();
        collect(&root, &root, &mut sources);
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        sources
    }

    /// Returns the room of the house that the file is in: the first part of its path.
    pub fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Returns the parts of the module's path: `parse/yaml.rs` is `parse::yaml`.
    pub fn module(&self) -> Vec<&str> {
        let stem = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        let parts = stem.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main"));
        parts.collect()
    }

    /// Names a place in the file.
    pub fn at(&self, offset: usize) -> String {
        format!("src/{}:{}", self.path, line_of(&self.text, offset))
    }
}

/// Counts the line of an offset from 1.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            sources.push(Source::new(&below, &fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Blanks comments and the insides of literals with spaces, byte by byte; line breaks stay.
fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = literal_or_comment(bytes, at);
        if end > at {
            out.extend(bytes[at..end].iter().map(|byte| if *byte == b'\n' { '\n' } else { ' ' }));
            at = end;
        } else if is_word(bytes[at]) {
            let end = word_end(bytes, at);
            out.extend(bytes[at..end].iter().map(|byte| char::from(*byte)));
            at = end;
        } else {
            out.push(if bytes[at].is_ascii() { char::from(bytes[at]) } else { ' ' });
            at += 1;
        }
    }
    out
}

/// Says whether a byte may stand in an identifier.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Finds the end of the identifier at `at`.
pub fn word_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| !is_word(*byte)).map_or(bytes.len(), |length| at + length)
}

/// Finds the end of the comment or literal that begins at `at`, or `at` itself where none does.
fn literal_or_comment(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return rest.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length);
    }
    if rest.starts_with(b"/*") {
        return block_comment(bytes, at);
    }
    let prefix = rest.iter().take(2).take_while(|byte| matches!(byte, b'b' | b'r' | b'c')).count();
    let raw = rest[..prefix].contains(&b'r');
    let hashes = if raw { rest[prefix..].iter().take_while(|byte| **byte == b'#').count() } else { 0 };
    match rest.get(prefix + hashes) {
        Some(b'"') if raw => raw_string(bytes, at + prefix + hashes + 1, hashes),
        Some(b'"') => quoted(bytes, at + prefix + 1, b'"'),
        Some(b'\'') if !raw && is_char(&rest[prefix + 1..]) => quoted(bytes, at + prefix + 1, b'\''),
        _ => at,
    }
}

/// Tells a character literal from a lifetime: it is closed after one character or an escape.
fn is_char(after_quote: &[u8]) -> bool {
    let text = String::from_utf8_lossy(after_quote.get(..8.min(after_quote.len())).unwrap_or_default()).into_owned();
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first == '\\' || chars.next() == Some('\''))
}

fn quoted(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn raw_string(bytes: &[u8], from: usize, hashes: usize) -> usize {
    let close = format!("\"{}", "#".repeat(hashes));
    let found = bytes[from..].windows(close.len()).position(|window| window == close.as_bytes());
    found.map_or(bytes.len(), |length| from + length + close.len())
}

fn block_comment(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0;
    while at < bytes.len() {
        let step = match bytes.get(at..at + 2) {
            Some(b"/*") => {
                depth += 1;
                2
            }
            Some(b"*/") => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// Finds the offset after the brace that closes the first one at or after `from`.
pub fn braces(code: &str, from: usize) -> Option<(usize, usize)> {
    let open = from + code.get(from..)?.find('{')?;
    let mut depth = 0usize;
    for (offset, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((open, offset + 1));
        }
    }
    None
}

fn blank_range(code: &str, from: usize, to: usize) -> String {
    let keep = |(offset, c): (usize, char)| if c != '\n' && (from..to).contains(&offset) { ' ' } else { c };
    code.char_indices().map(keep).collect()
}

fn without_tests(code: &str) -> String {
    let mut code = code.to_owned();
    let mut from = 0;
    while let Some(found) = code[from..].find("#[cfg(test)]") {
        let start = from + found;
        let item = code[start + "#[cfg(test)]".len()..].trim_start();
        let is_module = item.starts_with("mod ") || item.starts_with("pub mod ");
        match braces(&code, start).filter(|_| is_module && !item.split('{').next().unwrap_or_default().contains(';')) {
            Some((_, end)) => {
                code = blank_range(&code, start, end);
                from = end;
            }
            None => from = start + 1,
        }
    }
    code
}

#[test]
fn comments_and_literals_are_no_code() {
    let code = blank("a /* b /* c */ d */ e // f\n\"g\\\"h\" r#\"i\"j\"# 'k' '\\'' b\"l\" &'m n \u{17c} \"\u{17c}\"");
    let words: Vec<&str> = code.split_ascii_whitespace().collect();
    assert_eq!(words, ["a", "e", "&'m", "n"]);
    assert_eq!(line_of(&code, code.find('n').unwrap()), 2);
}

#[test]
fn test_modules_are_not_shipped() {
    let source = Source::new("a/b.rs", "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { if c {} } }\nfn d() {}\n");
    assert!(source.shipped.contains("fn a") && source.shipped.contains("fn d") && !source.shipped.contains("fn b"));
    assert_eq!((source.room(), source.module()), ("a", vec!["a", "b"]));
    assert!(Source::new("a/tests.rs", "fn b() {}").shipped.trim().is_empty());
}
