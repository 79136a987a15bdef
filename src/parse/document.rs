//! A document to manifests: classified, searched for credentials, lowered, judged by its schema, typed.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::classify::{Class, classify};
use super::lower::Lowering;
use super::node::Node;
use super::salvage;
use super::schema::{Reader, reader, roles_reader};
use super::secret::{self, Taken};
use super::trail::Trail;
use super::value::Lowered;
use super::written;
use crate::model::code::Code;
use crate::model::credential;
use crate::model::fault::Fault;
use crate::model::finding::Finding;
use crate::model::id::ResourceId;
use crate::model::kind::{Kind, Scope, Spec};
use crate::model::manifest::{Manifest, Parsed};
use crate::model::mend::Mend;
use crate::model::name::{Name, suggest};
use crate::model::origin::{Origin, Part};
use crate::model::site::Site;

/// The most findings of one kind about one document; nobody reads more, and each has to be located.
pub const MOST: usize = 100;

/// A document and where it stands.
struct Place<'a> {
    path: &'a Arc<str>,
    document: u32,
    root: &'a Node<'a>,
}

impl Place<'_> {
    fn finding(&self, pointer: &str, part: Part, fault: Fault) -> Finding {
        let span = self.root.locate(pointer, part).or(Some(self.root.span));
        let origin =
            Origin { path: self.path.clone(), document: self.document, pointer: pointer.to_owned(), part, span };
        let help = fault.help.as_deref().map(credential::scrub);
        Finding::of(Fault { message: credential::scrub(&fault.message), help, ..fault }, origin)
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

/// Reads one document, of a text that may or may not hold credentials.
pub fn read(path: &Arc<str>, document: u32, is_hinted: bool, mut root: Node<'_>) -> Parsed {
    let class = classify(&root);
    if matches!(class, Class::Foreign) {
        return Parsed::foreign();
    }
    let secrets = secret::take(&mut root, is_hinted);
    let place = Place { path, document, root: &root };
    let requires = requires(&place);
    let mut outcome = match class {
        Class::Foreign => Parsed::default(),
        Class::Mistaken(pointer, part, fault) => {
            let (findings, mentioned) = (vec![place.finding(&pointer, part, fault)], scalars(&root));
            Parsed { findings, mentioned, ..Parsed::default() }
        }
        Class::Roles => roles(&place),
        Class::Manifest(kind) => manifest(&place, kind),
    };
    let exposed = |secret: &Taken| (secret.pointer.clone(), Part::Key, exposed());
    outcome.requires = requires.map(Box::new);
    outcome.findings.extend(place.findings(secrets.iter().map(exposed)));
    if !secrets.is_empty() {
        outcome.tear();
    }
    outcome
}

/// Reads what an Organization requires before anything else of it: a newer one may hold what this version cannot read.
fn requires(place: &Place<'_>) -> Option<(String, Origin)> {
    let kind = place.root.get("kind").and_then(Node::text)?;
    let requires = place.root.get("spec")?.get("requires")?.text()?;
    (kind == Kind::Organization.as_str()).then(|| (requires.to_owned(), place.origin("/spec/requires")))
}

/// Says that a value looks like a credential.
pub fn exposed() -> Fault {
    Fault::new(Code::SecretInManifest, format!("the value here looks like a credential: {}", credential::REDACTED))
        .help("take it out of git and revoke it; refer to it with `secretRef`")
}

/// A fault and the node that it is about.
type Placed = (String, Part, Fault);

/// Lowers a document and judges it; the findings are sorted by the caller.
fn lower<'t>(place: &Place<'t>, reader: &Reader) -> (Lowered<'t>, Vec<Placed>) {
    let mut lowering = Lowering::default();
    let value = lowering.lower(place.root, &reader.shape, &Trail::Root);
    let scalars = lowering.faults.into_iter().map(|(pointer, fault)| {
        let fault = reader.nothing(&pointer, fault);
        (pointer, Part::Value, fault)
    });
    let as_written = |(pointer, part, fault): Placed| match as_written(place.root, &pointer, &fault) {
        Some(text) => (pointer, part, fault.help(format!("quote it: \"{text}\"")).mend(Some(Mend::quote(text)))),
        None => (pointer, part, fault),
    };
    let faults = scalars.chain(reader.judge(&value).into_iter().map(as_written)).collect();
    (value, faults)
}

