//! The way from the root of a document to a node on a walk.

use std::fmt;

use super::node::token;

/// The steps to a node: a list on the stack, which becomes a JSON pointer (RFC 6901) where something is said of it.
#[derive(Debug, Clone, Copy)]
pub enum Trail<'a> {
    Root,
    Key(&'a Trail<'a>, &'a str),
    Index(&'a Trail<'a>, usize),
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trail::Root => Ok(()),
            Trail::Key(above, key) => write!(f, "{above}/{}", token(key)),
            Trail::Index(above, index) => write!(f, "{above}/{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_is_written_as_a_pointer() {
        let list = Trail::Key(&Trail::Root, "a/b~c");
        assert_eq!(Trail::Index(&list, 3).to_string(), "/a~1b~0c/3");
        assert_eq!(Trail::Root.to_string(), "");
    }
}
