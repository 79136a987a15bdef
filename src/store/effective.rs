//! The rows of effective access.

use sqlx::SqliteConnection;

use super::batch;
use super::error::Failure;
use crate::model::effective::{Allowing, Belonging, Effective, EffectiveChange, Holding, Inheriting};

pub(super) const PUT_BELONGINGS: &str = "
    INSERT INTO belongs (member, holder, list, until_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM jsonb_each(?1)";
pub(super) const TAKE_BELONGINGS: &str = "
    DELETE FROM belongs
    WHERE (member, holder, list) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM jsonb_each(?1))";
pub(super) const PUT_HOLDINGS: &str = "
    INSERT INTO holds (holder, binding, team, role, expires_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM jsonb_each(?1)";
pub(super) const TAKE_HOLDINGS: &str = "
    DELETE FROM holds
    WHERE (holder, binding) IN (SELECT value ->> 0, value ->> 1 FROM jsonb_each(?1))";
pub(super) const PUT_INHERITINGS: &str = "
    INSERT INTO inherits (role, above) SELECT value ->> 0, value ->> 1 FROM jsonb_each(?1)";
pub(super) const TAKE_INHERITINGS: &str = "
    DELETE FROM inherits WHERE (role, above) IN (SELECT value ->> 0, value ->> 1 FROM jsonb_each(?1))";
pub(super) const PUT_ALLOWINGS: &str = "
    INSERT INTO role_grant (role, resource, action, name)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM jsonb_each(?1)";
pub(super) const TAKE_ALLOWINGS: &str = "
    DELETE FROM role_grant
    WHERE (role, resource, action, name) IN
        (SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM jsonb_each(?1))";
pub(super) const PUT_ACTIONS: &str = "INSERT INTO action_word (action) SELECT value ->> 0 FROM jsonb_each(?1)";
pub(super) const TAKE_ACTIONS: &str = "
    DELETE FROM action_word WHERE action IN (SELECT value ->> 0 FROM jsonb_each(?1))";

/// Writes what changes; only while a row stands in `writing` is that allowed.
pub(super) async fn write(connection: &mut SqliteConnection, change: &EffectiveChange) -> Result<(), Failure> {
    let EffectiveChange { take, put } = change;
    batch::run(connection, TAKE_BELONGINGS, take.belongings.iter().map(belonging)).await?;
    batch::run(connection, TAKE_HOLDINGS, take.holdings.iter().map(|row| (&row.holder, &row.binding))).await?;
    batch::run(connection, TAKE_INHERITINGS, take.inheritings.iter().map(inheriting)).await?;
    batch::run(connection, TAKE_ALLOWINGS, take.allowings.iter().map(allowing)).await?;
    batch::run(connection, TAKE_ACTIONS, take.actions.iter().map(|action| [action])).await?;
    batch::run(connection, PUT_BELONGINGS, put.belongings.iter().map(belonging)).await?;
    batch::run(connection, PUT_HOLDINGS, put.holdings.iter().map(holding)).await?;
    batch::run(connection, PUT_INHERITINGS, put.inheritings.iter().map(inheriting)).await?;
    batch::run(connection, PUT_ALLOWINGS, put.allowings.iter().map(allowing)).await?;
    batch::run(connection, PUT_ACTIONS, put.actions.iter().map(|action| [action])).await
}

fn belonging(row: &Belonging) -> (&str, &str, &str, Option<&str>) {
    (&row.member, &row.holder, &row.list, row.until_at.as_deref())
}

fn holding(row: &Holding) -> (&str, &str, &str, &str, Option<&str>) {
    (&row.holder, &row.binding, &row.team, &row.role, row.expires_at.as_deref())
}

fn inheriting(row: &Inheriting) -> (&str, &str) {
    (&row.role, &row.above)
}

fn allowing(row: &Allowing) -> (&str, &str, &str, &str) {
    (&row.role, &row.resource, &row.action, row.name.as_deref().unwrap_or_default())
}

const BELONGINGS: &str = "SELECT member, holder, list, until_at FROM belongs";
const HOLDINGS: &str = "SELECT holder, binding, team, role, expires_at FROM holds";
const INHERITINGS: &str = "SELECT role, above FROM inherits";
const ALLOWINGS: &str = "SELECT role, resource, action, nullif(name, '') FROM role_grant";
const ACTIONS: &str = "SELECT action FROM action_word";

/// Reads all rows.
pub(super) async fn all(connection: &mut SqliteConnection) -> Result<Effective, Failure> {
    let belongings: Vec<(String, String, String, Option<String>)> =
        sqlx::query_as(BELONGINGS).fetch_all(&mut *connection).await?;
    let holdings: Vec<(String, String, String, String, Option<String>)> =
        sqlx::query_as(HOLDINGS).fetch_all(&mut *connection).await?;
    let inheritings: Vec<(String, String)> = sqlx::query_as(INHERITINGS).fetch_all(&mut *connection).await?;
    let allowings: Vec<(String, String, String, Option<String>)> =
        sqlx::query_as(ALLOWINGS).fetch_all(&mut *connection).await?;
    let actions: Vec<String> = sqlx::query_scalar(ACTIONS).fetch_all(&mut *connection).await?;
    let belonging = |(member, holder, list, until_at)| Belonging { member, holder, list, until_at };
    let holding = |(holder, binding, team, role, expires_at)| Holding { holder, binding, team, role, expires_at };
    let allowing = |(role, resource, action, name)| Allowing { role, action, resource, name };
    Ok(Effective {
        belongings: belongings.into_iter().map(belonging).collect(),
        holdings: holdings.into_iter().map(holding).collect(),
        inheritings: inheritings.into_iter().map(|(role, above)| Inheriting { role, above }).collect(),
        allowings: allowings.into_iter().map(allowing).collect(),
        actions: actions.into_iter().collect(),
    })
}
