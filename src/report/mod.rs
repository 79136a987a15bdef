//! Values to text and to the formats of other tools: pure functions of one report, plan or list.
//!
//! Nothing untrusted reaches a terminal raw, or another format as its markup.

pub mod access;
pub mod check;
pub mod drift;
pub mod escape;
pub mod fields;
mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod page;
pub mod plan;
pub mod sarif;
pub mod table;
mod window;

/// Counts things in words: `1 error`, `2 errors`.
pub fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{} {word}s", grouped(count)) }
}

/// Separates thousands: `20,000`.
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
