//! What is gathered on a walk through a source: files to read, and findings about entries that must not be there.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

use git2::Oid;

use super::error::SourceError;
use super::limits;
use super::tree::{Sort, Twins, escape, name};
use crate::model::code::Code;
use crate::model::finding::Finding;
use crate::model::lineage::Lineage;
use crate::model::origin::Origin;
use crate::model::snapshot::{Extent, Revision, Snapshot, SourceFile};

/// Where a file's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Blob(Oid),
    Disk(OnDisk),
}

/// A file on disk, and which one it was when it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDisk {
    pub path: PathBuf,
    /// In bytes.
    pub size: u64,
    /// The numbers of its device and its inode.
    pub identity: (u64, u64),
}

/// A file that is to be read.
#[derive(Debug)]
pub struct Wanted {
    pub path: Arc<str>,
    pub place: Place,
}

impl Wanted {
    /// Makes the file of what was read.
    pub fn file(&self, bytes: &Arc<[u8]>) -> SourceFile {
        SourceFile { path: self.path.clone(), bytes: bytes.clone() }
    }
}

/// The state of a walk. No file is read before it is known to be within the limits.
#[derive(Debug)]
pub struct Gathering {
    governed: String,
    settings: String,
    policies: String,
    wanted: Vec<Wanted>,
    findings: Vec<Finding>,
    entries: usize,
    bytes: u64,
    full: bool,
}

