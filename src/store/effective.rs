//! The rows of effective access.

use std::collections::BTreeSet;

use sqlx::SqliteConnection;

use super::batch;
use super::error::Failure;
use crate::model::effective::{Allowing, Effective, EffectiveChange, Holding, Standing};

pub(super) const PUT_STANDINGS: &str = "
    INSERT INTO stands_for (subject, holder, until_at, via)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM jsonb_each(?1)";
pub(super) const TAKE_STANDINGS: &str = "
    DELETE FROM stands_for
    WHERE (subject, holder) IN (SELECT value ->> 0, value ->> 1 FROM jsonb_each(?1))";
pub(super) const PUT_HOLDINGS: &str = "
    INSERT INTO holds (holder, binding, team, role, expires_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM jsonb_each(?1)";
pub(super) const TAKE_HOLDINGS: &str = "
    DELETE FROM holds
    WHERE (holder, binding) IN (SELECT value ->> 0, value ->> 1 FROM jsonb_each(?1))";
pub(super) const PUT_ALLOWINGS: &str = "
    INSERT INTO role_grant (role, resource, action, name)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM jsonb_each(?1)";
pub(super) const TAKE_ALLOWINGS: &str = "
    DELETE FROM role_grant
    WHERE (role, resource, action, name) IN
        (SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM jsonb_each(?1))";

/// Writes what changes; only while a row stands in `writing` is that allowed.
pub(super) async fn write(connection: &mut SqliteConnection, change: &EffectiveChange) -> Result<(), Failure> {
    let EffectiveChange { take, put } = change;
    batch::run(connection, TAKE_STANDINGS, take.standings.iter().map(|row| (&row.subject, &row.holder))).await?;
    batch::run(connection, TAKE_HOLDINGS, take.holdings.iter().map(|row| (&row.holder, &row.binding))).await?;
    batch::run(connection, TAKE_ALLOWINGS, take.allowings.iter().map(allowing)).await?;
    batch::run(connection, PUT_STANDINGS, put.standings.iter().map(standing)).await?;
    batch::run(connection, PUT_HOLDINGS, put.holdings.iter().map(holding)).await?;
    batch::run(connection, PUT_ALLOWINGS, put.allowings.iter().map(allowing)).await
}

fn standing(row: &Standing) -> (&str, &str, Option<&str>, &str) {
    (&row.subject, &row.holder, row.until_at.as_deref(), &row.via)
}

fn holding(row: &Holding) -> (&str, &str, &str, &str, Option<&str>) {
    (&row.holder, &row.binding, &row.team, &row.role, row.expires_at.as_deref())
}

fn allowing(row: &Allowing) -> (&str, &str, &str, &str) {
    (&row.role, &row.resource, &row.action, row.name.as_deref().unwrap_or_default())
}

const STANDINGS: &str = "SELECT subject, holder, until_at, via FROM stands_for";
const HOLDINGS: &str = "SELECT holder, binding, team, role, expires_at FROM holds";
const ALLOWINGS: &str = "SELECT role, resource, action, name FROM role_grant";

/// Reads all rows.
pub(super) async fn all(connection: &mut SqliteConnection) -> Result<Effective, Failure> {
    let standings: Vec<(String, String, Option<String>, String)> =
        sqlx::query_as(STANDINGS).fetch_all(&mut *connection).await?;
    let holdings: Vec<(String, String, String, String, Option<String>)> =
        sqlx::query_as(HOLDINGS).fetch_all(&mut *connection).await?;
    let allowings: Vec<(String, String, String, String)> =
        sqlx::query_as(ALLOWINGS).fetch_all(&mut *connection).await?;
    let standing = |(subject, holder, until_at, via)| Standing { subject, holder, until_at, via };
    let holding = |(holder, binding, team, role, expires_at)| Holding { holder, binding, team, role, expires_at };
    let allowing = |(role, resource, action, name): (String, String, String, String)| Allowing {
        role,
        action,
        resource,
        name: Some(name).filter(|name| !name.is_empty()),
    };
    Ok(Effective {
        standings: standings.into_iter().map(standing).collect::<BTreeSet<_>>(),
        holdings: holdings.into_iter().map(holding).collect(),
        allowings: allowings.into_iter().map(allowing).collect(),
    })
}
