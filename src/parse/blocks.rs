//! Where lines of YAML stand: in a block, a flow collection, a quoted scalar or a block scalar (YAML 1.2.2, chapters 6 to 8).

use super::inline::indent;

/// What the library refuses on a line though YAML has it, or takes though YAML does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// A bracket at this byte closes what a key opened that stands as far to the left.
    Closing(usize),
    /// From the first byte up to the second, blanks with a tab stand between a key and its plain value.
    Tab(usize, usize),
    /// A tab at this byte indents a key or an item of a list.
    Indentation(usize),
}

/// What the lines before one have opened.
#[derive(Debug, Default)]
pub struct Blocks {
    /// How many flow collections are open.
    depth: usize,
    /// Whether a plain scalar of a flow collection goes on.
    is_plain: bool,
    /// The quote of the scalar that is open.
    quote: Option<u8>,
    /// The column of the key whose value is open.
    key: Option<usize>,
    /// How far the lines of a block scalar are indented at least.
    scalar: Option<usize>,
}

impl Blocks {
    /// Goes over a line, which has no end any more, and tells what is odd in it.
    pub fn line(&mut self, line: &str, odd: &mut Vec<Quirk>) {
        if line.starts_with("---") || line.starts_with("...") {
            *self = Blocks::default();
        }
        let (bytes, indent) = (line.as_bytes(), indent(line));
        if self.scalar.is_some_and(|least| indent >= least || indent == line.len()) {
            return;
        }
        self.scalar = None;
        let mut at = 0;
        if self.depth == 0 && self.quote.is_none() {
            at = self.block(bytes, indent, odd);
        } else if self.quote.is_none() && matches!(bytes.get(indent), Some(b']' | b'}')) && self.key == Some(indent) {
            odd.push(Quirk::Closing(indent));
        }
        self.flow(bytes, at);
    }

    /// Walks to the value that begins on a line of a block, and returns where it stands if it is a flow collection.
    fn block(&mut self, line: &[u8], indent: usize, odd: &mut Vec<Quirk>) -> usize {
        let (mut at, mut above) = (indent + blanks(line, indent), None);
        self.key = None;
        while let Some(first) = line.get(at) {
            let (is_apart, is_key) = (is_blank(line.get(at + 1)), matches!(first, b'"' | b'\''));
            match first {
                b'-' | b'?' | b':' if is_apart => (self.key, above) = (None, Some(at)),
                b'&' | b'!' => {
                    at += line.iter().skip(at).position(|byte| is_blank(Some(byte))).unwrap_or(line.len());
                    at += blanks(line, at);
                    continue;
                }
                b'|' | b'>' => {
                    self.scalar = Some(above.map_or(0, |above| above + 1));
                    return line.len();
                }
                b'[' | b'{' => return at,
                _ => {
                    let Some(colon) = (if is_key { self.quoted_key(line, at) } else { plain_key(line, at) }) else {
                        return line.len();
                    };
                    (self.key, above) = (Some(at), Some(at));
                    odd.extend(tab(line, colon + 1).filter(|_| !is_key));
                    odd.extend(indented(line, at));
                    at = colon + 1 + blanks(line, colon + 1);
                    continue;
                }
            }
            odd.extend(indented(line, at));
            at += 1 + blanks(line, at + 1);
        }
        line.len()
    }

    /// Finds the colon behind a quoted key. A scalar that is no key, or that goes on, is walked over.
    fn quoted_key(&mut self, line: &[u8], at: usize) -> Option<usize> {
        let end = self.flow(line, at);
        let colon = end + blanks(line, end);
        (self.quote.is_none() && line.get(colon) == Some(&b':') && is_blank(line.get(colon + 1))).then_some(colon)
    }

    /// Walks through flow collections and quoted scalars, and returns where they end.
    fn flow(&mut self, line: &[u8], mut at: usize) -> usize {
        while let Some(byte) = line.get(at) {
            let next = line.get(at + 1);
            at += match (self.quote, byte) {
                (Some(b'"'), b'\\') => 2,
                (Some(b'\''), b'\'') if next == Some(&b'\'') => 2,
                (Some(quote), _) => {
                    self.quote = self.quote.filter(|_| *byte != quote);
                    1
                }
                (None, b'#') if at.checked_sub(1).is_none_or(|before| is_blank(line.get(before))) => return line.len(),
                (None, _) => {
                    self.sign(*byte, next);
                    1
                }
            };
            if self.depth == 0 && self.quote.is_none() {
                return at;
            }
        }
        line.len()
    }

    /// Takes a sign of a flow collection outside quotes.
    fn sign(&mut self, byte: u8, next: Option<&u8>) {
        let ends_plain = |next: Option<&u8>| is_blank(next) || next.is_some_and(|next| b",[]{}".contains(next));
        match byte {
            b'[' | b'{' => (self.depth, self.is_plain) = (self.depth + 1, false),
            b']' | b'}' => (self.depth, self.is_plain) = (self.depth.saturating_sub(1), false),
            b',' => self.is_plain = false,
            b':' if !self.is_plain || ends_plain(next) => self.is_plain = false,
            b'"' | b'\'' if !self.is_plain => self.quote = Some(byte),
            b' ' | b'\t' => {}
            _ => self.is_plain = true,
        }
    }
}

/// Says whether nothing or a blank stands at a place.
fn is_blank(byte: Option<&u8>) -> bool {
    matches!(byte, None | Some(b' ' | b'\t'))
}

/// Counts the blanks at a place.
fn blanks(line: &[u8], at: usize) -> usize {
    line.iter().skip(at).take_while(|byte| is_blank(Some(byte))).count()
}

/// Finds the colon behind a plain key; none where a text or a comment stands.
fn plain_key(line: &[u8], start: usize) -> Option<usize> {
    let rest = line.get(start..)?;
    let is_comment = |at: usize| at.checked_sub(1).is_none_or(|before| is_blank(rest.get(before)));
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            b':' if is_blank(rest.get(at + 1)) => return Some(start + at),
            b'#' if is_comment(at) => return None,
            _ => {}
        }
    }
    None
}

/// Finds blanks behind a colon that hold a tab, and behind which a plain value begins.
fn tab(line: &[u8], from: usize) -> Option<Quirk> {
    let to = from + blanks(line, from);
    let is_plain = line.get(to).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte));
    (is_plain && line.get(from..to)?.contains(&b'\t')).then_some(Quirk::Tab(from, to))
}

/// Finds the first tab before what a block begins with.
fn indented(line: &[u8], end: usize) -> Option<Quirk> {
    line.get(..end)?.iter().position(|byte| *byte == b'\t').map(Quirk::Indentation)
}
