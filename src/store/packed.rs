//! Rows packed into one value, each field with its length before it: `3:abc4:defg`.
//!
//! SQLite runs on a thread of its own, and row by row most of the time would go into handing rows over.

use super::error::Failure;

/// Reads the fields of a packed value one after the other.
#[derive(Debug)]
pub(super) struct Packed<'a>(&'a [u8]);

impl<'a> Packed<'a> {
    /// Takes a value that a statement packed.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Packed(bytes)
    }

    /// Says whether every field was read.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the next row of four fields.
    pub(super) fn row(&mut self) -> Result<[&'a [u8]; 4], Failure> {
        let mut field = || self.field().ok_or_else(|| Failure::Corrupt("rows end in the middle of a field".into()));
        Ok([field()?, field()?, field()?, field()?])
    }

    fn field(&mut self) -> Option<&'a [u8]> {
        let colon = self.0.iter().position(|byte| *byte == b':')?;
        let (digits, rest) = self.0.split_at_checked(colon)?;
        let length = std::str::from_utf8(digits).ok()?.parse().ok()?;
        let (field, rest) = rest.get(1..)?.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_may_hold_anything() {
        let mut packed = Packed::of(b"2:a:0:3:1:21:\xff");
        assert_eq!(packed.row().unwrap(), [b"a:" as &[u8], b"", b"1:2", b"\xff"]);
        assert!(packed.is_empty());
        for cut in [b"2:a" as &[u8], b"", b"x:a", b"99999999999999999999:a", b"1"] {
            assert!(Packed::of(cut).row().is_err());
        }
    }
}
