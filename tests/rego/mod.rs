//! Rego as it is documented: small policies with their known answers, each asked of the interpreter and of the machine.
//!
//! A case begins with `# name`. A line `> ` is its input, `= ` what OPA answers to `data.t.deny` (sets as sorted lists),
//! `~ ` what is known to be answered otherwise here, `! ` the code with which Charter refuses it, at load or when it is
//! asked, `? ` a word of the error of the interpreter alone, and `$ ` what the machine alone makes of it (a text
//! where it is an error): of such rules Charter asks the interpreter. The rest are modules, of package `t` if they do not say.

use std::collections::BTreeSet;

use charter::model::name::Name;
use charter::policy::rego::{Failure, Loaded, OF_RESOURCE, Reading, Value, ask, input};
use serde_json::Value as Json;

const TABLES: [&str; 5] = [
    include_str!("absent.txt"),
    include_str!("caution.txt"),
    include_str!("language.txt"),
    include_str!("modules.txt"),
    include_str!("values.txt"),
];

/// Inputs that are not of the shape that rules look for.
const OTHER_INPUTS: [&str; 6] = [
    "[]",
    "\"text\"",
    "null",
    "{\"xs\": \"text\", \"spec\": [1, 2], \"metadata\": null, \"a\": 7, \"n\": \"n\", \"teams\": []}",
    "{\"xs\": {\"0\": {\"name\": \"a\", \"y\": [{\"z\": 1}]}}, \"spec\": {\"ok\": [], \"more\": {\"deep\": {\"er\": 1}}}, \"kind\": 1}",
    "{\"xs\": [{\"name\": \"b\", \"leads\": []}, 3, null], \"nothing\": 4, \"labels\": {\"app/x\": {\"y\": 1}}, \"kind\": \"Team\"}",
];

/// A policy and its answer.
struct Case {
    name: &'static str,
    input: &'static str,
    answer: Option<Json>,
    refused: Option<&'static str>,
    error: Option<&'static str>,
    compiled: Option<Json>,
    modules: Vec<String>,
}

fn cases() -> Vec<Case> {
    let cases = TABLES.iter().flat_map(|table| table.trim_start_matches("# ").split("\n# "));
    cases.map(case).collect()
}

fn case(text: &'static str) -> Case {
    let (name, rest) = text.split_once('\n').unwrap();
    let marked = |mark: &str| rest.lines().find_map(|line| line.strip_prefix(mark));
    let json = |json: &str| sorted(serde_json::from_str(json).unwrap());
    let is_code = |line: &&str| !["= ", "~ ", "! ", "? ", "$ ", "> "].iter().any(|mark| line.starts_with(mark));
    let code: Vec<&str> = rest.lines().filter(is_code).collect();
    Case {
        name,
        input: marked("> ").unwrap_or("{\"kind\": \"Team\"}"),
        answer: marked("~ ").or(marked("= ")).map(json),
        refused: marked("! "),
        error: marked("? "),
        compiled: marked("$ ").map(json),
        modules: code.join("\n").split("\n---\n").map(module).collect(),
    }
}

fn module(code: &str) -> String {
    if code.starts_with("package ") { code.to_owned() } else { format!("package t\n\n{code}\n") }
}

fn sorted(mut json: Json) -> Json {
    if let Json::Array(items) = &mut json {
        items.sort_by_key(Json::to_string);
    }
    json
}

/// What is said to a case: by the interpreter, by the machine, and whether Charter takes it.
#[derive(Debug)]
struct Said {
    interpreted: Result<Json, String>,
    compiled: Json,
    is_doubtful: bool,
    is_taken: bool,
}

fn loaded(case: &Case) -> Loaded {
    let names: Vec<Name> = (0..case.modules.len()).map(|number| format!("m{number}").parse().unwrap()).collect();
    Loaded::of(names.iter().zip(case.modules.iter().map(String::as_str)))
}

fn said(case: &Case, loaded: &Loaded) -> Said {
    let data = input("{\"charter\": {}}");
    let interpreted = loaded.query("x := data.t.deny", input(case.input), data.clone());
    let interpreted = interpreted.map(|said| sorted(said["result"][0]["bindings"]["x"].clone()));
    let mut machine = loaded.machine(&data, OF_RESOURCE).unwrap().unwrap();
    machine.set_input(input(case.input));
    let entry = loaded.entries().first().unwrap();
    let json = |value: Value| {
        if value == Value::Undefined { Json::Null } else { sorted(serde_json::to_value(value).unwrap()) }
    };
    let compiled = machine.evaluate(&entry.path).map_or_else(
        |failure| match failure {
            Failure::Limit(message) | Failure::Error { message, .. } => message.into(),
        },
        json,
    );
    Said { interpreted, compiled, is_doubtful: entry.is_doubtful, is_taken: ask(&mut machine, entry).is_ok() }
}

