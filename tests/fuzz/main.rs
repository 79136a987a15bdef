//! The entry functions for fuzzing, on a corpus and on mutations of it.
//!
//! `PROPTEST_CASES=100000 cargo test --release --test fuzz` goes on for longer, and `cargo +nightly fuzz run yaml` in this
//! folder's twin `fuzz/` without end. What either finds becomes a file of the corpus.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

#[path = "../support/law.rs"]
mod law;
#[path = "../support/mutation.rs"]
mod mutation;
#[path = "../support/organisation.rs"]
mod organisation;
#[path = "../support/say.rs"]
mod say;
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use law::{Case, Law};
use mutation::mutate;
use organisation::Dice;
use proptest::prelude::*;
use targets::memory;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Reads the corpus of a target.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = root().join("tests/fuzz/corpus").join(name);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn no_target_breaks_on_its_corpus_or_near_it() {
    for (name, target) in targets::ALL {
        let corpus = corpus(name);
        let telling = corpus.iter().filter(|bytes| target(bytes)).count();
        assert!(
            telling * 2 >= corpus.len() && telling > 0,
            "{name}: {telling} of {} files tell something",
            corpus.len()
        );
        let law = Law { name, cases: 300, telling: 0.05 };
        law.holds(&(0..corpus.len(), any::<u64>(), 1usize..4), |(index, seed, many)| {
            let (mut bytes, mut dice) = (corpus[index].clone(), Dice(seed));
            (0..many).for_each(|_| mutate(&mut bytes, &mut dice));
            Ok(Case::telling_if(target(&bytes)))
        });
    }
}

fn stems(folder: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    names.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn every_target_has_a_corpus_and_a_twin_for_cargo_fuzz() {
    let targets: BTreeSet<String> = targets::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(stems(&root().join("tests/fuzz/corpus")), targets);
    assert_eq!(stems(&root().join("fuzz/fuzz_targets")), targets);
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    for target in targets {
        assert!(manifest.contains(&format!("name = \"{target}\"\npath = \"fuzz_targets/{target}.rs\"")), "{target}");
    }
}
