//! When the days of the manifests end, for SQL, which knows no time zones.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::batch;
use super::error::Failure;
use crate::model::expiry::{Expiry, spelled};
use crate::model::kind::Typed;
use crate::model::kind::organization::Organization;
use crate::model::plan::Plan;

pub(super) const ORGANIZATION: &str = "SELECT spec FROM applied_resource WHERE kind = 'Organization'";
const LIVE: &str = "
    SELECT CAST(spec AS BLOB) FROM live_resource WHERE instr(spec, '\"expires\"') > 0 OR instr(spec, '\"until\"') > 0";
const APPLIED: &str = "
    SELECT CAST(spec AS BLOB) FROM applied_resource WHERE instr(spec, '\"expires\"') > 0 OR instr(spec, '\"until\"') > 0";
const WRITTEN: &str = "SELECT CAST(date AS BLOB), CAST(at AS BLOB) FROM day_end";
pub(super) const WRITE: &str = "
    INSERT INTO day_end (date, at) SELECT value ->> 0, value ->> 1 FROM jsonb_each(?1) WHERE true
    ON CONFLICT (date) DO UPDATE SET at = excluded.at";

/// Sees to it that the end of every day in a live spec is known, and says whether anything was written for it.
///
/// It comes after the plan's changes were written. Days stay when nothing names them any more, until the Organization
/// changes and with it, maybe, the time zone.
pub(super) async fn keep(connection: &mut SqliteConnection, plan: &Plan) -> Result<bool, Failure> {
    if plan.changes.iter().any(|change| change.id.kind == Organization::KIND) {
        rebuild(connection).await?;
        return Ok(true);
    }
    let dates = of_changes(plan);
    if dates.is_empty() {
        return Ok(false);
    }
    write(connection, dates).await?;
    Ok(true)
}

/// Writes the ends of all days anew that live and applied specs name.
pub(super) async fn rebuild(connection: &mut SqliteConnection) -> Result<(), Failure> {
    sqlx::query("DELETE FROM day_end").execute(&mut *connection).await?;
    let mut all = named(connection, LIVE).await?;
    all.append(&mut named(connection, APPLIED).await?);
    write(connection, all).await
}

/// Says in one line which end is wrong, or is named by an applied spec and missing; `None` where all is well.
pub(super) async fn fault(connection: &mut SqliteConnection) -> Result<Option<String>, Failure> {
    let zone = zone(connection).await?;
    let written: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(WRITTEN).fetch_all(&mut *connection).await?;
    let mut missing = named(connection, APPLIED).await?;
    for (date, at) in written {
        let (date, at) = (String::from_utf8_lossy(&date), String::from_utf8_lossy(&at));
        match day(&date) {
            Some(day) if end(day, &zone) == at => drop(missing.remove(&day)),
            _ => return Ok(Some(format!("`day_end` says that {} ends at {}", date.escape_debug(), at.escape_debug()))),
        }
    }
    Ok(missing.first().map(|day| format!("`day_end` does not say when {day} ends")))
}

async fn write(connection: &mut SqliteConnection, dates: BTreeSet<Date>) -> Result<(), Failure> {
    let zone = zone(connection).await?;
    batch::run(connection, WRITE, dates.into_iter().map(|date| (date, end(date, &zone)))).await
}

/// Spells the end of a day as the views do.
fn end(date: Date, zone: &TimeZone) -> String {
    spelled(Expiry::Date(date).end(zone))
}

async fn named(connection: &mut SqliteConnection, specs: &'static str) -> Result<BTreeSet<Date>, Failure> {
    let specs: Vec<Vec<u8>> = sqlx::query_scalar(specs).fetch_all(connection).await?;
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
        Expiry::Date(date) => Some(date).filter(|date| date.to_string() == text),
        Expiry::Instant(_) => None,
    }
}

/// Returns the time zone of the organisation, as applied: what is live may be anything.
async fn zone(connection: &mut SqliteConnection) -> Result<TimeZone, Failure> {
    let spec: Option<String> = sqlx::query_scalar(ORGANIZATION).fetch_optional(connection).await?;
    let organization = spec.and_then(|spec| serde_json::from_str::<Organization>(&spec).ok());
    Ok(organization.map_or(TimeZone::UTC, |organization| organization.zone()))
}
