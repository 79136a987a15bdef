//! A schema of settings that reaches out, or never ends: run through the program, which must not end with it.

use std::net::TcpListener;
use std::process::Output;

use crate::support::Sandbox;
use crate::{ORGANISATION, team};

const SECRET: &str = "hunter2-is-the-secret";

/// Validates a team's settings by a schema; `SECRET` stands in files that it may name.
fn validate(schema: &str, settings: &str) -> (Sandbox, Output) {
    let sandbox = Sandbox::new();
    sandbox.write("organization.yaml", ORGANISATION);
    sandbox.write("web.yaml", &team(settings));
    sandbox.write("schemas/secret.txt", &format!("{{\"const\": \"{SECRET}\"}}"));
    sandbox.write("schemas/settings.schema.json", schema);
    sandbox.commit("hostile");
    let output = sandbox.charter("validate");
    (sandbox, output)
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_reference_to_a_file_or_an_address_is_refused_and_never_followed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let at = listener.local_addr().unwrap();
    let mut schemas = Vec::new();
    for to in [
        format!("http://{at}/a.json"),
        format!("https://{at}/a.json"),
        format!("ftp://{at}/a"),
        "file:///etc/passwd".to_owned(),
        "secret.txt".to_owned(),
        "./secret.txt#".to_owned(),
        "../schemas/secret.txt".to_owned(),
        "/etc/passwd".to_owned(),
        "urn:a:b".to_owned(),
        "data:application/json,true".to_owned(),
        "#/nowhere".to_owned(),
    ] {
        schemas.push(format!(r#"{{"$ref": "{to}"}}"#));
        schemas.push(format!(r#"{{"properties": {{"a": {{"anyOf": [{{"$ref": "{to}"}}]}}}}}}"#));
        schemas
            .push(format!(r#"{{"$schema": "https://json-schema.org/draft/2020-12/schema", "$dynamicRef": "{to}"}}"#));
    }
    schemas.push(format!(r#"{{"$schema": "http://{at}/meta.json"}}"#));
    schemas.push(format!(r#"{{"$id": "http://{at}/", "$ref": "a.json"}}"#));
    schemas.push(r#"{"$id": "file:///etc/", "$ref": "passwd"}"#.to_owned());
    for schema in schemas {
        let (_sandbox, output) = validate(&schema, "a: 1");
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{schema}\n{said}");
        assert!(
            said.contains("error[settings-schema]") && !said.contains(SECRET) && !said.contains("root:"),
            "{schema}\n{said}"
        );
    }
    assert!(listener.accept().is_err(), "somebody was asked");
}

#[test]
fn a_schema_that_never_ends_ends() {
    let deep = format!("{}true{}", r#"{"not": "#.repeat(20_000), "}".repeat(20_000));
    let wide = format!(r#"{{"anyOf": [{}true]}}"#, r#"{"type": "string"}, "#.repeat(20_000));
    let schemas = [
        r##"{"$ref": "#"}"##.to_owned(),
        r##"{"allOf": [{"$ref": "#"}]}"##.to_owned(),
        r##"{"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}"##.to_owned(),
        r##"{"not": {"$ref": "#"}}"##.to_owned(),
        r##"{"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}, "$ref": "#/definitions/a"}"##.to_owned(),
        r##"{"additionalProperties": {"$ref": "#"}}"##.to_owned(),
        deep,
        wide,
    ];
    for schema in schemas {
        let (_sandbox, output) = validate(&schema, "a: {b: {c: 1}}");
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}: {}", &schema[..schema.len().min(90)], output.status);
    }
}

#[test]
fn a_pattern_that_explodes_does_not() {
    let patterns = [
        "^(a+)+$",
        "(a|a)*b",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "(a{1000}){1000}",
        "((a{100}){100}){100}",
        "(?=a)b",
        "(a)\\\\1",
        "[",
        "*",
    ];
    for pattern in patterns {
        let schema = format!(
            r#"{{"properties": {{"a": {{"pattern": "{pattern}"}}}}, "patternProperties": {{"{pattern}": true}}}}"#
        );
        let (_sandbox, output) = validate(&schema, &format!("a: {}!", "a".repeat(50_000)));
        assert_eq!(output.status.code(), Some(1), "{pattern}\n{}", said(&output));
    }
}

#[test]
fn a_schema_that_is_none_is_an_error() {
    for schema in [
        "",
        "null",
        "1",
        "[]",
        "\"a\"",
        "{",
        "{} {}",
        "\u{feff}{}",
        "{\"type\": \"strin\"}",
        "{\"minimum\": 1e400}",
        "{\"multipleOf\": 0}",
        "{\"type\": 3}",
    ] {
        let (_sandbox, output) = validate(schema, "a: 1");
        assert!(
            output.status.code() == Some(1) && said(&output).contains("error[settings-schema]"),
            "{schema}\n{}",
            said(&output)
        );
    }
}
