//! The order of files, of documents in a file, of keys and of the items of a set means nothing; nor does JSON or YAML.

use charter::model::finding::Finding;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::checked;
use crate::law::{Case, Law};
use crate::organisation::{Organisation, organisation, spelled, with_mistakes};

/// What findings say, without where and in no order.
fn said(findings: &[Finding]) -> Vec<(String, String, Option<String>)> {
    let mut said: Vec<_> = findings
        .iter()
        .map(|finding| (finding.code.as_str().to_owned(), finding.message.clone(), finding.help.clone()))
        .collect();
    said.sort();
    said
}

fn same(organisation: &Organisation, seeds: [u64; 2]) -> Result<(usize, bool), TestCaseError> {
    let files = seeds.map(|seed| spelled(&organisation.declarations(), seed));
    let [first, second] = [&files[0], &files[1]].map(checked);
    prop_assert_eq!(said(&first.report.findings), said(&second.report.findings));
    let desired = [&first, &second].map(|checked| checked.admitted.as_ref().map(|admitted| admitted.desired()));
    prop_assert_eq!(desired[0].map(|desired| &desired.digest), desired[1].map(|desired| &desired.digest));
    let specs = desired
        .map(|desired| desired.map(|desired| desired.resources.iter().map(|one| one.id.clone()).collect::<Vec<_>>()));
    prop_assert_eq!(&specs[0], &specs[1]);
    Ok((first.report.findings.len(), first.admitted.is_some() && files[0] != files[1]))
}

#[test]
fn order_means_nothing() {
    let law = Law { name: "order of files, documents, keys and sets", cases: 150, telling: 0.8 };
    law.holds(&(organisation(), any::<[u64; 2]>()), |(organisation, seeds)| {
        let (_, admitted) = same(&organisation, seeds)?;
        prop_assert!(admitted || seeds[0] == seeds[1] || organisation.declarations().len() < 4);
        Ok(Case::telling_if(admitted))
    });
}

#[test]
fn order_changes_no_finding() {
    let law = Law { name: "order and findings", cases: 150, telling: 0.9 };
    law.holds(&(with_mistakes(), any::<[u64; 2]>()), |(organisation, seeds)| {
        let (findings, _) = same(&organisation, seeds)?;
        Ok(Case::telling_if(findings > 0))
    });
}
