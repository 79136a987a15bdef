//! What is offered as a mend helps: its mistake is gone after it, wherever letters were lost.

use std::collections::{BTreeMap, BTreeSet};

use charter::model::finding::Finding;
use charter::model::mend::{Edit, Mend};
use charter::model::snapshot::SourceFile;
use charter::parse::mend::apply;
use charter::reconcile::{Question, validate};
use charter::source::At;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::law::{Case, Law};
use crate::memory::{Files, Memory};
use crate::organisation::{organisation, spelled, with_mistakes};
use crate::round;

fn findings(files: &Files) -> Vec<Finding> {
    let question = Question { at: At::Revision(None), since: None, all: false, packages: Vec::new() };
    validate(&Memory::of(vec![files.clone()]), &question, round::landing().at).unwrap().0.findings
}

/// Writes a letter twice, or takes it out: somewhere in some file.
fn mistype(files: &mut Files, (file, at, twice): (usize, usize, bool)) {
    let count = files.len();
    let (_, text) = &mut files[file % count];
    let letters: Vec<usize> = (0..text.len()).filter(|at| text[*at].is_ascii_lowercase()).collect();
    if let Some(at) = letters.get(at % letters.len().max(1)) {
        if twice {
            text.insert(*at, text[*at]);
        } else {
            text.remove(*at);
        }
    }
}

/// Makes the edits of all words that can be mended.
fn mended(files: &Files, findings: &[&Finding]) -> Files {
    let mut edits: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for finding in findings {
        edits.entry(&finding.origin.path).or_default().extend(&finding.edit);
    }
    let file = |(path, bytes): &(String, Vec<u8>)| {
        let file = SourceFile { path: path.as_str().into(), bytes: bytes[..].into() };
        let edits = edits.get(path.as_str()).map_or(&[][..], Vec::as_slice);
        (path.clone(), apply(&file, edits).unwrap().bytes.to_vec())
    };
    files.iter().map(file).collect()
}

#[test]
fn what_can_be_mended_is_mended() {
    let law = Law { name: "mends and mistakes", cases: 1_500, telling: 0.3 };
    let organisations = (prop_oneof![organisation(), with_mistakes()], any::<u64>());
    let mistakes = vec((any::<u16>().prop_map(usize::from), any::<u16>().prop_map(usize::from), any::<bool>()), 1..6);
    law.holds(&(organisations, mistakes), |((organisation, seed), mistakes)| {
        let mut files = spelled(&organisation.declarations(), seed);
        mistakes.into_iter().for_each(|mistake| mistype(&mut files, mistake));
        let found = findings(&files);
        let is_word = |one: &&Finding| one.edit.is_some() && matches!(one.mend, Some(Mend::Word { .. }));
        let offered: Vec<&Finding> = found.iter().filter(is_word).collect();
        let mark = |one: &Finding| {
            (one.code, one.origin.path.clone(), one.origin.document, one.origin.pointer.clone(), one.message.clone())
        };
        let left: BTreeSet<_> = findings(&mended(&files, &offered)).iter().map(mark).collect();
        for one in &offered {
            prop_assert!(!left.contains(&mark(one)), "{one:?}");
        }
        Ok(Case::telling_if(!offered.is_empty()))
    });
}
