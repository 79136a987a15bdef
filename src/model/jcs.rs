//! The JSON Canonicalization Scheme (RFC 8785): one text for one value.

use std::io::{Error, Result, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// What stands for `{`, for what is before a key, and for `}` until the keys are sorted. JSON escapes all three in strings.
const OPEN: u8 = 1;
const KEY: u8 = 2;
const CLOSE: u8 = 3;

/// The whole numbers up to which a double keeps every one.
const EXACT: u64 = 1 << 53;

/// Writes a value: no space, the keys of each object in order, numbers as ECMAScript writes a double.
///
/// A number that is not finite is `null`.
///
/// # Errors
/// Where a key is no string.
pub fn text(value: &impl Serialize) -> Result<String> {
    let mut marked = Vec::with_capacity(512);
    value.serialize(&mut Serializer::with_formatter(&mut marked, Marked))?;
    let mut sorter = Sorter { out: Vec::with_capacity(marked.len()), rest: &marked };
    while sorter.copy() == Some(OPEN) {
        sorter.object();
    }
    String::from_utf8(sorter.out).map_err(Error::other)
}

/// Writes compact JSON with marks in the place of what has to wait for the order of the keys.
struct Marked;

impl Marked {
    fn double<W: ?Sized + Write>(writer: &mut W, value: f64) -> Result<()> {
        writer.write_all(ryu_js::Buffer::new().format_finite(value).as_bytes())
    }

    /// Writes the double that is nearest to a whole number.
    fn rounded<W: ?Sized + Write>(writer: &mut W, value: impl ToString) -> Result<()> {
        Marked::double(writer, value.to_string().parse().map_err(Error::other)?)
    }
}

impl Formatter for Marked {
    fn write_i64<W: ?Sized + Write>(&mut self, writer: &mut W, value: i64) -> Result<()> {
        if value.unsigned_abs() <= EXACT { write!(writer, "{value}") } else { Marked::rounded(writer, value) }
    }

    fn write_u64<W: ?Sized + Write>(&mut self, writer: &mut W, value: u64) -> Result<()> {
        if value <= EXACT { write!(writer, "{value}") } else { Marked::rounded(writer, value) }
    }

    fn write_i128<W: ?Sized + Write>(&mut self, writer: &mut W, value: i128) -> Result<()> {
        Marked::rounded(writer, value)
    }

    fn write_u128<W: ?Sized + Write>(&mut self, writer: &mut W, value: u128) -> Result<()> {
        Marked::rounded(writer, value)
    }

    fn write_f32<W: ?Sized + Write>(&mut self, writer: &mut W, value: f32) -> Result<()> {
        Marked::double(writer, f64::from(value))
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> Result<()> {
        Marked::double(writer, value)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> Result<()> {
        writer.write_all(&[OPEN])
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, _first: bool) -> Result<()> {
        writer.write_all(&[KEY])
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> Result<()> {
        writer.write_all(&[CLOSE])
    }
}

/// What is sorted, and what is still marked.
struct Sorter<'m> {
    out: Vec<u8>,
    rest: &'m [u8],
}

impl Sorter<'_> {
    /// Copies what stands before the next mark, and takes that.
    fn copy(&mut self) -> Option<u8> {
        let length = self.rest.iter().position(|byte| *byte < b' ').unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(length);
        self.out.extend_from_slice(text);
        let (mark, rest) = rest.split_first()?;
        self.rest = rest;
        Some(*mark)
    }

    /// Writes an object, the first mark of which is taken.
    fn object(&mut self) {
        self.out.push(b'{');
        let mut starts = Vec::with_capacity(8);
        while let Some(mark) = self.copy().filter(|mark| *mark != CLOSE) {
            if mark == OPEN {
                self.object();
                continue;
            }
            if !starts.is_empty() {
                self.out.push(b',');
            }
            starts.push(self.out.len());
        }
        self.sort(&starts);
        self.out.push(b'}');
    }

    /// Puts the last entries that were written in the order of their keys.
    fn sort(&mut self, starts: &[usize]) {
        let Some(first) = starts.first() else { return };
        let ends = starts.iter().skip(1).map(|start| start - 1).chain([self.out.len()]);
        let entries = starts.iter().zip(ends).filter_map(|(start, end)| self.out.get(*start..end));
        let mut entries: Vec<&[u8]> = entries.collect();
        // The order is that of the units of UTF-16 (section 3.2.3), in which ASCII is ordered as its bytes are.
        let is_plain = entries.iter().all(|entry| is_plain(key(entry)));
        if is_plain && entries.is_sorted_by_key(|entry| key(entry)) {
            return;
        }
        if is_plain {
            entries.sort_by_key(|entry| key(entry));
        } else {
            entries.sort_by_cached_key(|entry| units(key(entry)));
        }
        let sorted = entries.join(&b',');
        self.out.truncate(*first);
        self.out.extend(sorted);
    }
}

/// Says whether a key, as it is written, has neither an escape nor anything beyond ASCII.
fn is_plain(key: &[u8]) -> bool {
    key.iter().all(|byte| byte.is_ascii() && *byte != b'\\')
}

/// Returns the key of an entry, escaped, with the first of its quotes: so that a shorter one comes first.
fn key(entry: &[u8]) -> &[u8] {
    let mut is_escaped = true;
    let length = entry.iter().position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    });
    length.and_then(|length| entry.get(..length)).unwrap_or(entry)
}

/// Returns the units of UTF-16 of a key.
fn units(key: &[u8]) -> Vec<u16> {
    let text: String = serde_json::from_slice(&[key, b"\""].concat()).unwrap_or_default();
    text.encode_utf16().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde_json::{Map, Value};

    use super::*;

    /// Words that are ordered otherwise by bytes, by characters, or as they are escaped.
    const WORDS: &[&str] = &[
        "", "a", "ab", "B", "a\"", "a\\", "\n", "\u{1}", "\u{2}", "\u{7f}", "é", "€", "\u{ffff}", "😀", "a/b", "~",
        "0", "10",
    ];

    fn number() -> impl Strategy<Value = Value> {
        let doubles = any::<f64>().prop_filter("finite", |double| double.is_finite());
        let round =
            (-1_000_000_i64..1_000_000, 0..8_i32).prop_map(|(whole, places)| whole as f64 / 10_f64.powi(places));
        prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-9_i64..9).prop_map(Value::from),
            prop_oneof![doubles, round, Just(-0.0), Just(1e21), Just(1e-7)].prop_map(Value::from),
        ]
    }

    fn value() -> impl Strategy<Value = Value> {
        let word = || prop_oneof![select(WORDS).prop_map(str::to_owned), "\\PC{0,3}"];
        let scalar =
            prop_oneof![number(), word().prop_map(Value::from), any::<bool>().prop_map(Value::from), Just(Value::Null)];
        scalar.prop_recursive(4, 24, 6, move |inner| {
            let entries = prop::collection::vec((word(), inner.clone()), 0..6);
            let object = entries.prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()));
            prop_oneof![prop::collection::vec(inner, 0..4).prop_map(Value::from), object]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_text_is_that_of_the_library(value in value()) {
            prop_assert_eq!(text(&value).unwrap(), serde_json_canonicalizer::to_string(&value).unwrap());
        }
    }

    #[test]
    fn other_types_than_those_of_a_value_are_written() {
        assert!(text(&[(vec![1], 1)].into_iter().collect::<std::collections::BTreeMap<_, _>>()).is_err());
        assert_eq!(text(&(1_u8, -3_i128, 0.5_f32, f64::NAN)).unwrap(), "[1,-3,0.5,null]");
    }
}
