//! What a rule says does not hang on how much of a resource it is given, nor on what is told without the machine.

use charter::model::name::Name;
use charter::policy::rego::{Answer, Loaded, OF_RESOURCE, Reading, Value, ask, input};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::law::{Case, Law};

const FIELDS: [&str; 6] = ["a", "b", "a.b", "b[\"c\"]", "a.b.c", "xs"];

const CONSTANTS: [&str; 8] = ["1", "-2", "2.0", "\"x\"", "`y`", "true", "false", "null"];

const OF_ONE: [&str; 9] =
    ["count", "lower", "to_number", "is_string", "sum", "max", "type_name", "regex.is_valid", "own"];

const OF_TWO: [&str; 6] = ["startswith", "contains", "regex.match", "concat", "split", "indexof"];

fn term() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(&FIELDS[..]).prop_map(|field| format!("input.{field}")),
        4 => select(&CONSTANTS[..]).prop_map(str::to_owned),
        1 => Just("local".to_owned()),
    ]
}

fn call() -> impl Strategy<Value = String> {
    prop_oneof![
        (select(&OF_ONE[..]), term()).prop_map(|(name, arg)| format!("{name}({arg})")),
        (select(&OF_TWO[..]), term(), term()).prop_map(|(name, one, other)| format!("{name}({one}, {other})")),
        Just("numbers.range(1, 3)".to_owned()),
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![3 => term(), 2 => call()]
}

fn statement() -> impl Strategy<Value = String> {
    let compared = (value(), select(&["==", "!=", "<", "<=", ">", ">="][..]), value());
    let compared = compared.prop_map(|(one, op, other)| format!("{one} {op} {other}"));
    let holds = prop_oneof![2 => compared, 1 => value()].boxed();
    prop_oneof![
        10 => holds.clone(),
        2 => holds.prop_map(|statement| format!("not {statement}")),
        1 => Just("some y in input.xs".to_owned()),
        1 => Just("helper".to_owned()),
    ]
}

fn body() -> impl Strategy<Value = Vec<String>> {
    vec(statement(), 1..3).prop_map(|mut statements| {
        let mut is_first = true;
        statements.retain(|statement| !statement.starts_with("some") || std::mem::replace(&mut is_first, false));
        // What is told without the machine stands before what is not, mostly.
        statements.sort_by_key(|statement| statement.starts_with("some") || statement == "helper");
        statements
    })
}

/// A rule `deny` of several parts, each with a `local` that other statements name, and its head.
fn module() -> impl Strategy<Value = String> {
    (vec((prop_oneof![9 => term(), 1 => call()], body()), 1..3), body()).prop_map(|(parts, helper)| {
        let deny = |(number, (value, body)): (usize, &(String, Vec<String>))| {
            let (value, body) = (value.replace("local", "input.a"), body.join("\n\t"));
            format!("deny contains sprintf(\"{number} %v\", [local]) if {{\n\tlocal := {value}\n\t{body}\n}}\n\n")
        };
        let denies: String = parts.iter().enumerate().map(deny).collect();
        let helper = helper.join("\n\t").replace("local", "input.b").replace("helper", "true");
        format!("package t\n\n{denies}helper if {{\n\t{helper}\n}}\n\nown(x) := x\n")
    })
}

fn json() -> BoxedStrategy<String> {
    let leaf = select(&["1", "-2", "2", "\"x\"", "\"y\"", "\"[\"", "true", "false", "null", "[]", "{}"][..]);
    let json = leaf.prop_map(str::to_owned).prop_recursive(2, 8, 3, |inner| {
        let list = vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(",")));
        let entry = (select(&["a", "b", "c", "d"][..]), inner).prop_map(|(name, value)| format!("\"{name}\":{value}"));
        prop_oneof![1 => list, 2 => vec(entry, 0..4).prop_map(|entries| format!("{{{}}}", entries.join(",")))]
    });
    let whole = (json.clone(), json.clone(), vec(json.clone(), 0..3));
    let whole = whole.prop_map(|(a, b, xs)| format!("{{\"a\":{a},\"b\":{b},\"xs\":[{}]}}", xs.join(",")));
    prop_oneof![1 => json, 6 => whole].boxed()
}

/// What is said of inputs as a repository is judged, beside what is said of all of them; and whether it was asked.
fn said(text: &str, inputs: &[String]) -> Vec<(Answer, Answer, bool)> {
    let name: Name = "t".parse().unwrap();
    let loaded = Loaded::of([(&name, text)]);
    let Some(Ok(mut machine)) = loaded.machine(&input("{}"), OF_RESOURCE) else { return Vec::new() };
    let entry = loaded.entries().first().unwrap();
    let mut asked = |value: Value| {
        machine.set_input(value);
        ask(&mut machine, entry)
    };
    let one = |text: &String| {
        let read = Reading::of(&entry.reads.input).read(text);
        let may_hold = entry.conditions.may_hold(&read);
        let part = if may_hold { asked(read) } else { Ok((Vec::new(), 0)) };
        (asked(input(text)), part, may_hold)
    };
    inputs.iter().map(one).collect()
}

#[test]
fn a_rule_is_spared_what_does_not_matter() {
    let law = Law { name: "a rule is spared what does not matter", cases: 300, telling: 0.1 };
    law.holds(&(module(), vec(json(), 24)), |(text, inputs)| {
        let (mut spared, mut found) = (false, false);
        for ((whole, part, may_hold), input) in said(&text, &inputs).into_iter().zip(&inputs) {
            prop_assert_eq!(&whole, &part, "{} of {}", &text, input);
            spared |= !may_hold;
            found |= whole.is_ok_and(|(said, _)| !said.is_empty());
        }
        Ok(Case::telling_if(spared && found))
    });
}
