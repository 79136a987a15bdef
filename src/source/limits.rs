//! How much a source may hold. Each limit is far above any organisation and far below what would hurt the machine.

/// The largest file that is read, in bytes. A manifest has a few hundred bytes; 8 MiB hold all of a large organisation.
pub const FILE_BYTES: u64 = 8 << 20;

/// The most YAML and JSON files that are read: twice the largest organisation that is benchmarked.
pub const FILES: usize = 200_000;

/// The most bytes that are read in all: what a small server can hold in memory beside everything else.
pub const TOTAL_BYTES: u64 = 1 << 30;

/// The deepest nesting of directories below the governed path.
pub const DEPTH: usize = 64;

/// The most entries that are looked at, of any sort.
///
/// A repository of a few kilobytes can name the same tree again and again, level by level, and so claim to hold
/// billions of files.
pub const ENTRIES: usize = 1_000_000;

/// The largest tree object that is read, in bytes: a directory of a million entries.
pub const TREE_BYTES: u64 = 64 << 20;

/// The longest name of an entry, in bytes: what the usual file systems can hold.
pub const NAME_BYTES: usize = 255;

/// The longest path inside a source, in bytes: what Linux opens.
pub const PATH_BYTES: usize = 4096;

/// The most bytes that are kept of what the `git` program says of a remote repository.
pub const TRANSPORT_BYTES: usize = 1 << 20;

/// The most characters that an error repeats of what the `git` program complains of.
pub const CAUSE_CHARS: usize = 400;

/// The most findings about files that are listed one by one.
pub const FINDINGS: usize = 1_000;
