//! A document to manifests: classified, searched for credentials, lowered, judged by its schema, typed.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::classify::{Class, classify};
use super::lower::Lowered;
use super::node::Node;
use super::schema::{Reader, reader, roles_reader};
use super::secret::{self, Taken};
use super::trail::Trail;
use crate::model::code::Code;
use crate::model::credential;
use crate::model::fault::Fault;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::{Kind, Spec};
use crate::model::manifest::Manifest;
use crate::model::name::Name;
use crate::model::origin::{Origin, Part};

/// The most findings of one kind about one document; nobody reads more, and each has to be located.
pub const MOST: usize = 100;

/// What came of one document.
#[derive(Debug, Default)]
pub struct Outcome {
    pub manifests: Vec<Manifest>,
    pub unread: Vec<ResourceId>,
    pub findings: Vec<Finding>,
    /// What an Organization requires of Charter's version.
    pub requires: Option<(String, Origin)>,
    /// Whether it is somebody else's.
    pub foreign: bool,
}

/// A document and where it stands.
struct Place<'a> {
    path: &'a Arc<str>,
    document: u32,
    root: &'a Node,
}

impl Place<'_> {
    fn finding(&self, pointer: &str, part: Part, fault: Fault) -> Finding {
        let span = self.root.locate(pointer, part).or(Some(self.root.span));
        let origin =
            Origin { path: self.path.clone(), document: self.document, pointer: pointer.to_owned(), part, span };
        let help = fault.help.as_deref().map(credential::scrub);
        Finding::new(fault.code, origin, credential::scrub(&fault.message)).maybe_help(help)
    }

    /// Makes findings of faults: the first of them, and one that says how many more there are.
    fn findings(&self, mut faults: impl Iterator<Item = (String, Part, Fault)>) -> Vec<Finding> {
        let first = faults.by_ref().take(MOST).map(|(pointer, part, fault)| self.finding(&pointer, part, fault));
        let mut findings: Vec<Finding> = first.collect();
        if let Some((pointer, part, next)) = faults.next() {
            let more = Fault::new(next.code, format!("and {} more in this document", faults.count() + 1));
            findings.push(self.finding(&pointer, part, more.help("mend the first ones, then look again")));
        }
        findings
    }

    fn origin(&self, pointer: &str) -> Origin {
        Origin::value(self.path, self.document, pointer)
    }
}

/// Reads one document.
pub fn read(path: &Arc<str>, document: u32, mut root: Node) -> Outcome {
    let class = classify(&root);
    if matches!(class, Class::Foreign) {
        return Outcome { foreign: true, ..Outcome::default() };
    }
    let secrets = secret::take(&mut root);
    let place = Place { path, document, root: &root };
    let requires = requires(&place);
    let mut outcome = match class {
        Class::Foreign => Outcome::default(),
        Class::Mistaken(pointer, part, fault) => {
            Outcome { findings: vec![place.finding(&pointer, part, fault)], ..Outcome::default() }
        }
        Class::Roles => roles(&place),
        Class::Manifest(kind) => manifest(&place, kind),
    };
    let exposed = |secret: &Taken| (secret.pointer.clone(), Part::Key, exposed());
    outcome.requires = requires;
    outcome.findings.extend(place.findings(secrets.iter().map(exposed)));
    if !secrets.is_empty() {
        outcome.unread.extend(outcome.manifests.drain(..).map(|manifest| manifest.id));
    }
    outcome
}

/// Reads what an Organization requires before anything else of it: a newer one may hold what this version cannot read.
fn requires(place: &Place<'_>) -> Option<(String, Origin)> {
    let kind = place.root.get("kind").and_then(Node::text)?;
    let requires = place.root.get("spec")?.get("requires")?.text()?;
    (kind == Kind::Organization.as_str()).then(|| (requires.to_owned(), place.origin("/spec/requires")))
}

fn exposed() -> Fault {
    Fault::new(Code::SecretInManifest, format!("the value here looks like a credential: {}", credential::REDACTED))
        .help("take it out of git and revoke it; refer to it with `secretRef`")
}