/// Says whether a path may be a manifest by its extension.
fn is_manifest(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Makes a number that is the same for all files of one name.
fn name_key(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.rsplit('/').next().hash(&mut hasher);
    hasher.finish()
}

impl Gathering {
    /// Starts a walk below the governed path (empty for the root).
    pub fn new(governed: &str) -> Self {
        let settings = below(governed, "schemas/settings.schema.json");
        let policies = below(governed, "policies/");
        let governed = governed.to_owned();
        let (wanted, findings) = (Vec::new(), Vec::new());
        Gathering { governed, settings, policies, wanted, findings, entries: 0, bytes: 0, full: false }
    }

    /// Says whether the walk has met so much that it must end.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Says whether anything is wrong with what was met.
    pub fn is_flawed(&self) -> bool {
        self.full || !self.findings.is_empty()
    }

    /// Says whether the file at a path is to be read.
    pub fn wants(&self, path: &str) -> bool {
        is_manifest(path) || path == self.settings || self.is_policy(path)
    }

    /// Says whether a path may be a policy: the tests of policies are none.
    fn is_policy(&self, path: &str) -> bool {
        path.starts_with(&self.policies) && path.ends_with(".rego") && !path.ends_with("_test.rego")
    }

    /// Meets an entry of a directory and returns its path where it is a sound file or directory.
    ///
    /// `twins` are the names that the directory has so far.
    pub fn meet(&mut self, twins: &mut Twins, directory: &str, bytes: &[u8], sort: Sort) -> Option<String> {
        self.entries += 1;
        if self.entries > limits::ENTRIES {
            self.overflow(format!("the source has more than {} entries", limits::ENTRIES));
            return None;
        }
        let flaw = match name(bytes) {
            Ok(name) if directory.len() + name.len() < limits::PATH_BYTES => {
                let is_repeated = self.meet_twin(twins, directory, name);
                return if is_repeated { None } else { self.meet_sound(below(directory, name), sort) };
            }
            Ok(_) => "makes a path that is longer than systems can open",
            Err(flaw) => flaw,
        };
        let path = below(directory, &escape(bytes));
        let help = "rename it, or take it out of the governed path";
        self.note(Finding::new(Code::UnsafePath, Origin::file(path), format!("its name {flaw}")).help(help));
        None
    }

    /// Notes twins and says whether the very same name stood there already.
    fn meet_twin(&mut self, twins: &mut Twins, directory: &str, name: &str) -> bool {
        let Some(earlier) = twins.meet(name) else { return false };
        let is_repeated = earlier == name;
        let what = if is_repeated { "stands twice in its directory" } else { "is the same to some systems as another" };
        let finding = Finding::new(Code::PathTwin, Origin::file(below(directory, name)), format!("`{name}` {what}"))
            .help("rename one so that they differ in more than case and Unicode form")
            .related(Origin::file(below(directory, &earlier)), "the other");
        self.note(finding);
        is_repeated
    }

    fn meet_sound(&mut self, path: String, sort: Sort) -> Option<String> {
        match sort {
            Sort::File => Some(path),
            Sort::Directory => self.meet_directory(path),
            Sort::Link => {
                self.refuse(Code::Symlink, path, "a symbolic link is never followed", "put a file in its place")
            }
            Sort::Submodule => {
                self.refuse(Code::Submodule, path, "a submodule is never read", "move it out of the governed path")
            }
            Sort::Special => self.refuse(
                Code::UnsafePath,
                path,
                "it is neither a file nor a directory",
                "take it out of the governed path",
            ),
        }
    }

    fn meet_directory(&mut self, path: String) -> Option<String> {
        let inside = path.strip_prefix(&self.governed).unwrap_or(&path);
        if inside.split('/').filter(|part| !part.is_empty()).count() <= limits::DEPTH {
            return Some(path);
        }
        let message = format!("directories nest deeper than {}", limits::DEPTH);
        self.refuse(Code::TooDeep, path, &message, "move it up")
    }

    fn refuse(&mut self, code: Code, path: String, message: &str, help: &str) -> Option<String> {
        self.note(Finding::new(code, Origin::file(path), message).help(help));
        None
    }

    /// Wants a file, unless there are too many.
    pub fn want(&mut self, path: String, place: Place) {
        self.wanted.push(Wanted { path: path.into(), place });
        if self.wanted.len() > limits::FILES {
            self.overflow(format!("the source has more than {} YAML, JSON and Rego files", limits::FILES));
        }
    }

    /// Says whether a file of a size in bytes may be read, or notes why not.
    fn admits(&mut self, path: &str, size: u64) -> bool {
        if size > limits::FILE_BYTES {
            let message = format!("the file has {size} bytes, more than {}", limits::FILE_BYTES);
            self.refuse(Code::FileTooLarge, path.to_owned(), &message, "split it");
            return false;
        }
        self.bytes += size;
        if self.bytes > limits::TOTAL_BYTES {
            self.overflow(format!("the YAML, JSON and Rego files have more than {} bytes in all", limits::TOTAL_BYTES));
        }
        !self.full
    }

    fn overflow(&mut self, message: String) {
        if !self.full {
            let help = "govern a smaller part of the repository with --path";
            let finding = Finding::new(Code::TooManyFiles, Origin::file(self.governed.as_str()), message).help(help);
            self.findings.push(finding);
        }
        self.full = true;
    }

    fn note(&mut self, finding: Finding) {
        if self.findings.len() < limits::FINDINGS {
            self.findings.push(finding);
        } else {
            self.overflow(format!("more than {} entries cannot be read", limits::FINDINGS));
        }
    }

    /// Reads what is wanted and ends the walk: no file before its size in bytes is known.
    ///
    /// Of a source beyond the limits there are no files.
    ///
    /// # Errors
    /// Those of `size` and `read`: a file that cannot be read is not a file that is not there.
    pub fn read(
        mut self,
        size: impl Fn(&Wanted) -> Result<u64, SourceError>,
        mut read: impl FnMut(&Wanted) -> Result<Arc<[u8]>, SourceError>,
    ) -> Result<Gathered, SourceError> {
        let mut wanted = std::mem::take(&mut self.wanted);
        // A pack keeps files of one name beside each other, each as its difference from another: read name by name, the
        // other is still in memory (20,000 files: a fifth less time than in the order of paths).
        wanted.sort_by_cached_key(|file| name_key(&file.path));
        let mut files = Vec::with_capacity(wanted.len());
        let mut settings_schema = None;
        for wanted in wanted {
            if self.full {
                break;
            }
            if !self.admits(&wanted.path, size(&wanted)?) {
                continue;
            }
            let file = SourceFile { bytes: read(&wanted)?, path: wanted.path };
            if *file.path == *self.settings {
                settings_schema = Some(file);
            } else {
                files.push(file);
            }
        }
        if self.full {
            (files, settings_schema) = (Vec::new(), None);
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        self.findings.sort_by(|a, b| a.origin.cmp(&b.origin).then(a.code.cmp(&b.code)));
        let extent = Extent { entries: self.entries, bytes: self.bytes };
        Ok(Gathered { path: self.governed, files, settings_schema, findings: self.findings, extent })
    }
}

/// All that a walk found.
#[derive(Debug)]
pub struct Gathered {
    path: String,
    files: Vec<SourceFile>,
    settings_schema: Option<SourceFile>,
    findings: Vec<Finding>,
    extent: Extent,
}

impl Gathered {
    /// Makes the snapshot of a revision with its root commits.
    pub fn snapshot(self, revision: Option<Revision>, uncommitted: usize, roots: Vec<String>) -> Snapshot {
        let Gathered { path, files, settings_schema, findings, extent } = self;
        let files: BTreeMap<_, _> = files.into_iter().map(|file| (file.path.clone(), file)).collect();
        let files = Arc::new(files);
        let lineage = Lineage { path, roots };
        Snapshot { revision, uncommitted, files, settings_schema, findings, lineage, extent }
    }

    /// Says whether anything is wrong with what was met or read.
    pub fn is_flawed(&self) -> bool {
        !self.findings.is_empty()
    }

    /// Returns how many entries were met, and how many bytes were read.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// Returns the files, and whether the schema of the settings is beside them.
    pub fn into_files(self) -> (Vec<SourceFile>, bool) {
        (self.files, self.settings_schema.is_some())
    }
}

/// Joins a directory (empty for the root) and a name.
pub fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}
