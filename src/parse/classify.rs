//! Whether a document is meant as a manifest: what is none is left alone, but a typo never silently deletes.

use super::node::Node;
use super::schema::API_VERSION;
use crate::model::code::Code;
use crate::model::fault::Fault;
use crate::model::kind::Kind;
use crate::model::nearest::did_you_mean;
use crate::model::origin::Part;

/// What a document is.
#[derive(Debug)]
pub enum Class {
    /// Somebody else's.
    Foreign,
    Manifest(Kind),
    /// The team guide's document with the sole key `roles`.
    Roles,
    /// Meant as a manifest, and not one.
    Mistaken(String, Part, Fault),
}

/// Says what a document is.
pub fn classify(root: &Node) -> Class {
    let api_version = root.get("apiVersion").and_then(Node::text);
    let kind = root.get("kind").and_then(Node::text);
    if is_roles(root) {
        return Class::Roles;
    }
    match (api_version, kind) {
        (Some(API_VERSION), Some(kind)) => known_kind(kind),
        (Some(API_VERSION), None) => {
            mistaken("", Part::Value, "the manifest has no kind", "add `kind`, such as `kind: Team`")
        }
        (Some(version), kind) if is_close(version) || (is_ours(kind) && !version.contains('.')) => mistaken(
            "/apiVersion",
            Part::Value,
            format!("`{version}` is no version of Charter's manifests"),
            format!("write `apiVersion: {API_VERSION}`"),
        ),
        (Some(_), _) => Class::Foreign,
        (None, kind) if is_ours(kind) || names_our_version(root) => mistaken(
            "",
            Part::Value,
            "this looks like a manifest, but has no `apiVersion`",
            format!("add `apiVersion: {API_VERSION}`"),
        ),
        (None, _) => Class::Foreign,
    }
}

/// Says whether a text that cannot be read was meant to hold manifests.
pub fn hints_at_manifest(text: &str) -> bool {
    let mentions = |line: &str| {
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || "-{\"'".contains(c));
        let value = |key: &str| {
            line.strip_prefix(key)
                .map(|rest| rest.trim_start_matches(|c: char| c.is_whitespace() || "\"':".contains(c)))
        };
        let is_kind = value("kind").is_some_and(|rest| Kind::ALL.iter().any(|kind| rest.starts_with(kind.as_str())));
        value("apiVersion").is_some_and(|rest| rest.starts_with("charter")) || is_kind || line.starts_with("roles:")
    };
    text.contains(API_VERSION) || text.lines().any(mentions)
}

fn known_kind(kind: &str) -> Class {
    kind.parse().map_or_else(
        |()| {
            let kinds = Kind::ALL.iter().map(|kind| kind.as_str());
            let all = kinds.clone().collect::<Vec<_>>().join(", ");
            let help = did_you_mean(kind, kinds)
                .map_or_else(|| format!("the kinds are {all}"), |near| format!("did you mean `{near}`?"));
            let fault = Fault::new(Code::UnknownKind, format!("there is no kind `{kind}`")).help(help);
            Class::Mistaken("/kind".into(), Part::Value, fault)
        },
        Class::Manifest,
    )
}

fn mistaken(pointer: &str, part: Part, message: impl Into<String>, help: impl Into<String>) -> Class {
    Class::Mistaken(pointer.into(), part, Fault::new(Code::NotAManifest, message).help(help))
}

fn is_ours(kind: Option<&str>) -> bool {
    kind.is_some_and(|kind| kind.parse::<Kind>().is_ok())
}

/// Says whether an apiVersion was probably meant to be ours.
fn is_close(version: &str) -> bool {
    let lower = version.to_ascii_lowercase();
    let group = lower.split('/').next().unwrap_or_default();
    group == "charter" || strsim::damerau_levenshtein(&lower, API_VERSION) <= 2
}

/// Says whether our version stands at the top under another key, such as `apiVerson`.
fn names_our_version(root: &Node) -> bool {
    root.entries().iter().any(|entry| entry.value.text() == Some(API_VERSION))
}

/// The sole key `roles`, and at least one item that has a field of a role.
fn is_roles(root: &Node) -> bool {
    let [only] = root.entries() else { return false };
    let has_field = |item: &Node| item.get("permissions").is_some() || item.get("name").is_some();
    only.key == "roles" && only.value.items().iter().any(has_field)
}