/// Lowers a document and judges it; the findings are sorted by the caller.
fn lower(place: &Place<'_>, reader: &Reader) -> (Value, Vec<Finding>) {
    let mut lowered = Lowered::default();
    let value = lowered.lower(place.root, &reader.shape, &Trail::Root);
    let scalars = lowered.faults.into_iter().map(|(pointer, fault)| {
        let fault = reader.nothing(&pointer, fault);
        (pointer, Part::Value, fault)
    });
    let findings = place.findings(scalars.chain(reader.judge(&value)));
    (value, findings)
}

fn manifest(place: &Place<'_>, kind: Kind) -> Outcome {
    let Some(reader) = reader(kind) else { return Outcome::default() };
    let (mut value, mut findings) = lower(place, reader);
    let metadata = |key: &str| value.get("metadata").and_then(|metadata| metadata.get(key));
    if metadata("previously").is_some() {
        let fault = Fault::new(Code::NotYetSupported, "`previously` does not work yet")
            .help("take it out: until it works, a resource under a new name is a new resource");
        findings.push(place.finding("/metadata/previously", Part::Key, fault));
    }
    let name = |key: &str| metadata(key).and_then(Value::as_str).and_then(|text| text.parse::<Name>().ok());
    let id = name("name").map(|text| ResourceId { kind, team: name("team"), name: text });
    if !findings.is_empty() {
        return Outcome { unread: id.into_iter().collect(), findings, ..Outcome::default() };
    }
    let labels = metadata("labels").map(texts).unwrap_or_default();
    let spec = value.get_mut("spec").map(Value::take).unwrap_or_default();
    typed(place, Typing { id, kind, spec, labels, pointer: String::new(), bare: false })
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_object().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// What is left to do once a schema is content.
struct Typing {
    id: Option<ResourceId>,
    kind: Kind,
    spec: Value,
    labels: BTreeMap<String, String>,
    pointer: String,
    bare: bool,
}

fn typed(place: &Place<'_>, typing: Typing) -> Outcome {
    let Typing { id, kind, spec, labels, pointer, bare } = typing;
    match (id, Spec::read(kind, spec)) {
        (Some(id), Ok(spec)) => {
            let manifest = Manifest { id, spec, labels, origin: place.origin(&pointer), bare };
            Outcome { manifests: vec![manifest], ..Outcome::default() }
        }
        (id, Err(error)) => {
            let fault = Fault::new(Code::Schema, format!("this does not have the shape of a {kind}: {error}"));
            Outcome {
                unread: id.into_iter().collect(),
                findings: vec![place.finding(&pointer, Part::Value, fault)],
                ..Outcome::default()
            }
        }
        (None, Ok(_)) => {
            let fault = Fault::new(Code::MissingField, "the manifest has no name").help("add `name` to `metadata`");
            Outcome { findings: vec![place.finding(&pointer, Part::Value, fault)], ..Outcome::default() }
        }
    }
}

fn roles(place: &Place<'_>) -> Outcome {
    let (mut value, findings) = lower(place, roles_reader());
    let items = value.get_mut("roles").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
    let mut outcome = Outcome { findings, ..Outcome::default() };
    for (index, mut item) in items.into_iter().enumerate() {
        let name = item.as_object_mut().and_then(|object| object.shift_remove("name"));
        let id = name.and_then(|name| name.as_str()?.parse().ok()).map(|name| ResourceId {
            kind: Kind::Role,
            team: None,
            name,
        });
        if !outcome.findings.is_empty() {
            outcome.unread.extend(id);
            continue;
        }
        let pointer = format!("/roles/{index}");
        let typed =
            typed(place, Typing { id, kind: Kind::Role, spec: item, labels: BTreeMap::new(), pointer, bare: true });
        outcome.manifests.extend(typed.manifests);
        outcome.findings.extend(typed.findings);
    }
    outcome
}
