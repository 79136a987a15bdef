//! Parsing while others are still read: one thread reads a source, all cores parse.

use std::collections::HashMap;
use std::sync::{Arc, mpsc};
use std::time::Instant;

use super::memo::Spent;
use crate::model::manifest::Parsed;
use crate::model::snapshot::{Snapshot, SourceFile};
use crate::parse;
use crate::source::{At, Source, SourceError};

/// How many files are parsed at a time: few enough to begin early, enough to be worth the handing on.
const BATCH: usize = 64;

/// What was parsed before all was read, by where the path of its file lies.
#[derive(Debug, Default)]
pub struct Ahead(HashMap<*const u8, (SourceFile, Box<Parsed>)>);

impl Ahead {
    /// Hands out what came of files, of each that is the very one that was parsed.
    pub fn of(mut self, files: &[&SourceFile]) -> Vec<Option<Box<Parsed>>> {
        let mut take = |file: &&SourceFile| {
            let (seen, parsed) = self.0.remove(&file.path.as_ptr())?;
            Arc::ptr_eq(&seen.bytes, &file.bytes).then_some(parsed)
        };
        files.iter().map(&mut take).collect()
    }
}

/// Reads a source at one moment and parses what it can of it meanwhile.
///
/// # Errors
/// Where the source cannot be read.
pub fn read(source: &dyn Source, at: &At, spent: &mut Spent) -> Result<(Snapshot, Ahead), SourceError> {
    let started = Instant::now();
    let (send, parsed) = mpsc::channel();
    let governed = source.governed_path();
    let snapshot = rayon::in_place_scope(|scope| {
        let mut batch = Vec::with_capacity(BATCH);
        let snapshot = source.read(at, &mut |file| {
            batch.push(file.clone());
            if batch.len() == BATCH {
                let (files, send) = (std::mem::replace(&mut batch, Vec::with_capacity(BATCH)), send.clone());
                // Where nobody receives any more, nobody needs it.
                scope.spawn(move |_| drop(send.send(parsed_of(files, governed))));
            }
        });
        spent.read += started.elapsed();
        snapshot
    })?;
    drop(send);
    let mut ahead = HashMap::with_capacity(snapshot.files.len());
    ahead.extend(parsed.into_iter().flatten().map(|(file, parsed)| (file.path.as_ptr(), (file, parsed))));
    Ok((snapshot, Ahead(ahead)))
}

fn parsed_of(files: Vec<SourceFile>, governed: &str) -> Vec<(SourceFile, Box<Parsed>)> {
    let parsed = |file: SourceFile| (file.clone(), Box::new(parse::file(&file, governed)));
    files.into_iter().map(parsed).collect()
}
