//! Asking who may do what: of what a source declares, or of what is live.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Error;
use super::check::{report, whole};
use super::memo::{Memo, Spent};
use crate::access::Access;
use crate::model::admitted::Admitted;
use crate::model::canonical::Canonical;
use crate::model::grant::Link;
use crate::model::id::ResourceId;
use crate::model::kind::Spec;
use crate::model::origin::Origin;
use crate::model::report::Report;
use crate::parse;
use crate::source::{At, Source, SourceError};
use crate::store::Store;

/// Effective access, and where it is written.
#[derive(Debug)]
pub struct Ground {
    pub access: Access,
    /// What was read of a source; `None` for a store, which does not know where things are written.
    written: Option<(Memo, Admitted)>,
}

/// Works out the effective access that a source declares; where errors stand, nothing can be said but they.
///
/// # Errors
/// Where the source cannot be read.
pub fn declared(source: &dyn Source, at: &At, now: Timestamp) -> Result<Result<Ground, Box<Report>>, SourceError> {
    let mut spent = Spent::default();
    let mut memo = whole(source, at, &mut spent)?;
    let judged = memo.judge(now, &mut spent);
    Ok(match judged.admitted {
        Some(admitted) => {
            Ok(Ground { access: Access::of(&admitted.desired().specs()), written: Some((memo, admitted)) })
        }
        None => Err(Box::new(report(memo.snapshot(), &judged, spent.work))),
    })
}

/// Works out the effective access that is live; `None` where there is no store yet.
///
/// # Errors
/// Where the store cannot be read.
pub fn live(store: &Store) -> Result<Option<Ground>, Error> {
    let mut reader = store.reader()?;
    if reader.is_missing() {
        return Ok(None);
    }
    let (live, _) = reader.state()?;
    Ok(Some(Ground { access: of_rows(&live.rows), written: None }))
}

/// Works out effective access from rows. A row that nobody can read grants nothing.
pub fn of_rows(rows: &BTreeMap<ResourceId, Canonical>) -> Access {
    let specs = rows.iter().filter_map(|(id, spec)| Some((id, Spec::read(id.kind, spec.value()).ok()?)));
    let specs: Vec<(&ResourceId, Spec)> = specs.collect();
    Access::of(&specs.iter().map(|(id, spec)| (*id, spec)).collect::<Vec<_>>())
}

impl Ground {
    /// Finds where links are written; `None` for each that nobody knows.
    pub fn places(&self, links: &[Link]) -> Vec<Option<Origin>> {
        let Some((memo, admitted)) = &self.written else { return vec![None; links.len()] };
        let resources = &admitted.desired().resources;
        let place = |link: &Link| resources.get(&link.by).map(|manifest| manifest.site.spec(&link.pointer));
        let mut places: Vec<Option<Origin>> = links.iter().map(place).collect();
        parse::place(memo.snapshot(), places.iter_mut().flatten());
        places
    }
}
