//! How much a builtin function may make of what it is given.
//!
//! That is worked out before it is called, since nothing ends one that runs.

use regorus::rvm::program::Program;
use regorus::unstable::{BUILTINS, BuiltinFcn, Expr, Lexer, Ref, Span};
use regorus::{Engine, LimitError, Source, Value};

use super::patterns;

/// The most that a call may take, in bytes of what it makes; comparisons are counted with it, 64 for a byte.
const MOST: u64 = 64 << 20;

/// What a value takes in a list, and what a node takes of the time of who walks through all of them.
const PIECE: u64 = 64;

/// The most digits of a number, as of the largest that a double holds.
const DIGITS: usize = 309;

/// What a regular expression takes to be compiled.
const PATTERN: u64 = 64 << 10;

type Cost = fn(&[Value]) -> u64;

macro_rules! bounded {
    ($($name:literal, $cost:expr;)*) => {
        /// The functions of which there is no telling beforehand, each with what a call takes.
        const BOUNDED: &[(&str, BuiltinFcn)] = &[$((
            $name,
            (|span, exprs, args, strict| {
                within($cost, args)?;
                BUILTINS.get($name).map_or(Ok(Value::Undefined), |(called, _)| called(span, exprs, args, strict))
            }, 0),
        ),)*];
    };
}

bounded! {
    "concat", concat;
    "indexof", search;
    "indexof_n", search;
    "intersection", deep;
    "json.filter", deep;
    "json.is_valid", json;
    "json.marshal", deep;
    "json.patch", patch;
    "json.remove", deep;
    "json.unmarshal", json;
    "max", deep;
    "min", deep;
    "object.filter", deep;
    "object.remove", deep;
    "object.subset", deep;
    "object.union", deep;
    "object.union_n", deep;
    "product", product;
    "regex.find_n", |args| pieces(length(args, 1));
    "regex.replace", replace_matches;
    "regex.split", |args| pieces(length(args, 1));
    "regex.template_match", |args| count(args, 0, 2).saturating_mul(PATTERN);
    "replace", |args| count(args, 0, 1).saturating_mul(length(args, 2)).saturating_add(length(args, 0));
    "sort", deep;
    "split", |args| pieces(count(args, 0, 1)).saturating_add(length(args, 0));
    "sprintf", sprintf;
    "strings.any_prefix_match", pairs;
    "strings.any_suffix_match", pairs;
    "strings.count", search;
    "strings.replace_n", replace_all;
    "to_number", number;
    "trim", search;
    "trim_left", search;
    "trim_right", search;
    "union", deep;
    "units.parse", number;
    "units.parse_bytes", number;
}

fn within(cost: Cost, args: &[Value]) -> Result<(), LimitError> {
    let usage = cost(args);
    if usage > MOST { Err(LimitError::MemoryLimitExceeded { usage, limit: MOST }) } else { Ok(()) }
}

/// Returns a builtin function as it is called: within bounds, and by what is faster than the library.
pub fn function(name: &str) -> Option<BuiltinFcn> {
    let own = BOUNDED.iter().chain([&(patterns::NAME, patterns::MATCH)]).find(|(own, _)| *own == name);
    let (called, takes) = *BUILTINS.get(name)?;
    Some((own.map_or(called, |(_, (own, _))| *own), takes))
}

/// Puts the bounds into a compiled program.
pub fn compiled(program: &mut Program) {
    for (info, resolved) in program.builtin_info_table.iter().zip(&mut program.resolved_builtins) {
        if let Some((called, _)) = function(&info.name) {
            resolved.0 = called;
        }
    }
}

/// The place of a call that stands nowhere, and of its arguments.
#[derive(Debug, Clone)]
pub struct Nowhere {
    pub span: Span,
    pub exprs: Vec<Ref<Expr>>,
}

impl Nowhere {
    /// Makes a place for a function of so many arguments.
    pub fn of(takes: u8) -> Option<Nowhere> {
        let source = Source::from_contents(String::new(), "null".to_owned()).ok()?;
        let span: Span = Lexer::new(&source).next_token().ok()?.1;
        let null = |_| Ref::new(Expr::Null { span: span.clone(), value: Value::Null, eidx: 0 });
        Some(Nowhere { exprs: (0..takes).map(null).collect(), span })
    }
}

/// Puts the bounds into an interpreter, which asks for what it was given before it looks for its own.
pub fn interpreted(engine: &mut Engine) {
    for (name, (bounded, _)) in BOUNDED {
        let Some((_, takes)) = BUILTINS.get(name) else { continue };
        let Some(nowhere) = Nowhere::of(*takes) else { return };
        let call = move |args: Vec<Value>| {
            // Without an answer a function is undefined; what it takes too much of ends the rule.
            bounded(&nowhere.span, &nowhere.exprs, &args, false)
                .or_else(|error| if error.is::<LimitError>() { Err(error) } else { Ok(Value::Undefined) })
        };
        // It refuses what it was given already.
        let _ = engine.add_extension((*name).to_owned(), *takes, Box::new(call));
    }
}

fn text(args: &[Value], index: usize) -> &str {
    if let Some(Value::String(text)) = args.get(index) { text } else { "" }
}

