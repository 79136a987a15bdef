//! Whether a document is meant as a manifest: what is none is left alone, but a typo never silently deletes.

use super::node::{Content, Entry, Node};
use super::roles;
use super::schema::API_VERSION;
use super::trail::Trail;
use crate::model::code::Code;
use crate::model::fault::Fault;
use crate::model::kind::Kind;
use crate::model::mend::Mend;
use crate::model::nearest::{did_you_mean, surely_meant};
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
pub fn classify(root: &Node<'_>) -> Class {
    if roles::is_document(root) {
        return Class::Roles;
    }
    let api_version = root.get("apiVersion").and_then(Node::text);
    let kind = root.get("kind").and_then(Node::text);
    match (api_version, kind) {
        (Some(API_VERSION), Some(kind)) => known_kind(kind),
        (Some(API_VERSION), None) => {
            mistaken("", Part::Value, "the manifest has no kind", "add `kind`, such as `kind: Team`")
        }
        (Some(version), kind) if is_close(version) || (is_ours(kind) && !has_domain(version)) => {
            let message = format!("`{version}` is no version of Charter's manifests");
            let fault = Fault::new(Code::NotAManifest, message).help(format!("write `apiVersion: {API_VERSION}`"));
            let mend = Mend::word(version, Some(API_VERSION.to_owned()));
            Class::Mistaken("/apiVersion".into(), Part::Value, fault.mend(mend))
        }
        (None, kind) if is_ours(kind) || names_our_version(root) => mistaken(
            "",
            Part::Value,
            "this looks like a manifest, but has no `apiVersion`",
            format!("add `apiVersion: {API_VERSION}`"),
        ),
        (None, _) if roles::is_meant(root) => mistaken(
            "",
            Part::Value,
            "this looks like a list of roles, and is none",
            "write `roles:` with a list below it and no other key beside it",
        ),
        (Some(_) | None, _) => buried(root),
    }
}

/// Judges what stands below the top: a manifest there is read by nobody, and was not meant to be.
fn buried(root: &Node<'_>) -> Class {
    find(root, &Trail::Root, false).map_or(Class::Foreign, |pointer| {
        if pointer.is_empty() {
            let help = format!("write `apiVersion: {API_VERSION}` and the kind, each on a line of its own");
            return mistaken("", Part::Value, "this looks like a manifest, and cannot be read as one", help);
        }
        let message = "a manifest stands here, and not at the top of a document";
        mistaken(&pointer, Part::Value, message, "write it at the top: one in a document, with `---` between two")
    })
}

/// Finds the first node that was meant as a manifest; `versioned` below a key that was meant as `apiVersion`.
fn find(node: &Node<'_>, trail: &Trail<'_>, versioned: bool) -> Option<String> {
    match &node.content {
        Content::Scalar { text, .. } => {
            let whole = matches!(trail, Trail::Root) && text.contains(API_VERSION);
            (whole || versioned && is_close(text)).then(|| trail.to_string())
        }
        Content::Sequence(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(index, item)| find(item, &Trail::Index(trail, index), versioned))
        }
        Content::Mapping(entries) if is_meant(entries) => Some(trail.to_string()),
        Content::Mapping(entries) => entries
            .iter()
            .find_map(|entry| find(&entry.value, &Trail::Key(trail, &entry.key), is_near(&entry.key, "apiversion"))),
    }
}

/// Says whether a mapping was meant as a manifest: it has our version, or a kind that only we have and a body.
fn is_meant(entries: &[Entry<'_>]) -> bool {
    let mut version = None;
    let (mut is_only_ours, mut has_body) = (false, false);
    for entry in entries {
        if let Some(text) = entry.value.text() {
            if is_near(&entry.key, "apiversion") {
                version = Some(text);
            }
            is_only_ours |= is_near(&entry.key, "kind") && names_only_ours(text);
        }
        has_body |= entry.key == "metadata" || entry.key == "spec";
    }
    version.is_some_and(is_close) || is_only_ours && has_body && !version.is_some_and(has_domain)
}

/// Says whether a text that cannot be read was meant to hold manifests.
pub fn hints_at_manifest(text: &str) -> bool {
    fn version(line: &str) -> Option<&str> {
        value_of(line, "apiVersion")
    }
    let is_others = text.lines().filter_map(version).any(|version| version.contains('/') && !is_close(version));
    let mentions = |line: &str| {
        let is_kind = |rest: &str| Kind::ALL.iter().any(|kind| rest.starts_with(kind.as_str()));
        version(line).is_some_and(|version| version.starts_with("charter"))
            || !is_others && value_of(line, "kind").is_some_and(is_kind)
            || unmarked(line).starts_with("roles:")
    };
    text.contains(API_VERSION) || text.lines().any(mentions)
}

/// Takes the marks off that may stand before a key.
fn unmarked(line: &str) -> &str {
    line.trim_start_matches(|c: char| c.is_whitespace() || "-{\"'".contains(c))
}

/// Returns what a line of text has under a key.
fn value_of<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let rest = unmarked(line).strip_prefix(key)?;
    Some(rest.trim_start_matches(|c: char| c.is_whitespace() || "\"':".contains(c)))
}

