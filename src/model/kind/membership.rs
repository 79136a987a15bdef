//! Membership: more members of a team, written by the team itself.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::{Declared, Scope};
use crate::model::examination::{Examination, Target};
use crate::model::expiry::Expiry;
use crate::model::set::{Element, Set};
use crate::model::subject::Subject;

/// More members of a team, each for good or until a day.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Membership {
    /// Who joins the team.
    pub members: Set<Member>,
}

/// A member: a subject, or a subject and the end of its membership.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Member {
    Always(Subject),
    Limited(Limited),
}

/// A member for a time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limited {
    pub subject: Subject,
    /// The last day, or the instant at which it ends; without one it does not end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Expiry>,
}

impl Member {
    /// Returns who it is.
    pub fn subject(&self) -> &Subject {
        match self {
            Member::Always(subject) => subject,
            Member::Limited(limited) => &limited.subject,
        }
    }

    /// Returns when the membership ends, if it does.
    pub fn until(&self) -> Option<Expiry> {
        match self {
            Member::Always(_) => None,
            Member::Limited(limited) => limited.until,
        }
    }
}

impl Serialize for Member {
    /// Writes an end where there is one and the subject alone where there is none, however it was written.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Member::Limited(limited) if limited.until.is_some() => limited.serialize(serializer),
            Member::Limited(_) | Member::Always(_) => self.subject().serialize(serializer),
        }
    }
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        self.subject() == other.subject()
    }
}

impl Eq for Member {}

impl PartialOrd for Member {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Member {
    fn cmp(&self, other: &Self) -> Ordering {
        self.subject().cmp(other.subject())
    }
}

impl Element for Member {
    fn spelling(&self) -> &str {
        self.subject().as_str()
    }

    /// Of two entries for one subject the one that ends first stays: the less is granted.
    fn preference(&self) -> String {
        let Some(until) = self.until() else { return format!("~ {}", self.spelling()) };
        // Seconds from the earliest timestamp on, so that their order as text is that of the instants.
        let end = until.end(&TimeZone::UTC);
        let seconds = end.as_second().abs_diff(Timestamp::MIN.as_second());
        format!("{seconds:020}.{:09} {until} {}", end.subsec_nanosecond(), self.spelling())
    }
}

impl Declared for Membership {
    const SCOPE: Scope = Scope::Team;
    const WORD: &'static str = "membership";
    const EXAMPLE: &'static str = "\
apiVersion: charter/v1
kind: Membership
metadata:
  name: contractors
  team: frontend
spec:
  members: [\"user:cy\", {subject: \"user:di\", until: 2026-12-31}]
";

    fn examine<'a>(&'a self, found: &mut Examination<'a>) {
        found.set("/members", &self.members, |member| Some(Target::Subject(member.subject())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_entries_for_one_subject_the_one_that_ends_first_stays() {
        let kept = |text: &str| serde_json::to_string(&serde_json::from_str::<Set<Member>>(text).unwrap()).unwrap();
        let day = r#"{"subject":"user:di","until":"2026-12-31"}"#;
        let evening = r#"{"subject":"user:di","until":"2026-12-31T18:00:00Z"}"#;
        let next_day = r#"{"subject":"user:di","until":"2027-01-01T18:00:00Z"}"#;
        for list in [[day, evening], [evening, day], [evening, next_day], [r#""user:di""#, evening]] {
            assert_eq!(kept(&format!("[{}]", list.join(","))), format!("[{evening}]"));
        }
        assert_eq!(kept(&format!("[{next_day},{day}]")), format!("[{day}]"));
    }
}
