//! Writing files of a work tree anew: nothing is followed, and a file is whole at every moment.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::disk;
use super::error::SourceError;
use super::tree::Sort;

/// A file of a work tree as it was read and as it is to be.
#[derive(Debug, Clone)]
pub struct Rewrite {
    /// The path inside the work tree, `/` between its parts.
    pub path: String,
    pub before: Vec<u8>,
    pub after: Vec<u8>,
}

/// Writes files below the root of a work tree; nothing is written unless all of them are as they were read.
///
/// # Errors
/// Where a file is another than it was, is no file or lies behind a link, and where it cannot be written.
pub fn rewrite(root: &Path, files: &[Rewrite]) -> Result<(), SourceError> {
    let found = files.iter().map(|file| find(root, file)).collect::<Result<Vec<_>, _>>()?;
    for (file, (place, permissions)) in files.iter().zip(found) {
        let fail =
            |error: std::io::Error| SourceError::Unwritable { path: file.path.clone(), cause: error.to_string() };
        replace(&place, permissions, &file.after).map_err(fail)?;
    }
    Ok(())
}

/// Finds a file that is as it was read.
fn find(root: &Path, file: &Rewrite) -> Result<(PathBuf, Permissions), SourceError> {
    let (inside, place) = (Path::new(&file.path), root.join(&file.path));
    let refuse = |cause: &str| SourceError::Unwritable { path: file.path.clone(), cause: cause.to_owned() };
    if !inside.parent().is_none_or(|parent| disk::is_directory_below(root, parent)) {
        return Err(refuse("a link leads there"));
    }
    let seen = disk::look(&place)?;
    if seen.sort != Sort::File {
        return Err(refuse("it is no file"));
    }
    if *disk::read(&seen.place)? != *file.before {
        return Err(refuse("the work tree holds it otherwise than it was read"));
    }
    let metadata = fs::symlink_metadata(&place).map_err(|error| disk::failure(&place, &error))?;
    Ok((place, metadata.permissions()))
}

/// Writes a file beside another and puts it in its place.
fn replace(place: &Path, permissions: Permissions, bytes: &[u8]) -> std::io::Result<()> {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let beside = place.with_file_name(format!(".{name}.{}.charter", std::process::id()));
    let file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
    let done = fill(file, permissions, bytes).and_then(|()| fs::rename(&beside, place));
    if done.is_err() {
        // What went wrong is said; that this is left over as well would say less.
        let _left_over = fs::remove_file(&beside);
    }
    done
}

fn fill(mut file: File, permissions: Permissions, bytes: &[u8]) -> std::io::Result<()> {
    file.write_all(bytes)?;
    file.set_permissions(permissions)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn one(path: &str, before: &str) -> Rewrite {
        Rewrite { path: path.to_owned(), before: before.into(), after: b"new".to_vec() }
    }

    #[test]
    fn a_file_is_written_with_its_permissions_and_nothing_stays_beside_it() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("a.yaml");
        fs::write(&place, "old").unwrap();
        fs::set_permissions(&place, Permissions::from_mode(0o640)).unwrap();
        rewrite(root.path(), &[one("a.yaml", "old")]).unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "new");
        assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn links_and_files_that_changed_are_refused_before_anything_is_written() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::create_dir(at("real")).unwrap();
        for file in ["a.yaml", "b.yaml", "real/c.yaml"] {
            fs::write(at(file), "old").unwrap();
        }
        symlink(at("b.yaml"), at("link.yaml")).unwrap();
        symlink(at("real"), at("folder")).unwrap();
        for refused in [one("b.yaml", "other"), one("link.yaml", "old"), one("folder/c.yaml", "old"), one("real", "")] {
            let result = rewrite(root.path(), &[one("a.yaml", "old"), refused.clone()]);
            assert!(matches!(result, Err(SourceError::Unwritable { .. })), "{refused:?}");
        }
        for file in ["a.yaml", "b.yaml", "real/c.yaml"] {
            assert_eq!(fs::read_to_string(at(file)).unwrap(), "old");
        }
    }
}
