//! Organization: what holds for everybody.

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Declared, Scope};
use crate::model::code::Code;
use crate::model::examination::Examination;
use crate::model::fault::Fault;
use crate::model::guard::Guards;
use crate::model::library::Library;
use crate::model::mend::Mend;
use crate::model::money::{Amount, currencies};
use crate::model::name::Name;
use crate::model::nearest::{did_you_mean, surely_meant};
use crate::model::period::Window;
use crate::model::permission::{ALL, is_word};
use crate::model::set::Set;
use crate::model::subject::Subject;

/// The organisation: its money, its time, its council and the words of its permissions. Exactly one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Organization {
    /// Who may declare: with `centralized` the central source alone, with `federated` the teams' own sources too.
    #[serde(default)]
    pub model: Model,
    /// The currency of every amount (ISO 4217).
    pub currency: String,
    /// The time zone (IANA) that decides where a day and a month end.
    pub timezone: String,
    /// Who decides for the organisation.
    #[serde(default)]
    pub council: Set<Subject>,
    /// Caps: the teams' limits of a window, with their adjustments of the same period, may not add up to more.
    #[serde(default)]
    pub budgets: Vec<Cap>,
    /// The words that permissions are made of.
    #[serde(default)]
    pub vocabulary: Vocabulary,
    /// Policies of the library that are switched on, with their parameters.
    #[serde(default)]
    pub policies: Library,
    /// Guards that hold an apply, with their parameters.
    #[serde(default)]
    pub guards: Guards,
    /// The versions of Charter that may read this repository, such as `>=0.1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires: Option<String>,
}

/// Who may declare manifests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Model {
    /// The central source alone.
    #[default]
    Centralized,
    /// The teams' own sources too.
    Federated,
}

/// The organisation's cap of one window.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cap {
    pub window: Window,
    /// The most that all teams' limits may add up to; without one there is no cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Amount>,
}

/// The actions and the resources that a permission may name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vocabulary {
    /// What can be done; `all` stands for each of them and is not listed.
    #[serde(default = "default_actions")]
    pub actions: Set<Name>,
    /// What it can be done to.
    #[serde(default = "default_resources")]
    pub resources: Set<Name>,
}

fn words(text: &str) -> Set<Name> {
    text.split_ascii_whitespace().filter_map(|word| word.parse().ok()).collect()
}

fn default_actions() -> Set<Name> {
    words("read write execute manage")
}

fn default_resources() -> Set<Name> {
    words("agents prompts sessions team_config team_budget config users billing knowledge projects")
}

impl Default for Vocabulary {
    fn default() -> Self {
        Vocabulary { actions: default_actions(), resources: default_resources() }
    }
}

impl Vocabulary {
    fn examine<'a>(&'a self, found: &mut Examination<'a>) {
        for (pointer, words) in [("/vocabulary/actions", &self.actions), ("/vocabulary/resources", &self.resources)] {
            found.set(pointer, words, |_| None);
            for (index, word) in words.iter().enumerate() {
                let (message, help) = if word.as_str() == ALL {
                    (
                        format!("`{ALL}` is no word of a vocabulary: as an action it stands for each of them"),
                        "take it out",
                    )
                } else if !is_word(word.as_str()) {
                    let help = "begin with a letter, and write lower-case letters, digits, `_` and `-`";
                    (format!("`{word}` is a word that no permission can spell"), help)
                } else {
                    continue;
                };
                found.fault(format!("{pointer}/{index}"), Code::BadPermission, message, help);
            }
        }
    }
}

impl Organization {
    /// Returns the time zone, UTC where the name is unknown (which is a finding of its own).
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.timezone).unwrap_or(TimeZone::UTC)
    }

    /// Says whether the time zone is known.
    pub fn has_zone(&self) -> bool {
        !self.timezone.is_empty() && TimeZone::get(&self.timezone).is_ok()
    }

    fn examine_zone(&self, found: &mut Examination<'_>) {
        if !self.has_zone() {
            let known = jiff::tz::db().available().map(|name| name.to_string()).collect::<Vec<_>>();
            let help = did_you_mean(&self.timezone, &known)
                .map_or("write a zone of the IANA database, such as Europe/Warsaw".into(), |near| {
                    format!("did you mean `{near}`?")
                });
            let fault = Fault::new(Code::UnknownTimeZone, format!("there is no time zone `{}`", self.timezone));
            let meant = surely_meant(&self.timezone, &known);
            found.faulty("/timezone", fault.help(help).mend(Mend::word(&self.timezone, meant)));
        }
    }

    fn examine_currency(&self, found: &mut Examination<'_>) {
        if !currencies().any(|currency| currency == self.currency) {
            let help = did_you_mean(&self.currency, currencies())
                .map_or("write a code of ISO 4217, such as USD".into(), |near| format!("did you mean `{near}`?"));
            found.fault("/currency", Code::UnknownCurrency, format!("there is no currency `{}`", self.currency), help);
        }
    }

    fn examine_caps(&self, found: &mut Examination<'_>) {
        for (index, cap) in self.budgets.iter().enumerate() {
            if cap.limit.is_some_and(Amount::is_negative) {
                found.fault(
                    format!("/budgets/{index}/limit"),
                    Code::BadAmount,
                    "a limit is below zero",
                    "write an amount of 0 or more",
                );
            }
            if self.budgets.iter().take(index).any(|earlier| earlier.window == cap.window) {
                let message = format!("the {} has a cap already", cap.window.as_str());
                found.fault(
                    format!("/budgets/{index}/window"),
                    Code::DuplicateBudget,
                    message,
                    "keep one cap a window",
                );
            }
        }
    }
}

impl Declared for Organization {
    const SCOPE: Scope = Scope::Organization;
    const WORD: &'static str = "organisation";
    const EXAMPLE: &'static str = "\
apiVersion: charter/v1
kind: Organization
metadata:
  name: acme
spec:
  model: centralized
  currency: USD
  timezone: Europe/Warsaw
  council: [\"user:grace\", \"user:linus\"]
  budgets:
    - {window: month, limit: 13000}
  guards:
    too-many-deletes: {fraction: 0.25, floor: 10}
  requires: \">=0.1\"
";

    fn examine<'a>(&'a self, found: &mut Examination<'a>) {
        found.subjects("/council", &self.council);
        self.vocabulary.examine(found);
        self.examine_currency(found);
        self.examine_zone(found);
        self.examine_caps(found);
        self.guards.examine(found);
        self.policies.examine(&self.vocabulary.actions, found);
    }
}