/// Returns the text that a file has for a scalar which is to be quoted: `1.10`, where the value is 1.1.
fn as_written<'t>(root: &'t Node<'_>, pointer: &str, fault: &Fault) -> Option<&'t str> {
    let Some(Mend::Word { written, meant }) = &fault.mend else { return None };
    let text = root.at(pointer)?.0.text()?;
    (written == meant && text != written).then_some(text)
}

fn manifest(place: &Place<'_>, kind: Kind) -> Parsed {
    let Some(reader) = reader(kind) else { return Parsed::default() };
    let (value, mut faults) = lower(place, reader);
    if metadata(&value, "previously").is_some() {
        let fault = Fault::new(Code::NotYetSupported, "`previously` does not work yet")
            .help("take it out: until it works, a resource under a new name is a new resource");
        faults.push(("/metadata/previously".to_owned(), Part::Key, fault));
    }
    let id = identity(kind, &value);
    let is_nameless = id.is_none();
    let mentioned = metadata(&value, "name").filter(|_| is_nameless).map(meant).unwrap_or_default();
    let (read, left_out) = if faults.is_empty() {
        (Spec::read(kind, value.get("spec").unwrap_or(&Lowered::Null)), Vec::new())
    } else {
        let mut value = value.json();
        let left_out = leave_out(&mut value, &faults, &["", "/metadata", "/spec"]);
        let spec = value.get_mut("spec").map(Value::take).unwrap_or_default();
        (salvaged(kind, spec, reader.spec_schema()), left_out)
    };
    let site = Site { origin: place.origin(""), bare: false, left_out };
    let (written, is_whole) = (written::json(place.root), faults.is_empty());
    let mut outcome = typed(place, Typing { id, kind, read, written, site, is_whole });
    outcome.findings.extend(place.findings(faults.into_iter()));
    let nameless = BTreeSet::from([kind]).into_iter().filter(|_| is_nameless).collect();
    Parsed { mentioned, nameless, ..outcome }
}

/// Reads what is left of a spec without what is wrong in it.
fn salvaged(kind: Kind, mut spec: Value, schema: &Value) -> Result<Spec, serde_json::Error> {
    if let Some(spec) = spec.as_object_mut() {
        salvage::fill_lists(spec, schema);
    }
    Spec::read(kind, spec)
}

/// Lists the texts of a document.
fn scalars(node: &Node<'_>) -> BTreeSet<String> {
    let (mut open, mut texts) = (vec![node], BTreeSet::new());
    while let Some(node) = open.pop() {
        texts.extend(node.text().map(str::to_owned));
        open.extend(node.items().iter().chain(node.entries().iter().map(|entry| &entry.value)));
    }
    texts
}

/// Lists what a name may have been meant to be that is none: what refers to that is not blamed as well.
fn meant(name: &Lowered<'_>) -> BTreeSet<String> {
    let written = name.text().map_or_else(|| name.json().to_string(), str::to_owned);
    suggest(&written).into_iter().chain([written]).collect()
}

/// Takes out what the faults are about; so many that nobody reads them all are not worth it.
fn leave_out(value: &mut Value, faults: &[Placed], keep: &[&str]) -> Vec<(String, usize)> {
    if faults.len() > MOST {
        return Vec::new();
    }
    salvage::leave_out(value, &faults.iter().map(|(pointer, ..)| pointer.as_str()).collect(), keep)
}

fn metadata<'v, 't>(manifest: &'v Lowered<'t>, key: &str) -> Option<&'v Lowered<'t>> {
    manifest.get("metadata")?.get(key)
}