fn long(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn length(args: &[Value], index: usize) -> u64 {
    long(text(args, index).len())
}

fn pieces(count: u64) -> u64 {
    count.saturating_add(1).saturating_mul(PIECE)
}

/// Counts how often one argument stands in another.
fn count(args: &[Value], within: usize, sought: usize) -> u64 {
    long(text(args, within).matches(text(args, sought)).count())
}

/// Bounds what is compared at each character.
fn search(args: &[Value]) -> u64 {
    pieces(length(args, 0)).saturating_add(length(args, 0).saturating_mul(length(args, 1)) / PIECE)
}

fn concat(args: &[Value]) -> u64 {
    let delimiter = length(args, 0);
    let of = |item: &Value| if let Value::String(text) = item { long(text.len()) } else { 0 };
    items(args.get(1)).fold(0, |sum: u64, item| sum.saturating_add(of(item)).saturating_add(delimiter))
}

fn items(value: Option<&Value>) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Some(Value::Array(items)) => Box::new(items.iter()),
        Some(Value::Set(items)) => Box::new(items.iter()),
        Some(text @ Value::String(_)) => Box::new(std::iter::once(text)),
        _ => Box::new(std::iter::empty()),
    }
}

fn pairs(args: &[Value]) -> u64 {
    long(items(args.first()).count()).saturating_mul(long(items(args.get(1)).count()))
}

/// Bounds what one replacement after another makes of a text.
fn replace_all(args: &[Value]) -> u64 {
    let Some(Value::Object(patterns)) = args.first() else { return 0 };
    patterns.iter_sorted().fold(length(args, 1), |made, (old, new)| {
        let [old, new] = [old, new].map(|text| if let Value::String(text) = text { long(text.len()) } else { 0 });
        let between = made.saturating_add(1).saturating_mul(new).saturating_add(made);
        made.saturating_mul(new).checked_div(old).map_or(between, |instead| instead.max(made))
    })
}

/// Bounds what is put in the place of matches: between all characters, with what was matched as often as it is named.
fn replace_matches(args: &[Value]) -> u64 {
    let (length, new) = (length(args, 0), text(args, 2));
    let named = long(new.matches('$').count()).saturating_add(1);
    length.saturating_add(1).saturating_mul(long(new.len())).saturating_add(length.saturating_mul(named))
}

/// Adds what is formatted and the widths, which are numbers after a `%`.
fn sprintf(args: &[Value]) -> u64 {
    let width = |rest: &str| {
        let digits: String = rest.trim_start_matches('.').chars().take_while(|c| c.is_numeric()).collect();
        if digits.is_empty() { 0 } else { digits.parse::<u64>().unwrap_or(u64::MAX) }
    };
    let widths = text(args, 0).split('%').skip(1).map(width);
    widths.fold(deep(args), u64::saturating_add)
}

/// Bounds a product by its digits: about those of its factors.
fn product(args: &[Value]) -> u64 {
    let digits = |item: &Value| {
        let Value::Number(number) = item else { return 0.0 };
        number.as_f64().map_or(f64::INFINITY, |number| number.abs().max(1.0).log10())
    };
    let all: f64 = items(args.first()).map(digits).sum();
    if all < 307.0 { 0 } else { u64::MAX }
}

/// Bounds what is read out of a text, and the numbers in it.
fn json(args: &[Value]) -> u64 {
    if is_vast(&bare(text(args, 0))) { u64::MAX } else { pieces(length(args, 0)) }
}

fn number(args: &[Value]) -> u64 {
    if is_vast(text(args, 0)) { u64::MAX } else { 0 }
}

/// Blanks what is quoted or a comment in a text of rules, or in JSON.
pub fn bare(text: &str) -> String {
    let (mut quote, mut is_escaped) = (None, false);
    let blank = |c: char| {
        let is_bare = quote.is_none() && !matches!(c, '"' | '`' | '#');
        match (quote, c) {
            (Some('"'), _) if is_escaped => is_escaped = false,
            (Some('"'), '\\') => is_escaped = true,
            (Some('"' | '#'), '\n') => quote = None,
            (Some(open), _) => quote = (open != c).then_some(open),
            (None, '"' | '`' | '#') => quote = Some(c),
            (None, _) => {}
        }
        if is_bare || c == '\n' { c } else { ' ' }
    };
    text.chars().map(blank).collect()
}

/// Says whether a text has a number of more digits than a double, written out or by its exponent.
pub fn is_vast(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || c == '_';
    let is_long = |run: &str| run.len() > DIGITS;
    let parts: Vec<&str> = text.split(['e', 'E']).collect();
    let is_far = |pair: &[&str]| {
        let [before, after] = pair else { return false };
        let power = after.trim_start_matches(['+', '-']).trim_start_matches('0');
        before.ends_with(is_digit) && power.chars().take_while(|c| is_digit(*c)).count() > 2
    };
    text.split(|c| !is_digit(c)).any(is_long) || parts.windows(2).any(is_far)
}

/// Bounds a patch: each copy may double what is there.
fn patch(args: &[Value]) -> u64 {
    let is_copy = |patch: &&Value| {
        let Value::Object(patch) = patch else { return false };
        patch.get(&Value::from("op")) == Some(&Value::from("copy"))
    };
    let copies = u32::try_from(items(args.get(1)).filter(is_copy).count()).unwrap_or(u32::MAX);
    deep(args).saturating_mul(1_u64.checked_shl(copies).unwrap_or(u64::MAX))
}

/// Adds up all that values are made of, what stands at two places twice: that is how often it is looked at.
fn deep(args: &[Value]) -> u64 {
    let (mut open, mut sum): (Vec<&Value>, u64) = (args.iter().collect(), 0);
    while let Some(value) = open.pop() {
        sum = sum.saturating_add(PIECE / 4);
        if sum > MOST {
            break;
        }
        match value {
            Value::String(text) => sum = sum.saturating_add(long(text.len())),
            Value::Array(items) => open.extend(items.iter()),
            Value::Set(items) => open.extend(items.iter()),
            Value::Object(entries) => open.extend(entries.iter().flat_map(|(key, value)| [key, value])),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Undefined => {}
        }
    }
    sum
}