fn known_kind(kind: &str) -> Class {
    kind.parse().map_or_else(
        |()| {
            let kinds = Kind::ALL.iter().map(|kind| kind.as_str());
            let all = kinds.clone().collect::<Vec<_>>().join(", ");
            let help = did_you_mean(kind, kinds.clone())
                .map_or_else(|| format!("the kinds are {all}"), |near| format!("did you mean `{near}`?"));
            let fault = Fault::new(Code::UnknownKind, format!("there is no kind `{kind}`")).help(help);
            let fault = fault.mend(Mend::word(kind, surely_meant(kind, kinds)));
            Class::Mistaken("/kind".into(), Part::Value, fault)
        },
        Class::Manifest,
    )
}

/// Says whether a kind is one of ours that Kubernetes does not have.
fn names_only_ours(kind: &str) -> bool {
    Kind::ALL
        .iter()
        .filter(|ours| !matches!(ours, Kind::Role | Kind::RoleBinding))
        .any(|ours| ours.as_str().eq_ignore_ascii_case(kind))
}

fn mistaken(pointer: &str, part: Part, message: impl Into<String>, help: impl Into<String>) -> Class {
    Class::Mistaken(pointer.into(), part, Fault::new(Code::NotAManifest, message).help(help))
}

fn is_ours(kind: Option<&str>) -> bool {
    kind.is_some_and(|kind| kind.parse::<Kind>().is_ok())
}

/// Says whether an apiVersion was probably meant to be ours.
fn is_close(version: &str) -> bool {
    if version.len() > 2 * API_VERSION.len() && !version.contains('/') {
        return false;
    }
    let lower = version.to_ascii_lowercase();
    let group = lower.split('/').next().unwrap_or_default();
    group == "charter" || group.starts_with("charter.") || is_near(&lower, API_VERSION)
}

/// Says whether an apiVersion names the domain of somebody else, such as `example.com/v1`.
fn has_domain(version: &str) -> bool {
    version.split_once('/').is_some_and(|(group, _)| group.contains('.'))
}

/// Says whether a word is another (in lower case) but for two typos.
pub fn is_near(word: &str, other: &str) -> bool {
    word.len().abs_diff(other.len()) <= 2 && strsim::damerau_levenshtein(&word.to_ascii_lowercase(), other) <= 2
}

/// Says whether our version stands at the top under another key, such as `apiVerson`.
fn names_our_version(root: &Node<'_>) -> bool {
    root.entries().iter().any(|entry| entry.value.text() == Some(API_VERSION))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::yaml;

    fn class(text: &str) -> &'static str {
        let document = yaml::read(text, false).into_iter().next().unwrap();
        match classify(&document.root.unwrap()) {
            Class::Foreign => "foreign",
            Class::Manifest(_) => "manifest",
            Class::Roles => "roles",
            Class::Mistaken(..) => "mistaken",
        }
    }

    #[test]
    fn one_typo_around_a_manifest_is_a_mistake() {
        for text in [
            "- apiVersion: charter/v1\n  kind: Team\n",
            "[{\"apiVersion\": \"charter/v1\", \"kind\": \"Role\"}]",
            "team:\n  apiVersion: charter/v1\n  kind: Role\n",
            "a: {b: [{ApiVerson: Charter/v1, kind: Role}]}\n",
            "apiVersion: charter.io/v1\nkind: Team\n",
            "apiVersion: charter.io/v1\nkind: Role\n",
            "apiVersion: [charter/v1]\n",
            "apiVersion:charter/v1\n",
            "items: [{kind: Team, metadata: {name: web}}]\n",
            "apiVersion: v1\nkind: List\nitems: [{kind: Budget, apiVersion: v1, spec: {}}]\n",
            "kind: team\nmetadata: {name: web}\n",
            "version: 1\nroles: [{name: dev, permissions: [\"a:b\"]}]\n",
            "rolse: [{name: dev, permissions: [\"a:b\"]}]\n",
            "role: [{name: dev, permissions: [\"a:b\"]}]\n",
            "kimd: Budget\nmetadata: {name: a}\nspec: {}\n",
            "roles: {dev: {permissions: [\"a:b\"]}}\n",
            "Roles: [{name: dev, permissions: [\"a:b\"]}]\n",
            "roles: {name: dev, permissions: [\"a:b\"]}\n",
        ] {
            assert_eq!(class(text), "mistaken", "{text}");
        }
    }

    #[test]
    fn what_is_truly_foreign_is_left_alone() {
        for text in [
            "roles:\n- {name: geerlingguy.java, src: git, version: 1.9.6}\n",
            "apiVersion: example.com/v1\nkind: Team\nspec: {}\n",
            "apiVersion: argoproj.io/v1\nkind: App\nspec: {base: {apiVersion: a.io/v1, kind: Team, spec: {}}}\n",
            "apiVersion: v1\nkind: ConfigMap\ndata: {a: charter/v1}\n",
            "{\"properties\": {\"apiVersion\": {\"const\": \"charter/v1\"}, \"kind\": {\"const\": \"Team\"}, \"spec\": {}}}",
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nroles: [{permissions: []}]\n",
            "roles: [web, db]\n",
        ] {
            assert_eq!(class(text), "foreign", "{text}");
        }
        assert_eq!(class("roles: [{name: dev, permissions: []}]\n"), "roles");
        assert_eq!(class("roles: [{name: dev}]\n"), "roles");
        assert_eq!(class("apiVersion: charter/v1\nkind: Team\n"), "manifest");
    }
}