/// Reads what a manifest is; `None` where that cannot be said.
fn identity(kind: Kind, value: &Lowered<'_>) -> Option<ResourceId> {
    let name = |value: &Lowered<'_>| value.text().and_then(|text| text.parse::<Name>().ok());
    let team = match metadata(value, "team") {
        Some(team) if kind.scope() != Scope::Organization => Some(name(team)?),
        Some(_) | None => None,
    };
    let is_placed = team.is_some() || kind.scope() != Scope::Team;
    metadata(value, "name").and_then(name).filter(|_| is_placed).map(|name| ResourceId { kind, team, name })
}

/// What is left to do once a schema has spoken.
struct Typing {
    id: Option<ResourceId>,
    kind: Kind,
    read: Result<Spec, serde_json::Error>,
    written: Box<str>,
    site: Site,
    /// Whether the schema is content; if not, what is left of it is read and counts as not wholly read.
    is_whole: bool,
}

fn typed(place: &Place<'_>, typing: Typing) -> Parsed {
    let Typing { id, kind, read, written, site, is_whole } = typing;
    let finding = match &read {
        Err(error) => Some(Fault::new(Code::Schema, format!("this does not have the shape of a {kind}: {error}"))),
        Ok(_) if id.is_none() => {
            Some(Fault::new(Code::MissingField, "the manifest has no name").help("add `name` to `metadata`"))
        }
        Ok(_) => None,
    };
    let findings = finding.filter(|_| is_whole).map(|fault| place.finding(&site.origin.pointer, Part::Value, fault));
    let is_torn = !is_whole || findings.is_some();
    let manifest = id.clone().zip(read.ok());
    let manifest = manifest.map(|(id, spec)| Arc::new(Manifest::new(id, spec, written, site)));
    Parsed {
        unread: id.filter(|_| is_torn).into_iter().collect(),
        manifests: manifest.into_iter().collect(),
        findings: findings.into_iter().collect(),
        ..Parsed::default()
    }
}

fn roles(place: &Place<'_>) -> Parsed {
    let reader = roles_reader();
    let (value, faults) = lower(place, reader);
    let mut outcome = Parsed::default();
    if let Some(Lowered::List(items)) = value.get("roles") {
        for (index, item) in items.iter().enumerate() {
            outcome.absorb(role(place, item, &format!("/roles/{index}"), &faults));
        }
    }
    outcome.findings.extend(place.findings(faults.into_iter()));
    outcome
}

fn role(place: &Place<'_>, item: &Lowered<'_>, pointer: &str, faults: &[Placed]) -> Parsed {
    let of_item = |fault: &Placed| {
        let below = fault.0.strip_prefix(pointer).filter(|below| below.is_empty() || below.starts_with('/'))?;
        Some((below.to_owned(), fault.1, fault.2.clone()))
    };
    let faults: Vec<Placed> = faults.iter().filter_map(of_item).collect();
    let name = item.get("name").and_then(Lowered::text);
    let id = name.and_then(|name| name.parse().ok()).map(|name| ResourceId { kind: Kind::Role, team: None, name });
    let texts = item.members().iter().filter(|_| id.is_none());
    let mentioned = texts.filter_map(|(_, text)| text.text().map(str::to_owned)).collect();
    let mut spec = item.json();
    spec.as_object_mut().map(|role| role.shift_remove("name"));
    let left_out = leave_out(&mut spec, &faults, &[""]);
    let (kind, is_whole) = (Kind::Role, faults.is_empty());
    let read = if is_whole { Spec::read(kind, spec) } else { salvaged(kind, spec, roles_reader().item_schema()) };
    let site = Site { origin: place.origin(pointer), bare: true, left_out };
    let written = place.root.at(pointer).map(|(item, _)| written::role(item)).unwrap_or_default();
    Parsed { mentioned, ..typed(place, Typing { id, kind, read, written, site, is_whole }) }
}
