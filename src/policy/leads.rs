//! Who leads a team is in it.

use jiff::Timestamp;

use super::{Facts, Found};
use crate::model::code::Code;
use crate::model::desired::Desired;
use crate::model::finding::Finding;
use crate::model::kind::Kind;
use crate::model::kind::team::Team;
use crate::model::subject::SubjectKind;

/// What the rule reads.
pub const READS: &[Kind] = &[Kind::Group, Kind::Membership, Kind::Team];

/// Reports leads who are no members, where nobody may be one that is not known.
pub fn judge(desired: &Desired, facts: &Facts, _: Timestamp) -> Found {
    if READS.iter().any(|kind| desired.flaws.may_hide(*kind)) {
        return Found::default();
    }
    let mut findings = Vec::new();
    for (id, team, resource) in desired.declared::<Team>() {
        let of_team = facts.members.leads.get(&id.name);
        for (index, lead) in team.leads.iter().enumerate() {
            let is_user = lead.kind() == SubjectKind::User;
            if is_user && of_team.is_some_and(|members| members.contains(lead)) {
                continue;
            }
            let what = if is_user { "is not a member of it" } else { "is not a user" };
            let message = format!("`{lead}` leads team `{}`, but {what}", id.name);
            let help = if is_user {
                format!("add `{lead}` to the members, or take it out of the leads")
            } else {
                "name the users who lead it".to_owned()
            };
            findings.push(
                Finding::new(Code::LeadNotMember, resource.site.spec(&format!("/leads/{index}")), message)
                    .about(id)
                    .help(help),
            );
        }
    }
    Found::always(findings)
}
