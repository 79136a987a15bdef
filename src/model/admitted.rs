//! A desired state that the rules let through.

use super::desired::Desired;
use super::finding::Finding;
use super::kind::organization::Organization;
use super::name::Name;
use super::verdict::Verdict;

/// A desired state with a verdict without an unwaived error, and its organisation: what a plan is made of, and nothing else.
#[derive(Debug, Clone)]
pub struct Admitted {
    desired: Desired,
    name: Name,
    organization: Organization,
}

/// Why a desired state was not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("an error stands against it")]
    Errors,
    #[error("the verdict is about another desired state")]
    OtherState,
    #[error("no Organization is declared")]
    NoOrganization,
}

impl Admitted {
    /// Admits a desired state on the strength of its verdict.
    ///
    /// # Errors
    /// A state or a verdict with an error, or a verdict about another desired state; a state without an Organization.
    pub fn seal(desired: Desired, verdict: &Verdict) -> Result<Self, Refused> {
        if *verdict.desired() != desired.digest {
            return Err(Refused::OtherState);
        }
        if desired.flaws.errors || verdict.findings().iter().any(Finding::is_error) {
            return Err(Refused::Errors);
        }
        let (id, organization) = desired.organization().ok_or(Refused::NoOrganization)?;
        let (name, organization) = (id.name.clone(), organization.clone());
        Ok(Admitted { desired, name, organization })
    }

    /// Returns the state.
    pub fn desired(&self) -> &Desired {
        &self.desired
    }

    /// Returns the organisation's name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Returns the organisation.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::code::Code;
    use crate::model::digest::Digest;
    use crate::model::flaws::Flaws;
    use crate::model::lineage::Lineage;
    use crate::model::origin::Origin;
    use crate::model::resources::Resources;
    use crate::model::waived::Waived;

    fn nothing() -> Desired {
        Desired::new(None, Lineage { path: String::new(), roots: Vec::new() }, Resources::default(), Flaws::default())
    }

    #[test]
    fn only_a_clean_verdict_about_the_same_state_admits() {
        let digest = nothing().digest;
        let refused = |verdict: &Verdict| Admitted::seal(nothing(), verdict).err();
        let finding = |code| vec![Finding::new(code, Origin::file("a.yaml"), "wrong")];
        assert_eq!(
            refused(&Verdict::new(Digest::of([b"other".as_slice()]), Vec::new(), Vec::new())),
            Some(Refused::OtherState)
        );
        let with_error = Verdict::new(digest, finding(Code::LeadNotMember), Vec::new());
        assert_eq!(refused(&with_error), Some(Refused::Errors));
        let warned = Verdict::new(digest, finding(Code::ExpiredBinding), Vec::new());
        assert_eq!(refused(&warned), Some(Refused::NoOrganization));
        let waived = finding(Code::LeadNotMember).into_iter().map(|finding| Waived {
            finding,
            waiver: "Waiver/w-1".parse().unwrap(),
            reason: "a test".to_owned(),
            ticket: None,
            expires: "2026-12-31".parse().unwrap(),
        });
        assert_eq!(refused(&Verdict::new(digest, Vec::new(), waived.collect())), Some(Refused::NoOrganization));
        let flawed = Desired { flaws: Flaws { errors: true, ..Flaws::default() }, ..nothing() };
        assert_eq!(Admitted::seal(flawed, &warned).err(), Some(Refused::Errors), "an earlier stage's error counts too");
    }
}
