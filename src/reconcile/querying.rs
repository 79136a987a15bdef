//! A question in Rego about what a source declares.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::check::whole;
use super::memo::Spent;
use crate::model::id::ResourceId;
use crate::source::{At, Source, SourceError};

/// Lists the packages of a source that have rules which are judged; `None` where its policies cannot be loaded.
///
/// # Errors
/// Where the source cannot be read.
pub fn packages(source: &dyn Source, at: &At) -> Result<Option<BTreeSet<String>>, SourceError> {
    Ok(whole(source, at, &mut Spent::default())?.packages())
}

/// Evaluates a query with the policies and the organisation of a source; what is wrong with it, in words.
///
/// # Errors
/// Where the source cannot be read.
pub fn evaluate(
    source: &dyn Source,
    at: &At,
    now: Timestamp,
    query: &str,
    input: Option<&ResourceId>,
) -> Result<Result<Value, String>, SourceError> {
    Ok(whole(source, at, &mut Spent::default())?.evaluate(now, query, input))
}
