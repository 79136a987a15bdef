//! Asking who may do what: of what a source declares, or of what is live.

use std::collections::BTreeMap;

use super::Error;
use super::check::{place, whole};
use super::memo::{Memo, Spent};
use crate::access::{self, Access};
use crate::compile::Compiled;
use crate::model::canonical::Canonical;
use crate::model::desired::Desired;
use crate::model::finding::Finding;
use crate::model::grant::Link;
use crate::model::id::ResourceId;
use crate::model::kind::organization::Organization;
use crate::model::kind::{Kind, Spec, Typed};
use crate::model::origin::Origin;
use crate::model::raw_key::RawKey;
use crate::model::row_key::RowKey;
use crate::parse;
use crate::report::counted;
use crate::source::{At, Source};
use crate::store::Store;

/// Effective access, and where it is written.
#[derive(Debug)]
pub struct Ground {
    pub access: Access,
    /// What was read of a source; `None` for a store, which does not know where things are written.
    written: Option<(Memo, Desired)>,
}

/// Why nobody can tell who may do what: an answer would be a guess.
#[derive(Debug, thiserror::Error)]
pub enum Unclear {
    /// The manifests have errors, of reading or of what they name.
    #[error("the manifests have {}, the first at {first}: nobody can tell who may do what; look at `charter validate`",
        counted(*count, "error"))]
    Errors { count: usize, first: Origin },
    #[error("no Organization is declared: nobody can tell who may do what")]
    NotDeclared,
    /// The words and the time zone of an organisation are not those of another.
    #[error(
        "{count} rows of Organization are live, in place of one: nobody can tell who may do what; look at `charter drift`"
    )]
    NotOne { count: usize },
    #[error("the live row {row} cannot be read ({why}): nobody can tell who may do what; look at `charter drift`")]
    Row { row: RowKey, why: String },
}

/// Works out the effective access that a source declares, whatever policies have to say of it.
///
/// # Errors
/// Where the source cannot be read, or what it declares not wholly: then nobody can tell.
pub fn declared(source: &dyn Source, at: &At) -> Result<Ground, Error> {
    let memo = whole(source, at, &mut Spent::default())?;
    let Compiled { desired, findings } = memo.compiled();
    let errors = place(memo.snapshot(), findings.into_iter().filter(Finding::is_error).collect());
    if let Some(first) = errors.first() {
        return Err(Unclear::Errors { count: errors.len(), first: first.origin.clone() }.into());
    }
    desired.organization().ok_or(Unclear::NotDeclared)?;
    Ok(Ground { access: Access::of(&desired.specs()), written: Some((memo, desired)) })
}

/// Works out the effective access that is live; `None` where there is no store yet.
///
/// # Errors
/// Where the store cannot be read, or a row from which access follows: then nobody can tell.
pub fn live(store: &Store) -> Result<Option<Ground>, Error> {
    let mut reader = store.reader()?;
    if reader.is_missing() {
        return Ok(None);
    }
    let (live, _) = reader.state()?;
    if let Some(key) = live.foreign.keys().find(|key| is_of_access(key)) {
        let why = "its key names no resource".to_owned();
        return Err(Unclear::Row { row: RowKey::Stray(key.clone()), why }.into());
    }
    let specs = specs(&live.rows).map(|(id, spec)| match spec {
        Ok(spec) => Ok((id, spec)),
        Err(why) => Err(Unclear::Row { row: RowKey::Resource(id.clone()), why }),
    });
    let specs = specs.collect::<Result<Vec<_>, Unclear>>()?;
    let count = specs.iter().filter(|(id, _)| id.kind == Kind::Organization).count();
    if count != 1 {
        return Err(Unclear::NotOne { count }.into());
    }
    Ok(Some(Ground { access: of_specs(&specs), written: None }))
}

/// Says whether a row would be one from which access follows, if only it could be read.
fn is_of_access(RawKey([kind, ..]): &RawKey) -> bool {
    access::KINDS.iter().any(|one| one.as_str().as_bytes() == kind)
}

/// Reads the rows from which access follows; of those that cannot be read, why.
fn specs(rows: &BTreeMap<ResourceId, Canonical>) -> impl Iterator<Item = (&ResourceId, Result<Spec, String>)> {
    let rows = rows.iter().filter(|(id, _)| access::KINDS.contains(&id.kind));
    rows.map(|(id, spec)| (id, read(id.kind, spec)))
}

fn read(kind: Kind, spec: &Canonical) -> Result<Spec, String> {
    let spec = Spec::read(kind, spec.value()).map_err(|error| error.to_string())?;
    match Organization::of(&spec) {
        // Of an unknown zone nobody knows when a day ends.
        Some(organization) if !organization.has_zone() => Err(format!("no time zone `{}`", organization.timezone)),
        Some(_) | None => Ok(spec),
    }
}

/// Works out the effective access of what was applied, as far as this Charter can still read it.
pub fn of_applied(rows: &BTreeMap<ResourceId, Canonical>) -> Access {
    of_specs(&specs(rows).filter_map(|(id, spec)| Some((id, spec.ok()?))).collect::<Vec<_>>())
}

fn of_specs(specs: &[(&ResourceId, Spec)]) -> Access {
    Access::of(&specs.iter().map(|(id, spec)| (*id, spec)).collect::<Vec<_>>())
}

impl Ground {
    /// Finds where links are written; `None` for each that nobody knows.
    pub fn places(&self, links: &[Link]) -> Vec<Option<Origin>> {
        let Some((memo, desired)) = &self.written else { return vec![None; links.len()] };
        let resources = &desired.resources;
        let place = |link: &Link| resources.get(&link.by).map(|manifest| manifest.site.spec(&link.pointer));
        let mut places: Vec<Option<Origin>> = links.iter().map(place).collect();
        parse::place(memo.snapshot(), places.iter_mut().flatten());
        places
    }
}
