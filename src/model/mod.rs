//! Tier 0: the nouns. Every type that crosses a room of the house lives here, and nothing here does anything but be.
//!
//! The stages of a change are types of their own, so that none can be skipped:
//! [`snapshot::Snapshot`] -> [`manifest::Manifests`] -> [`desired::Desired`] (+ [`verdict::Verdict`]) ->
//! [`admitted::Admitted`] (+ [`live::Live`], [`applied::Applied`]) -> [`plan::Plan`].

pub mod admitted;
pub mod allocation;
pub mod applied;
pub mod canonical;
pub mod change;
pub mod code;
pub mod credential;
pub mod desired;
pub mod digest;
pub mod drift;
pub mod effective;
pub mod examination;
pub mod excerpt;
pub mod expiry;
pub mod fault;
pub mod finding;
pub mod flaws;
pub mod grant;
pub mod guard;
pub mod id;
pub mod jcs;
pub mod journal;
pub mod kind;
pub mod latin;
pub mod library;
pub mod lineage;
pub mod live;
pub mod manifest;
pub mod members;
pub mod mend;
pub mod mention;
pub mod money;
pub mod name;
pub mod nearest;
pub mod origin;
pub mod period;
pub mod permission;
pub mod plan;
pub mod question;
pub mod raw_key;
pub mod report;
pub mod resources;
pub mod row_key;
pub mod scalar;
pub mod set;
pub mod site;
pub mod snapshot;
pub mod source_state;
pub mod standing;
pub mod subject;
pub mod trie;
pub mod user;
pub mod verdict;
pub mod waived;
pub mod way;
pub mod work;
