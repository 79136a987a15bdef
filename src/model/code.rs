//! The codes of findings: stable, kebab-case, each with its severity and its `explain` page.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// How bad a finding is: an error refuses the change, a warning does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

impl Severity {
    /// Names the severity as it is printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($variant:ident $text:literal $severity:ident,)*) => {
        /// What kind of mistake a finding is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($variant,)* }

        impl Code {
            /// Every code, in the order of this table.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// Spells the code as it is printed and searched for.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text,)* }
            }

            /// Says how bad a finding of this code is.
            pub const fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// Returns the `explain` page in Markdown: what is wrong, a wrong and a right example.
            pub const fn page(self) -> &'static str {
                match self {
                    $(Code::$variant => include_str!(
                        concat!(env!("CARGO_MANIFEST_DIR"), "/policies/codes/", $text, ".md")),)*
                }
            }
        }
    };
}

codes! {
    // What the source holds.
    Symlink "symlink" Error,
    Submodule "submodule" Error,
    UnsafePath "unsafe-path" Error,
    PathTwin "path-twin" Error,
    FileTooLarge "file-too-large" Error,
    TooManyFiles "too-many-files" Error,
    // What can be read.
    InvalidEncoding "invalid-encoding" Error,
    NotFetched "not-fetched" Error,
    Syntax "syntax" Error,
    UnsupportedYaml "unsupported-yaml" Error,
    TooDeep "too-deep" Error,
    DuplicateKey "duplicate-key" Error,
    NotAManifest "not-a-manifest" Error,
    UnknownKind "unknown-kind" Error,
    UnknownField "unknown-field" Error,
    MissingField "missing-field" Error,
    Schema "schema" Error,
    NotAName "not-a-name" Error,
    BadName "bad-name" Error,
    BadSubject "bad-subject" Error,
    BadPermission "bad-permission" Error,
    BadAmount "bad-amount" Error,
    AmountTooLarge "amount-too-large" Error,
    BadTime "bad-time" Error,
    BadPeriod "bad-period" Error,
    InexactNumber "inexact-number" Error,
    SecretInManifest "secret-in-manifest" Error,
    NotYetSupported "not-yet-supported" Error,
    // What fits together.
    RequiresVersion "requires-version" Error,
    NoOrganization "no-organization" Warning,
    SeveralOrganizations "several-organizations" Error,
    UnknownCurrency "unknown-currency" Error,
    UnknownTimeZone "unknown-time-zone" Error,
    MisplacedTeam "misplaced-team" Error,
    DuplicateId "duplicate-id" Error,
    DuplicateBudget "duplicate-budget" Error,
    DuplicateMember "duplicate-member" Warning,
    DuplicateUser "duplicate-user" Error,
    ShadowedName "shadowed-name" Error,
    UnknownRole "unknown-role" Error,
    UnknownTeam "unknown-team" Error,
    UnknownGroup "unknown-group" Error,
    UnknownUser "unknown-user" Error,
    UnknownPerson "unknown-person" Error,
    UnknownPermission "unknown-permission" Error,
    Cycle "cycle" Error,
    BudgetOverAllocated "budget-over-allocated" Error,
    Settings "settings" Error,
    SettingsSchema "settings-schema" Error,
    SettingsUnchecked "settings-unchecked" Warning,
    // What is allowed.
    BudgetOverCap "budget-over-cap" Error,
    BudgetMissing "budget-missing" Warning,
    LeadNotMember "lead-not-member" Error,
    ExpiredBinding "expired-binding" Warning,
    // What policies say, and what is wrong with them.
    PolicyDenied "policy-denied" Error,
    PolicyWarned "policy-warned" Warning,
    PolicyInvalid "policy-invalid" Error,
    PolicyV0 "policy-v0" Error,
    PolicyBuiltin "policy-builtin" Error,
    PolicyError "policy-error" Error,
    PolicyTimeout "policy-timeout" Error,
    PolicySilent "policy-silent" Warning,
    // What passes for a time.
    NotWaivable "not-waivable" Error,
    WaiverTooLong "waiver-too-long" Error,
    WaiverExpired "waiver-expired" Warning,
    WaiverExpiring "waiver-expiring" Warning,
    WaiverUnneeded "waiver-unneeded" Warning,
}

impl Code {
    /// What a waiver may let pass: the findings of the rules, and nothing of what can be read and of what fits together.
    pub const WAIVABLE: &'static [Code] =
        &[Code::BudgetOverCap, Code::BudgetMissing, Code::LeadNotMember, Code::ExpiredBinding];

    /// Says whether something was not read that may hold anything: what is missing then may be in there.
    pub const fn leaves_unread(self) -> bool {
        matches!(
            self,
            Code::Symlink
                | Code::Submodule
                | Code::UnsafePath
                | Code::PathTwin
                | Code::FileTooLarge
                | Code::TooManyFiles
                | Code::InvalidEncoding
                | Code::NotFetched
                | Code::Syntax
                | Code::TooDeep
                | Code::NotAManifest
                | Code::UnknownKind
        )
    }

    /// Finds the code that is spelled `text`.
    pub fn parse(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
