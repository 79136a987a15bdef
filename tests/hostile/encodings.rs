//! Files that are not UTF-8, or hold marks, breaks and halves that readers disagree about.

use charter::model::canonical::Canonical;

use crate::{Checked, TEAM, checked, errors, one, team};

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

fn utf32(text: &str, big: bool) -> Vec<u8> {
    text.chars().flat_map(|c| if big { u32::from(c).to_be_bytes() } else { u32::from(c).to_le_bytes() }).collect()
}

#[test]
fn a_manifest_that_is_not_utf_8_is_an_error_and_not_somebody_elses_file() {
    let text = team("a: 1");
    let marked = format!("\u{feff}{text}");
    let with = |bytes: &[u8]| [TEAM.as_bytes(), b"    a: ", bytes, b"\n"].concat();
    let files = [
        ("UTF-16, little", utf16(&text, false)),
        ("UTF-16, big", utf16(&text, true)),
        ("UTF-16 with a mark, little", utf16(&marked, false)),
        ("UTF-16 with a mark, big", utf16(&marked, true)),
        ("UTF-16, an odd number of bytes", utf16(&marked, false)[..101].to_vec()),
        ("UTF-32, little", utf32(&text, false)),
        ("UTF-32, big", utf32(&text, true)),
        ("UTF-32 with a mark, little", utf32(&marked, false)),
        ("UTF-32 with a mark, big", utf32(&marked, true)),
        ("an overlong slash", with(b"\xc0\xaf")),
        ("an overlong NUL", with(b"\xc0\x80")),
        ("half of a surrogate pair", with(b"\xed\xa0\x80")),
        ("a code point beyond Unicode", with(b"\xf4\x90\x80\x80")),
        ("a character that is cut off", with(b"\xe2\x82")),
        ("Latin-1", with(b"caf\xe9")),
        ("NUL", with(b"\0")),
    ];
    for (what, bytes) in files {
        for path in ["web.yaml", "web.json"] {
            assert_eq!(errors(&one(path, &bytes)), ["invalid-encoding"], "{what} in {path}");
        }
    }
}

/// The specs of what is desired.
fn desired(checked: &Checked) -> Vec<Canonical> {
    let admitted = checked.admitted.as_ref().unwrap_or_else(|| panic!("{:?}", checked.report.findings));
    admitted.desired().resources.iter().map(|manifest| manifest.canonical.clone()).collect()
}

#[test]
fn a_mark_and_the_breaks_of_other_systems_change_nothing() {
    let text = team("a: |\n  one\n  two\nb: \"c\n\n  d\"\ne: f # g");
    let expected = desired(&one("web.yaml", &text));
    let others =
        [format!("\u{feff}{text}"), text.replace('\n', "\r\n"), text.replace('\n', "\r"), format!("---\n{text}...\n")];
    for other in others {
        assert_eq!(desired(&one("web.yaml", &other)), expected, "{other:?}");
    }
}

#[test]
fn a_mark_inside_a_file_hides_no_manifest() {
    for text in [format!("a: 1\n---\n\u{feff}{}", team("a: 1")), format!("\u{feff}\u{feff}{}", team("a: 1"))] {
        let checked = one("web.yaml", &text);
        assert!(checked.report.resources > 1 || !errors(&checked).is_empty(), "{text:?}");
    }
}

#[test]
fn separators_of_unicode_break_no_line() {
    for separator in ['\u{85}', '\u{2028}', '\u{2029}'] {
        let checked = one("web.yaml", team(&format!("a: b{separator}kind: Role")));
        assert!(!errors(&checked).is_empty() || checked.report.resources == 2, "{separator:?}");
        let hidden = one("web.yaml", format!("# a comment{separator}apiVersion: charter/v1"));
        assert_eq!(hidden.report.resources, 1, "{separator:?}");
    }
}

#[test]
fn a_half_of_a_surrogate_pair_in_json_is_an_error() {
    let json = |name: &str| {
        format!(
            r#"{{"apiVersion": "charter/v1", "kind": "Team", "metadata": {{"name": "web"}}, "spec": {{"contacts": ["{name}"]}}}}"#
        )
    };
    for half in ["\\ud800", "\\udc00", "\\ud800\\ud800", "\\udc00\\ud800", "\\ud83d x", "\\u12", "\\u{41}"] {
        assert!(!errors(&checked(&[("web.json", json(half).as_bytes())])).is_empty(), "{half}");
    }
    assert!(errors(&checked(&[("web.json", json("\\ud83d\\ude00").as_bytes())])).is_empty());
}
