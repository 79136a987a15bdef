//! The kinds of manifests. A kind is a file of its own here, a line of the table below, and a case folder in the tests.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::canonical::Canonical;
use super::examination::Examination;

pub mod budget;
pub mod group;
pub mod membership;
pub mod organization;
pub mod person;
pub mod policy;
pub mod role;
pub mod role_binding;
pub mod team;
pub mod waiver;

/// Where a kind may be declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Of the organisation only: no `metadata.team`.
    Organization,
    /// Of a team only: `metadata.team` is required.
    Team,
    /// Of the organisation, or of a team with `metadata.team`.
    Either,
}

/// What a kind is: a typed spec that says where it may stand and what it refers to.
pub trait Declared: Serialize + DeserializeOwned + JsonSchema {
    /// Where it may be declared.
    const SCOPE: Scope;
    /// What it is called in a sentence.
    const WORD: &'static str;
    /// A complete manifest that validates (in an organisation that has what it names).
    const EXAMPLE: &'static str;

    /// Notes references, repetitions and contradictions.
    fn examine<'a>(&'a self, found: &mut Examination<'a>);
}

/// A kind that a [`Spec`] may hold.
pub trait Typed: Declared + 'static {
    const KIND: Kind;

    /// Returns the typed spec, if the spec is of this kind.
    fn of(spec: &Spec) -> Option<&Self>;
}

macro_rules! kinds {
    ($($kind:ident $module:ident,)*) => {
        /// The kind of a manifest. The order is that of an apply: what is referred to stands before what refers to it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($kind,)* }

        /// The typed spec of a manifest; in a box, since kinds differ in size and most manifests are of small ones.
        #[derive(Debug, Clone)]
        pub enum Spec { $($kind(Box<$module::$kind>),)* }

        $(impl Typed for $module::$kind {
            const KIND: Kind = Kind::$kind;

            fn of(spec: &Spec) -> Option<&Self> {
                if let Spec::$kind(spec) = spec { Some(spec) } else { None }
            }
        })*

        impl Kind {
            /// Every kind, in the order of an apply.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind,)*];

            /// Spells the kind as manifests do.
            pub const fn as_str(self) -> &'static str {
                match self { $(Kind::$kind => stringify!($kind),)* }
            }

            /// Says where the kind may be declared.
            pub const fn scope(self) -> Scope {
                match self { $(Kind::$kind => <$module::$kind as Declared>::SCOPE,)* }
            }

            /// Calls the kind as a sentence does.
            pub const fn word(self) -> &'static str {
                match self { $(Kind::$kind => <$module::$kind as Declared>::WORD,)* }
            }

            /// Returns a complete example.
            pub const fn example(self) -> &'static str {
                match self { $(Kind::$kind => <$module::$kind as Declared>::EXAMPLE,)* }
            }

            /// Returns the JSON Schema (draft-07) of the spec.
            pub fn spec_schema(self) -> Schema {
                let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
                match self { $(Kind::$kind => settings.into_generator().into_root_schema_for::<$module::$kind>(),)* }
            }
        }

        impl Spec {
            /// Says what kind of spec it is.
            pub const fn kind(&self) -> Kind {
                match self { $(Spec::$kind(_) => Kind::$kind,)* }
            }

            /// Reads a spec of a kind.
            ///
            /// # Errors
            /// Where the value does not have the kind's shape.
            pub fn read<'de, D: serde::Deserializer<'de, Error = serde_json::Error>>(
                kind: Kind,
                value: D,
            ) -> Result<Spec, serde_json::Error> {
                match kind { $(Kind::$kind => serde::Deserialize::deserialize(value).map(Spec::$kind),)* }
            }

            /// Returns the form that is compared, hashed, stored and shown.
            pub fn canonical(&self) -> Canonical {
                match self { $(Spec::$kind(spec) => Canonical::of(spec),)* }
            }

            /// Says what the spec refers to and where it contradicts itself.
            pub fn examine(&self) -> Examination<'_> {
                let mut found = Examination::default();
                match self { $(Spec::$kind(spec) => spec.examine(&mut found),)* }
                found
            }
        }
    };
}

kinds! {
    Organization organization,
    Policy policy,
    Person person,
    Team team,
    Role role,
    Group group,
    Membership membership,
    RoleBinding role_binding,
    Budget budget,
    Waiver waiver,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Kind::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or(())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|()| serde::de::Error::custom(format!("no kind `{text}`")))
    }
}