/// Says what is wrong with what is said to a case.
fn wrong(case: &Case) -> Option<String> {
    let loaded = loaded(case);
    if let Some(mistake) = loaded.mistakes.first() {
        let is_meant = case.refused == Some(mistake.code.as_str());
        return (!is_meant).then(|| format!("{}: {}", mistake.code, mistake.message));
    }
    let said = said(case, &loaded);
    let Said { interpreted, compiled, is_doubtful, is_taken } = &said;
    let shown = || Some(format!("{said:?}"));
    let Some(answer) = case.answer.as_ref().filter(|_| case.refused.is_none()) else {
        return if *is_taken || case.refused != Some("policy-error") { shown() } else { None };
    };
    let is_interpreted = match (interpreted, case.error) {
        (Err(message), Some(word)) => message.contains(word) && !is_doubtful,
        (interpreted, _) => interpreted.as_ref() == Ok(answer),
    };
    let is_compiled = compiled == case.compiled.as_ref().unwrap_or(answer);
    let is_asked = case.compiled.is_none() || *is_doubtful;
    if is_interpreted && is_compiled && is_asked && *is_taken { None } else { shown() }
}

#[test]
fn rego_is_what_it_is_elsewhere() {
    let cases = cases();
    let wrong: Vec<String> = cases.iter().filter_map(|case| Some(format!("{}: {}", case.name, wrong(case)?))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let taken = cases.iter().filter(|case| case.refused.is_none()).count();
    assert!(taken >= 60, "only {taken} policies with an answer");
}

/// How often an input was read in part, and how often a rule was not asked.
#[derive(Default)]
struct Spared {
    reading: usize,
    asking: usize,
}

/// What differs between what is said of all of an input, and of what the rules read of it if they may hold.
fn differing(case: &Case, inputs: &[&str], spared: &mut Spared) -> Vec<String> {
    let loaded = loaded(case);
    let Some(Ok(mut machine)) = loaded.machine(&input("{\"charter\": {}}"), OF_RESOURCE) else { return Vec::new() };
    let mut wrong = Vec::new();
    for (entry, text) in loaded.entries().iter().flat_map(|entry| inputs.iter().map(move |text| (entry, *text))) {
        let mut said = |value: Value| {
            machine.set_input(value);
            (machine.evaluate(&entry.path), machine.interpret(&entry.path), ask(&mut machine, entry))
        };
        let read = Reading::of(&entry.reads.input).read(text);
        spared.reading += usize::from(read != input(text));
        let may_hold = entry.conditions.may_hold(&read);
        let (all, part) = (said(input(text)), said(read));
        if all != part {
            wrong.push(format!("{} of {text}: {all:?}, and {part:?} of what it reads", case.name));
        }
        spared.asking += usize::from(!may_hold);
        if !may_hold && all.2 != Ok((Vec::new(), 0)) {
            wrong.push(format!("{} of {text}: {all:?}, though it could not hold", case.name));
        }
    }
    wrong
}

#[test]
fn what_a_rule_does_not_read_does_not_matter() {
    let cases = cases();
    let inputs: BTreeSet<&str> = cases.iter().map(|case| case.input).collect();
    let inputs: Vec<&str> = inputs.into_iter().chain(OTHER_INPUTS).collect();
    let mut spared = Spared::default();
    let wrong: Vec<String> = cases.iter().flat_map(|case| differing(case, &inputs, &mut spared)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(spared.reading > 10_000, "only {} were read in part", spared.reading);
    assert!(spared.asking > 500, "only {} could not hold", spared.asking);
}

#[test]
fn a_wrong_answer_is_seen() {
    let text = "a wrong answer\n= [\"b\"]\ndeny contains \"a\"";
    assert!(wrong(&case(text)).is_some());
}

#[test]
fn an_old_head_is_rewritten_whole() {
    let text = "package a\n\nviolation[{\"msg\": msg, \"details\": {}}] {\n\tmsg := \"x\"\n}\n";
    let name: Name = "old".parse().unwrap();
    let loaded = Loaded::of([(&name, text)]);
    let help = loaded.mistakes.first().and_then(|mistake| mistake.help.clone()).unwrap_or_default();
    let whole = "write `violation contains {\"msg\": msg, \"details\": {}} if {`";
    assert!(help.starts_with(whole), "{help}");
}
