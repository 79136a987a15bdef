//! A question in Rego about what a source declares.

use jiff::Timestamp;
use serde_json::Value;

use super::check::whole;
use super::memo::Spent;
use crate::model::id::ResourceId;
use crate::source::{At, Source, SourceError};

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
