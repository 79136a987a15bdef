//! What a finding is known by from one report to the next: what it is about, never the number of its line.

use std::collections::BTreeMap;

use crate::model::excerpt::Excerpts;
use crate::model::finding::Finding;

/// Returns a fingerprint for each of some findings, in their order: 32 hex digits, no two of them equal.
///
/// It survives that lines, documents and elements of lists move. Findings that cannot be told apart are counted.
pub fn all<'a>(findings: impl IntoIterator<Item = &'a Finding>, excerpts: &Excerpts) -> Vec<String> {
    let mut seen: BTreeMap<[String; 4], u32> = BTreeMap::new();
    let fingerprint = |finding| {
        let subject = subject(finding, excerpts);
        let earlier = seen.entry(subject.clone()).or_default();
        let mut hasher = blake3::Hasher::new();
        for part in subject.iter().chain([&earlier.to_string()]) {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        *earlier += 1;
        hasher.finalize().to_hex().chars().take(32).collect()
    };
    findings.into_iter().map(fingerprint).collect()
}

/// Says what a finding is about: its code and file, the path of keys, and what is written in the marked place.
fn subject(finding: &Finding, excerpts: &Excerpts) -> [String; 4] {
    let origin = &finding.origin;
    let is_index = |token: &&str| token.bytes().all(|byte| byte.is_ascii_digit());
    let keys: Vec<&str> = origin.pointer.split('/').filter(|token| !is_index(token)).collect();
    [finding.shown_code().to_owned(), origin.path.to_string(), keys.join("/"), marked(finding, excerpts)]
}

/// Returns what is written in the marked place, or on the rest of its line, with single spaces.
fn marked(finding: &Finding, excerpts: &Excerpts) -> String {
    let Some(span) = finding.origin.span else { return String::new() };
    let lines = excerpts.lines(&finding.origin.path, span.line, span.line).unwrap_or_default();
    let length = if span.end_line > span.line { u32::MAX } else { span.end_column.saturating_sub(span.column) };
    let from = span.column.saturating_sub(1) as usize;
    let text: String = lines.concat().chars().skip(from).take(length as usize).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
