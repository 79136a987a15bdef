//! An organisation that has its bindings in one directory: all of one kind, and none of a team.

use std::path::Path;

use crate::organisation::{CENTRAL, Failure, File, Written, binding, central, found, person};

/// Writes an organisation of exactly that many resources, all but a few of them bindings, as a repository with a work tree
/// and one commit on `main`.
///
/// # Errors
/// Where there are too few resources, or the directory is not empty or cannot be written.
pub fn write(resources: usize, place: &Path) -> Result<Written, Failure> {
    let bindings = resources.checked_sub(CENTRAL).filter(|bindings| *bindings > 1).ok_or(Failure::TooFew)?;
    let files: Vec<File> = std::iter::once(central(&[], 0)).chain((0..bindings).map(of)).collect();
    found(resources, 0, &files, place)
}

/// Writes the binding of a number; every fourth ends on a day.
fn of(index: usize) -> File {
    let name = format!("binding-{index:06}");
    let end =
        if index.is_multiple_of(4) { format!("  expires: 2035-12-{:02}\n", 1 + index % 31) } else { String::new() };
    let more = format!("  reason: cover\n  ticket: GOV-{}\n{end}", 100 + index);
    let text = binding(&name, None, "developer", [person(2 * index), person(2 * index + 1)], &more);
    File { path: format!("bindings/{name}.yaml"), text }
}
