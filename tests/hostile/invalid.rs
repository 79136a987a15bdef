//! The classes of invalid documents of the YAML test suite, in examples of our own.

use crate::{errors, one, team};

/// Settings that are no YAML, by what is wrong with them.
const SETTINGS: &[(&str, &str)] = &[
    ("a plain scalar after a mapping", "a:\n  b\nc\nd: e"),
    ("a key in a plain scalar of several lines", "a\n b\n  c: d"),
    ("a block scalar with an indentation of 0", "a: |0\n  b"),
    ("a block scalar with an indentation of two digits", "a: |10\n          b"),
    ("text after the indicator of a block scalar", "a: > b\n  c"),
    ("a comment glued to the indicator of a block scalar", "a: >#b\n  c"),
    ("a block scalar whose first line is indented too far", "a: |\n      \n  b"),
    ("a tab for indentation", "a:\n\tb: 1"),
    ("a tab before a dash", "a:\n\t- 1"),
    ("an item that is indented less", "a:\n   - b\n  - c"),
    ("an item that is indented more", "a:\n  - b\n    c: d"),
    ("a key that is indented less", "a:\n    b: 1\n  c: 2"),
    ("a key that is indented more", "a: 1\n  b: 2"),
    ("two anchors on a value", "a: &b &c d"),
    ("an anchor and an alias", "a: &b c\nd: &e *b"),
    ("an anchor before an item on its line", "a:\n  &b - c"),
    ("an escape that does not exist", "a: \"b\\.c\""),
    ("an escaped single quote in double quotes", "a: \"b\\'c\""),
    ("a hexadecimal escape that is cut off", "a: \"\\x4\""),
    ("an escape beyond Unicode", "a: \"\\U00110000\""),
    ("an escaped half of a surrogate pair", "a: \"\\ud800\""),
    ("a list on the line of a key", "a: - b\n   - c"),
    ("a key on the line of a flow mapping", "a: {b: c}d: e"),
    ("a flow list that does not end", "a: [b, [c]"),
    ("a flow mapping that does not end", "a: {b: c"),
    ("a flow list that ends twice", "a: [b]]"),
    ("a bracket that closes a brace", "a: {b: c]"),
    ("a scalar after a list", "a:\n  - b\n  c"),
    ("a scalar at the end of a mapping", "a: b\nc"),
    ("a key on two lines in double quotes", "\"a\n  b\": c"),
    ("a key on two lines in single quotes", "'a\n  b': c"),
    ("a plain key on two lines", "a\n  b: c"),
    ("a comment in a plain scalar", "a: b\n  # c\n  d"),
    ("a comment glued to a flow list", "a: [b]#c"),
    ("a comment glued to a quoted scalar", "a: \"b\"#c"),
    ("a comment glued to a comma", "a: [b,#c\n  d]"),
    ("a comma at the beginning of a flow list", "a: [, b]"),
    ("two commas in a flow list", "a: [b, , c]"),
    ("two commas at the end of a flow mapping", "a: {b: c,,}"),
    ("a missing comma in a flow list", "a: [\"b\" \"c\"]"),
    ("a missing comma in a flow mapping", "a: {b: \"c\" d: e}"),
    ("a flow list that is indented too little", "a: [\nb]"),
    ("a block scalar in a flow mapping", "a: {b: | c}"),
    ("a block scalar in a flow list", "a: [>-\n  b]"),
    ("a dash in a flow list", "a: [-, -]"),
    ("double quotes that do not end", "a: \"b"),
    ("single quotes that do not end", "a: 'b"),
    ("text after double quotes", "a: \"b\" c"),
    ("a key after quotes", "a: \"b\" c: d"),
    ("two mappings on a line", "a: b: c: d"),
    ("a mapping after a quoted value", "a: 'b': c"),
    ("an item after the end of a flow list", "a:\n  - [b]\n  c"),
    ("an item on the line of another", "a:\n  - {b: c}- d"),
    ("a tag with a brace", "a: !b{}c d"),
    ("a tag with a comma", "a: [!!str, b]"),
    ("a tag of a handle that nobody declared", "a: !b!c d"),
    ("a tag that is never closed", "a: !<b c"),
    ("an alias of nothing", "a: *b"),
    ("an alias that is a key", "*b : c"),
    ("a reserved indicator", "a: @b"),
    ("a reserved grave accent", "a: `b`"),
    ("a per cent sign at the beginning", "a: %b"),
    ("a control character in a plain scalar", "a: b\u{1}c"),
    ("a control character in quotes", "a: \"b\u{1b}[31mc\""),
    ("a control character in a block scalar", "a: |\n  b\u{8}c"),
    ("a control character in a comment", "a: b # \u{c}"),
    ("a control character of the upper half", "a: 'b\u{9b}c'"),
    ("a deletion", "a: b\u{7f}c"),
    ("a byte order mark in a scalar", "a: b\u{feff}c"),
    ("a byte order mark before a key", "\u{feff}a: b"),
    ("what is no character", "a: b\u{fffe}\u{ffff}c"),
];

