//! Texts that are nearly manifests: one changed in one place, or made of the words of many.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::indexing_slicing, reason = "a test may")]

use crate::organisation::Dice;

/// The words and signs that YAML, JSON and manifests are made of.
pub const TOKENS: [&str; 73] = [
    "apiVersion",
    "kind",
    "metadata",
    "spec",
    "name",
    "team",
    "charter/v1",
    "Team",
    "RoleBinding",
    "Organization",
    "Budget",
    "Membership",
    "Person",
    "Role",
    "Group",
    "members",
    "subjects",
    "role",
    "permissions",
    "user:ana",
    "team:web",
    "group:g",
    "limit",
    "month",
    "window",
    "settings",
    "roles",
    "until",
    "2026-12-31",
    "3000",
    "1e400",
    "0x1f",
    "true",
    "null",
    "~",
    ": ",
    ":",
    "- ",
    "-",
    "\n",
    "\n",
    "\n  ",
    "\n    ",
    "\n- ",
    "  ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "\"",
    "'",
    "\\",
    "&a ",
    "*a",
    "<<: ",
    "!!str ",
    "!x ",
    "|\n  ",
    ">-\n  ",
    "? ",
    "# ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "\t",
    "\r\n",
    "\u{feff}",
    "\u{85}",
    "\0",
    "é",
    "\u{1f600}",
    "$ref",
];

/// Changes a text in one place: flips, takes out, doubles, or puts a word of a manifest in.
pub fn mutate(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let from = dice.below(bytes.len());
    let to = (from + 1 + dice.below(12)).min(bytes.len());
    match dice.below(6) {
        0 if from < bytes.len() => bytes[from] ^= 1 << dice.below(8),
        1 => drop(bytes.drain(from..to)),
        2 => {
            let part = bytes[from..to].to_vec();
            bytes.splice(from..from, part);
        }
        3 => bytes.truncate(from),
        _ => {
            let token = TOKENS[dice.below(TOKENS.len())].bytes();
            bytes.splice(from..from, token);
        }
    }
}
