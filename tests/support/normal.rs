//! Output without what differs from run to run: folders, durations, ages and the present time.

use std::path::Path;

use jiff::{Timestamp, ToSpan};

/// What a run may mention and its expected output may not.
pub struct Normal {
    folders: Vec<String>,
    from: Timestamp,
    to: Timestamp,
}

impl Normal {
    /// Makes the normal form of runs in a folder that began at `from` and end now.
    pub fn new(folder: &Path, from: Timestamp) -> Self {
        let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let folders = [real.as_path(), folder].map(|path| path.to_string_lossy().into_owned());
        let to = Timestamp::now();
        Normal { folders: folders.to_vec(), from: from - 2.seconds(), to: to + 2.seconds() }
    }

    /// Writes `[DIR]`, `[T]`, `[AGO]`, `[NOW]` and `[ID]` for a folder, a duration, an age, the present time, and the
    /// hash of a folder in the name of a store's.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for folder in &self.folders {
            text = text.replace(folder, "[DIR]");
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        let mut before = ' ';
        while let Some(next) = rest.chars().next() {
            let found = if before.is_alphanumeric() || before == '.' { None } else { self.token(rest) };
            let (length, replacement) = found.unwrap_or((next.len_utf8(), ""));
            let taken = &rest[..length];
            out.push_str(if replacement.is_empty() { taken } else { replacement });
            before = taken.chars().next_back().unwrap_or(' ');
            rest = &rest[length..];
        }
        out
    }

    fn token(&self, rest: &str) -> Option<(usize, &'static str)> {
        let now = self.now(rest).map(|length| (length, "[NOW]"));
        let age = || age(rest).map(|length| (length, "[AGO]"));
        let duration = || duration(rest).map(|length| (length, "[T]"));
        let store = || store(rest).map(|length| (length, "[ID]"));
        let head = || head(rest).map(|length| (length, "head [ID]"));
        now.or_else(age).or_else(duration).or_else(store).or_else(head)
    }

    /// Measures a timestamp between the run's beginning and end.
    fn now(&self, rest: &str) -> Option<usize> {
        let (date, time) = (rest.get(..10)?, rest.get(11..)?);
        if !matches!(rest.as_bytes().get(10), Some(b'T' | b' ')) || date.as_bytes().get(4) != Some(&b'-') {
            return None;
        }
        let clock = time.bytes().take_while(|byte| byte.is_ascii_digit() || b":.".contains(byte)).count();
        let zone = match time.as_bytes().get(clock) {
            Some(b'Z') => 1,
            Some(b'+' | b'-') => 6,
            _ => return None,
        };
        let (clock_text, zone_text) = (time.get(..clock)?, time.get(clock..clock + zone)?);
        let to_minutes = clock_text.len() == 5;
        let seconds = if to_minutes { ":00" } else { "" };
        let instant: Timestamp = format!("{date}T{clock_text}{seconds}{zone_text}").parse().ok()?;
        let from = if to_minutes { self.from - 60.seconds() } else { self.from };
        (from..=self.to).contains(&instant).then_some(11 + clock + zone)
    }
}

/// Measures `head 0123456789ab`, the end of a journal, which depends on when it was written.
fn head(rest: &str) -> Option<usize> {
    let digits = rest.strip_prefix("head ")?.bytes().take_while(u8::is_ascii_hexdigit).count();
    (digits == 12).then_some("head ".len() + digits)
}

/// Measures a number, whole or with decimals.
fn number(rest: &str) -> Option<usize> {
    let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    (length > 0 && rest.starts_with(|c: char| c.is_ascii_digit())).then_some(length)
}

/// Measures `38 ms` or `1.2 s`.
fn duration(rest: &str) -> Option<usize> {
    let number = number(rest)?;
    let after = rest.get(number..)?.strip_prefix(' ')?;
    let unit = ["ns", "µs", "ms", "s", "min"].into_iter().find(|unit| {
        let tail = after.strip_prefix(unit);
        tail.is_some_and(|tail| !tail.starts_with(|c: char| c.is_alphanumeric()))
    })?;
    Some(number + 1 + unit.len())
}

/// Measures `3 min ago` or `2 days ago`.
fn age(rest: &str) -> Option<usize> {
    let number = number(rest)?;
    let after = rest.get(number..)?;
    let end = after.find(" ago")?;
    let unit = after.get(..end)?.trim();
    let is_unit = !unit.is_empty() && unit.len() < 10 && unit.chars().all(|c| c.is_alphabetic());
    is_unit.then_some(number + end + " ago".len())
}

/// Measures the eight digits before `/charter.db`.
fn store(rest: &str) -> Option<usize> {
    let digits = rest.get(..8)?;
    let is_hash = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hash && rest.get(8..)?.starts_with("/charter.db")).then_some(8)
}

#[test]
fn what_differs_is_replaced_and_nothing_else() {
    let now = Timestamp::now();
    let normal = Normal::new(Path::new("/tmp/of-this-test"), now);
    for (text, expected) in [
        ("ok: 41 files (main@9f2c1ab, 38 ms)", "ok: 41 files (main@9f2c1ab, [T])"),
        ("1.2 s, 3 stores, 38 msgs", "[T], 3 stores, 38 msgs"),
        ("(ana, 3 min ago) 12 days ago", "(ana, [AGO]) [AGO]"),
        ("at /tmp/of-this-test/repo/a.yaml:3:1", "at [DIR]/repo/a.yaml:3:1"),
        ("state/charter/acme-0123abcd/charter.db", "state/charter/acme-[ID]/charter.db"),
        ("expired 2026-03-31T22:00:00Z", "expired 2026-03-31T22:00:00Z"),
        ("limit 3,000 until 2028-06-30", "limit 3,000 until 2028-06-30"),
    ] {
        assert_eq!(normal.text(text), expected);
    }
    assert_eq!(normal.text(&format!("\"at\":\"{now}\",")), "\"at\":\"[NOW]\",");
    assert_eq!(normal.text(&format!("run {}Z", now.strftime("%Y-%m-%d %H:%M"))), "run [NOW]");
}