/// Whole documents that are no YAML, by what is wrong with them. Each has a manifest in it.
const DOCUMENTS: &[(&str, &str)] = &[
    ("text after the end of a document", "apiVersion: charter/v1\nkind: Team\n... text\n"),
    ("a mapping on the line that begins a document", "--- apiVersion: charter/v1\n    kind: Team\n"),
    ("an anchor on the line that begins a document", "--- &a apiVersion: charter/v1\nkind: Team\n"),
    ("a marker of a document in double quotes", "apiVersion: charter/v1\nkind: \"\n---\nTeam\"\n"),
    ("a marker of a document in single quotes", "apiVersion: charter/v1\nkind: '\n...\nTeam'\n"),
    ("a marker of a document in a flow list", "apiVersion: charter/v1\nkind: [\n---\n]\n"),
    ("a directive after a document that did not end", "apiVersion: charter/v1\n%YAML 1.2\n---\nkind: Team\n"),
    ("a directive without a document", "%YAML 1.2\n# apiVersion: charter/v1\n"),
    ("a directive with too many words", "%YAML 1.2 foo\n---\napiVersion: charter/v1\nkind: Team\n"),
    ("a directive twice", "%YAML 1.2\n%YAML 1.2\n---\napiVersion: charter/v1\nkind: Team\n"),
    ("a handle of another document", "%TAG !p! tag:a,2026:\n---\na: 1\n---\n!p!b {apiVersion: charter/v1}\n"),
    ("a version of YAML to come", "%YAML 3.0\n---\napiVersion: charter/v1\nkind: Team\n"),
    ("a key without a colon", "apiVersion: charter/v1\nkind Team\n"),
    ("a byte order mark after a document", "apiVersion: charter/v1\nkind: Team\n---\n\u{feff}# b\n"),
    ("two byte order marks", "\u{feff}\u{feff}apiVersion: charter/v1\nkind: Team\n"),
    ("JSON that is cut off", "{\"apiVersion\": \"charter/v1\", \"kind\": \"Team\""),
    ("JSON with text behind it", "{\"apiVersion\": \"charter/v1\", \"kind\": \"Team\"} x"),
    ("a conflict of a merge", "<<<<<<< HEAD\napiVersion: charter/v1\n=======\napiVersion: charter/v1\n>>>>>>> a\n"),
];

#[test]
fn what_is_no_yaml_is_never_valid() {
    let settings = SETTINGS.iter().map(|(class, text)| (*class, team(text)));
    let documents = DOCUMENTS.iter().map(|(class, text)| (*class, (*text).to_owned()));
    let all: Vec<(&str, String)> = settings.chain(documents).collect();
    let passed: Vec<String> = all
        .iter()
        .filter(|(_, text)| {
            let checked = one("web.yaml", text);
            errors(&checked).is_empty() || checked.admitted.is_some()
        })
        .map(|(class, text)| format!("{class}:\n{text}"))
        .collect();
    assert!(passed.is_empty(), "{} of {} are valid:\n{}", passed.len(), all.len(), passed.join("\n"));
    assert!(errors(&one("web.yaml", team("a: b\nc: [d, {e: f}]\ng: \"h\\n\"\ni: |\n  j"))).is_empty());
}
