//! When the days of the manifests end, for SQL, which knows no time zones.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::batch;
use super::error::Failure;
use crate::model::expiry::Expiry;
use crate::model::kind::Typed;
use crate::model::kind::organization::Organization;
use crate::model::plan::Plan;

pub(super) const ORGANIZATION: &str = "SELECT spec FROM applied_resource WHERE kind = 'Organization'";
const WITH_AN_END: &str = "
    SELECT spec FROM live_resource WHERE instr(spec, '\"expires\"') > 0 OR instr(spec, '\"until\"') > 0";
pub(super) const WRITE: &str = "
    INSERT INTO day_end (date, at) SELECT value ->> 0, value ->> 1 FROM jsonb_each(?1) WHERE true
    ON CONFLICT (date) DO UPDATE SET at = excluded.at";

/// Sees to it that the end of every day in a live spec is known, after the plan's changes were written.
///
/// Days stay when nothing names them any more, until the Organization changes and with it, maybe, the time zone.
pub(super) async fn keep(connection: &mut SqliteConnection, plan: &Plan) -> Result<(), Failure> {
    let anew = plan.changes.iter().any(|change| change.id.kind == Organization::KIND);
    let dates = if anew { of_all(connection).await? } else { of_changes(plan) };
    if dates.is_empty() {
        return Ok(());
    }
    let zone = zone(connection).await?;
    let rows = dates.into_iter().map(|date| (date, Expiry::Date(date).end(&zone)));
    batch::run(connection, WRITE, rows).await
}

async fn of_all(connection: &mut SqliteConnection) -> Result<BTreeSet<Date>, Failure> {
    sqlx::query("DELETE FROM day_end").execute(&mut *connection).await?;
    let specs: Vec<Vec<u8>> = sqlx::query_scalar(WITH_AN_END).fetch_all(connection).await?;
    Ok(specs.iter().flat_map(|spec| dates(spec)).collect())
}

fn of_changes(plan: &Plan) -> BTreeSet<Date> {
    let desired = plan.changes.iter().filter_map(|change| change.desired.as_ref());
    desired.flat_map(|spec| dates(spec.as_str().as_bytes())).collect()
}

/// Lists the days at which something in a spec ends: `expires`, and `until` of its members.
fn dates(spec: &[u8]) -> Vec<Date> {
    let value: Value = serde_json::from_slice(spec).unwrap_or_default();
    let members = value.get("members").and_then(Value::as_array).into_iter().flatten();
    let ends = members.filter_map(|member| member.get("until")).chain(value.get("expires"));
    ends.filter_map(Value::as_str).filter_map(day).collect()
}

fn day(text: &str) -> Option<Date> {
    match text.parse().ok()? {
        Expiry::Date(date) => Some(date),
        Expiry::Instant(_) => None,
    }
}

/// Returns the time zone of the organisation, as applied: what is live may be anything.
async fn zone(connection: &mut SqliteConnection) -> Result<TimeZone, Failure> {
    let spec: Option<String> = sqlx::query_scalar(ORGANIZATION).fetch_optional(connection).await?;
    let organization = spec.and_then(|spec| serde_json::from_str::<Organization>(&spec).ok());
    Ok(organization.map_or(TimeZone::UTC, |organization| organization.zone()))
}
