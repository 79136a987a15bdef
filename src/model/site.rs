//! Where a manifest stands, and how the nodes of what was read of it are found there again.

use super::origin::Origin;

/// The longest pointer that is followed, in bytes.
const LONGEST_POINTER: usize = 1_024;

/// The place of one declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The node that a pointer `/spec/…` or `/metadata/…` continues: the document, or the item of a bare `roles:` list.
    pub origin: Origin,
    /// Whether it is an item of a bare `roles:` document, whose spec is the item itself.
    pub bare: bool,
    /// The elements of lists that could not be read and that the typed spec does not hold.
    ///
    /// Sorted: each by its list's JSON pointer below the origin, and its index as written.
    pub left_out: Vec<(String, usize)>,
}

impl Site {
    /// Names the node at a pointer below `spec`.
    pub fn spec(&self, pointer: &str) -> Origin {
        if self.bare { self.node(pointer) } else { self.node(&format!("/spec{pointer}")) }
    }

    /// Names the node that holds the name.
    pub fn name(&self) -> Origin {
        self.origin.child(if self.bare { "/name" } else { "/metadata/name" })
    }

    /// Names the node at a pointer into the manifest as it is written; without one, the node that holds the name.
    pub fn input(&self, pointer: &str) -> Origin {
        if !pointer.starts_with('/') || pointer.len() > LONGEST_POINTER {
            return self.name();
        }
        if !self.bare {
            return self.origin.child(pointer);
        }
        pointer.strip_prefix("/spec").map_or_else(|| self.name(), |below| self.origin.child(below))
    }

    /// Names the node that holds the team.
    pub fn team(&self) -> Origin {
        self.origin.child("/metadata/team")
    }

    fn node(&self, pointer: &str) -> Origin {
        if self.left_out.is_empty() { self.origin.child(pointer) } else { self.origin.child(&self.written(pointer)) }
    }

    /// Turns a pointer into what was read into one into what is written: indices count the elements left out as well.
    fn written(&self, pointer: &str) -> String {
        let mut written = String::new();
        for token in pointer.split('/').skip(1) {
            let token = self.written_index(&written, token).unwrap_or_else(|| token.to_owned());
            written.push('/');
            written.push_str(&token);
        }
        written
    }

    /// Counts an index of a list of which something was left out; `None` for the key of a mapping, whatever its digits.
    fn written_index(&self, list: &str, token: &str) -> Option<String> {
        let mut of_list = self.left_out.iter().filter(|(other, _)| other == list).peekable();
        of_list.peek()?;
        let index =
            of_list.fold(token.parse().ok()?, |index: usize, (_, left_out)| index + usize::from(*left_out <= index));
        Some(index.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_left_out_are_counted_where_they_are_written() {
        let left_out = vec![("/spec/members".to_owned(), 0), ("/spec/members".to_owned(), 2)];
        let site = Site { origin: Origin::file("a.yaml"), bare: false, left_out };
        for (read, written) in [
            ("/members/0", "/spec/members/1"),
            ("/members/1", "/spec/members/3"),
            ("/leads/1", "/spec/leads/1"),
            ("/projects/007", "/spec/projects/007"),
        ] {
            assert_eq!(site.spec(read).pointer, written);
        }
    }
}
