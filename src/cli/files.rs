//! Files that verbs write.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use super::Failure;

/// Writes a file and the directories above it, over one that is there.
pub fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), Failure> {
    put(path, text.as_ref(), OpenOptions::new().create(true).truncate(true))
}

/// Writes a new file and the directories above it; one that is there is left as it is.
pub fn write_new(path: &Path, text: impl AsRef<[u8]>) -> Result<(), Failure> {
    put(path, text.as_ref(), OpenOptions::new().create_new(true))
}

fn put(path: &Path, bytes: &[u8], options: &mut OpenOptions) -> Result<(), Failure> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let written = made.and_then(|()| options.write(true).open(path)?.write_all(bytes));
    written.map_err(|error| failure(path, &error))
}

/// Names a file that could not be used, and why.
pub fn failure(path: &Path, cause: &impl ToString) -> Failure {
    Failure::File { path: path.display().to_string(), cause: cause.to_string() }
}
