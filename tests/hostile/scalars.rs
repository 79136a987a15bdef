//! Scalars that readers of YAML disagree about: Norway, octal, sexagesimal, numbers beyond a double.

use serde_json::{Value, json};

use crate::{errors, one, team};

/// Reads a value of a team's settings: what it is, or the error.
fn setting(text: &str) -> Result<Value, Vec<&'static str>> {
    let checked = one("web.yaml", team(&format!("a: {text}")));
    let Some(admitted) = &checked.admitted else { return Err(errors(&checked)) };
    let team = admitted.desired().resources.iter().find(|manifest| manifest.id.to_string() == "Team/web").unwrap();
    Ok(team.canonical.value()["settings"]["a"].clone())
}

#[test]
fn a_scalar_is_what_yaml_1_2_says_or_refused() {
    let read = [
        ("NO", json!("NO")),
        ("off", json!("off")),
        ("y", json!("y")),
        ("1:20", json!("1:20")),
        ("1_000", json!("1_000")),
        ("0b11", json!("0b11")),
        ("0o14", json!(12)),
        ("0x1F", json!(31)),
        ("0o8", json!("0o8")),
        ("1e3", json!(1000)),
        ("-0", json!(0)),
        ("-0.0", json!(0)),
        (".5", json!(0.5)),
        ("1.", json!(1)),
        ("1.2.3", json!("1.2.3")),
        ("2026-11-22", json!("2026-11-22")),
        ("~", Value::Null),
        ("TRUE", json!(true)),
        ("tRUE", json!("tRUE")),
        ("=", json!("=")),
        ("'010'", json!("010")),
        ("\"1e400\"", json!("1e400")),
    ];
    for (text, value) in read {
        assert_eq!(setting(text), Ok(value), "{text}");
    }
}

#[test]
fn a_number_that_is_not_kept_is_refused() {
    let nines = "9".repeat(400);
    for text in
        ["010", "-007", ".nan", ".NaN", ".inf", "-.INF", "1e400", "-1e400", "1e-400", "18446744073709551616", &nines]
    {
        assert_eq!(setting(text), Err(vec!["inexact-number"]), "{text}");
    }
}

#[test]
fn what_some_reader_takes_for_something_else_is_no_name() {
    let taken = [
        "NO",
        "no",
        "n",
        "on",
        "007",
        "1e3",
        "0x1f",
        "0o17",
        "1_000",
        "1:20",
        "2026-11-22",
        "true",
        "~",
        "null",
        ".inf",
        "",
    ];
    for text in taken {
        let manifest =
            format!("apiVersion: charter/v1\nkind: Group\nmetadata:\n  name: {text}\nspec: {{members: []}}\n");
        let checked = one("group.yaml", manifest);
        assert!(checked.admitted.is_none() && !errors(&checked).is_empty(), "{text}");
    }
}

#[test]
fn keys_that_are_the_same_to_some_reader_stand_once() {
    for twice in ["{a: 1, a: 2}", "{a: 1, \"a\": 2}", "{\"\\u0061\": 1, a: 2}", "{1: a, '1': b}", "{~: a, \"~\": b}"] {
        assert_eq!(setting(twice), Err(vec!["duplicate-key"]), "{twice}");
    }
    assert_eq!(setting("{NO: 1, no: 2}"), Ok(json!({"NO": 1, "no": 2})));
}

#[test]
fn a_tag_never_changes_what_is_read() {
    let tags = [
        "!!binary aGk=",
        "!!float 1",
        "!!int '3'",
        "!!null ''",
        "!!set {a: }",
        "!!omap [a: 1]",
        "!!timestamp 2026-11-22",
        "!!python/object/apply:os.system ['id']",
        "!!js/function 'x'",
        "!ruby/object:Gem::Installer {}",
        "!<tag:yaml.org,2002:str> a",
        "! a",
    ];
    for text in tags {
        let refused = setting(text).unwrap_err();
        assert!(refused.contains(&"unsupported-yaml") || refused.contains(&"syntax"), "{text}: {refused:?}");
    }
}

#[test]
fn a_name_of_another_script_is_not_taken_for_ours() {
    let alike =
        ["\u{430}cme", "acm\u{435}", "\u{ff57}eb", "we\u{200b}b", "web\u{200d}", "w\u{301}eb", "\u{1d430}eb", "WEB"];
    for name in alike {
        let manifest =
            format!("apiVersion: charter/v1\nkind: Group\nmetadata: {{name: \"{name}\"}}\nspec: {{members: []}}\n");
        assert_eq!(errors(&one("group.yaml", &manifest)), ["bad-name"], "{name:?}");
        let manifest = format!(
            "apiVersion: charter/v1\nkind: Group\nmetadata: {{name: g}}\nspec: {{members: [\"user:{name}\"]}}\n"
        );
        let expected: &[&str] = if name == "WEB" { &[] } else { &["bad-subject"] };
        assert_eq!(errors(&one("group.yaml", &manifest)), expected, "{name:?}");
    }
}
