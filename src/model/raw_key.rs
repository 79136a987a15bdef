//! The key of a live row that names no resource: somebody else's words, or no words at all.

use std::fmt::{self, Write};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Kind, team and name of a live row, as bytes: by hand they may be no UTF-8.
///
/// Spelled `kind/team/name`. What is not printable ASCII is written as `%` and two hexadecimal digits (RFC 3986), and so
/// are `/` and `%`: no two keys are spelled alike, and a terminal acts on none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct RawKey(pub [Vec<u8>; 3]);

/// Why a text spells no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` spells no key of a live row")]
pub struct NotAKey(String);

impl fmt::Display for RawKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [kind, team, name] = &self.0;
        for (between, part) in [("", kind), ("/", team), ("/", name)] {
            f.write_str(between)?;
            part.iter().try_for_each(|byte| match byte {
                b' '..=b'~' if !b"/%".contains(byte) => f.write_char(char::from(*byte)),
                _ => write!(f, "%{byte:02X}"),
            })?;
        }
        Ok(())
    }
}

impl FromStr for RawKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let parts: Option<Vec<Vec<u8>>> = text.split('/').map(decoded).collect();
        parts.and_then(|parts| parts.try_into().ok()).map(RawKey).ok_or_else(|| NotAKey(text.to_owned()))
    }
}

fn decoded(part: &str) -> Option<Vec<u8>> {
    let mut pieces = part.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(rest.as_bytes());
    }
    Some(bytes)
}

impl TryFrom<String> for RawKey {
    type Error = NotAKey;

    fn try_from(text: String) -> Result<Self, NotAKey> {
        text.parse()
    }
}

impl From<RawKey> for String {
    fn from(key: RawKey) -> String {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_is_spelled_as_people_read_it() {
        let key = |parts: [&[u8]; 3]| RawKey(parts.map(<[u8]>::to_vec)).to_string();
        assert_eq!(key([b"RoleBinding", b"", b"Evil One"]), "RoleBinding//Evil One");
        assert_eq!(key([b"\xff\x1b", "é".as_bytes(), b"a/b%"]), "%FF%1B/%C3%A9/a%2Fb%25");
        for text in ["", "a/b", "a/b/c/d", "a/%/c", "a/%f/c", "a/%zz/c"] {
            assert!(text.parse::<RawKey>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(parts: [Vec<u8>; 3]) {
            let key = RawKey(parts);
            prop_assert_eq!(key.to_string().parse(), Ok(key));
        }
    }
}
