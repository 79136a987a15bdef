//! A document to a value: scalars are read as the schema means them, so that an amount never is a float.

use std::borrow::Cow;

use serde_json::Number;

use super::node::{Content, Entry, Node, Plain, mistaken_for, plain, twice};
use super::shape::Shape;
use super::trail::Trail;
use super::value::Lowered;
use crate::model::code::Code;
use crate::model::fault::Fault;
use crate::model::mend::Mend;
use crate::model::scalar::Format;

/// What is wrong with the scalars of a value, by JSON pointer.
#[derive(Debug, Default)]
pub struct Lowering {
    pub faults: Vec<(String, Fault)>,
}

impl Lowering {
    /// Turns a node into a value.
    pub fn lower<'t>(&mut self, node: &'t Node<'_>, shape: &Shape, trail: &Trail<'_>) -> Lowered<'t> {
        match &node.content {
            Content::Scalar { text, plain } => self.scalar(text, *plain, shape, trail),
            Content::Sequence(items) => {
                let item = if let Shape::List(item) = shape { item } else { &Shape::Any };
                let items = items.iter().enumerate();
                Lowered::List(items.map(|(index, node)| self.lower(node, item, &Trail::Index(trail, index))).collect())
            }
            Content::Mapping(entries) => self.mapping(entries, shape, trail),
        }
    }

    fn mapping<'t>(&mut self, entries: &'t [Entry<'_>], shape: &Shape, trail: &Trail<'_>) -> Lowered<'t> {
        let shape = if let Shape::Either { mapping, .. } = shape { mapping } else { shape };
        // Of a key that stands twice the first is read; that it does is found elsewhere.
        let mut again = twice(entries).into_iter().peekable();
        let mut members = Vec::with_capacity(entries.len());
        for entry in entries {
            if again.next_if(|(again, _)| std::ptr::eq(*again, entry)).is_some() {
                continue;
            }
            let child = match shape {
                Shape::Mapping { properties, rest } => properties.get(&*entry.key).unwrap_or(rest),
                Shape::Any | Shape::Formatted(_) | Shape::List(_) | Shape::Either { .. } => &Shape::Any,
            };
            let value = self.lower(&entry.value, child, &Trail::Key(trail, &entry.key));
            members.push((Cow::Borrowed(&*entry.key), value));
        }
        Lowered::Mapping(members)
    }

    fn scalar<'t>(&mut self, text: &'t str, is_plain: bool, shape: &Shape, trail: &Trail<'_>) -> Lowered<'t> {
        match shape {
            Shape::Formatted(format) => self.formatted(text, is_plain, format, trail),
            Shape::Either { scalar, .. } => self.scalar(text, is_plain, scalar, trail),
            Shape::Any | Shape::List(_) | Shape::Mapping { .. } => self.free(text, is_plain, trail),
        }
    }

    /// Reads a scalar of one of our formats; what it is not is reported once, here, and passes the schema.
    fn formatted<'t>(&mut self, text: &'t str, is_plain: bool, format: &Format, trail: &Trail<'_>) -> Lowered<'t> {
        let mistaken = mistaken_for(text).filter(|what| {
            is_plain && (*what == "nothing" || !format.raw && (format.word == "name" || *what != "a date"))
        });
        if let Some(what) = mistaken {
            self.faults.push((trail.to_string(), mistaken_name(text, what, format)));
        } else if let Err(fault) = (format.check)(text) {
            self.faults.push((trail.to_string(), fault));
        }
        Lowered::Text(Cow::Borrowed(text))
    }

    fn free<'t>(&mut self, text: &'t str, is_plain: bool, trail: &Trail<'_>) -> Lowered<'t> {
        let meaning = if is_plain { plain(text) } else { Plain::Text };
        match meaning {
            Plain::Null => Lowered::Null,
            Plain::Bool(truth) => Lowered::Bool(truth),
            Plain::Text => Lowered::Text(Cow::Borrowed(text)),
            Plain::Integer(integer) if integer.unsigned_abs() <= 1 << 53 => {
                self.refuse_leading_zero(text, trail);
                Lowered::Number(integer.into())
            }
            Plain::Float(float) if is_exact(text, float) => {
                Number::from_f64(float).map_or(Lowered::Null, Lowered::Number)
            }
            Plain::Integer(_) | Plain::Float(_) => {
                let message = format!("the number `{text}` is not kept exactly by every reader");
                let fault = Fault::new(Code::InexactNumber, message).help(format!("quote it: \"{text}\""));
                self.faults.push((trail.to_string(), fault.mend(Some(Mend::quote(text)))));
                Lowered::Text(Cow::Borrowed(text))
            }
        }
    }

    fn refuse_leading_zero(&mut self, text: &str, trail: &Trail<'_>) {
        let digits = text.trim_start_matches(['+', '-']);
        if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()) {
            let message = format!("the number `{text}` is octal to some readers and decimal to others");
            self.faults.push((
                trail.to_string(),
                Fault::new(Code::InexactNumber, message).help(format!("quote it: \"{text}\", or take the zero out")),
            ));
        }
    }
}

fn mistaken_name(text: &str, what: &str, format: &Format) -> Fault {
    let (place, code) = match format.word {
        "name" => ("a name", Code::NotAName),
        "subject" => ("a subject", Code::NotAName),
        "user" => ("a user", Code::NotAName),
        "permission" => ("a permission", Code::NotAName),
        "amount" => ("an amount", Code::BadAmount),
        "period" => ("a period", Code::BadPeriod),
        _ => ("a time", Code::NotAName),
    };
    if what == "nothing" {
        // Whether it may be missing, the schema knows.
        return Fault::new(code, format!("there is nothing where {place} belongs"));
    }
    Fault::new(code, format!("`{text}` is {what} to a reader of YAML, where {place} belongs"))
        .help(format!("quote it: \"{text}\""))
        .mend(Some(Mend::quote(text)))
}

/// Says whether a double keeps a decimal: writing it out gives the same digits again.
pub fn is_exact(text: &str, float: f64) -> bool {
    float.is_finite() && digits(text) == digits(&format!("{float:e}"))
}

/// Returns the significant digits and the decimal exponent of a number.
fn digits(text: &str) -> Option<(String, i64)> {
    let lower = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    if significant.is_empty() {
        return Some((String::new(), 0));
    }
    let fraction = i64::try_from(fraction.len()).ok()?;
    let trimmed = significant.trim_end_matches('0');
    let dropped = i64::try_from(significant.len() - trimmed.len()).ok()?;
    Some((trimmed.to_owned(), exponent.parse::<i64>().ok()?.checked_sub(fraction)?.checked_add(dropped)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_double_keeps_short_decimals_only() {
        for text in ["0.1", "1e3", "-2.50", "0.0", "100.0", "1.7976931348623157e308", "+5.25"] {
            assert!(is_exact(text, text.parse().unwrap()), "{text}");
        }
        for text in ["9007199254740993", "0.1234567890123456789", "1e400", "1e-400"] {
            assert!(!is_exact(text, text.parse().unwrap()), "{text}");
        }
    }
}
