//! Whether the change log is kept as Charter set it up, and setting it up again.

use sqlx::SqliteConnection;

use super::error::Failure;

const STORE: &str = include_str!("migrations/sqlite/0001_store.sql");
const CHANGE_LOG: &str = include_str!("migrations/sqlite/0003_change_log.sql");

const TABLES: [&str; 4] = ["live_resource", "change_log", "writing", "written"];
const TRIGGERS: [&str; 5] = ["writing_began", "live_inserted", "live_updated", "live_renamed", "live_deleted"];

/// What hangs on the tables of the log: sort, name, table, and how it was created.
pub(super) const HANGING: &str = "
    SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema
    WHERE tbl_name IN ('live_resource', 'change_log', 'writing', 'written')";

type Hanging = (String, String, String, String);

/// Says in one line why the log cannot be trusted as the schema is now, if it cannot.
pub(super) async fn fault(connection: &mut SqliteConnection) -> Result<Option<String>, Failure> {
    let found: Vec<Hanging> = sqlx::query_as(HANGING).fetch_all(connection).await?;
    let wanted = TABLES.map(|name| ("table", name)).into_iter().chain(TRIGGERS.map(|name| ("trigger", name)));
    let lacking = wanted.map(|(sort, name)| lacking(&found, sort, name)).find_map(|fault| fault);
    Ok(lacking.or_else(|| found.iter().find_map(in_the_way)))
}

fn lacking(found: &[Hanging], sort: &str, name: &str) -> Option<String> {
    let Some((_, _, _, sql)) = found.iter().find(|(its, called, ..)| its == sort && called == name) else {
        return Some(format!("the {sort} {name} was dropped"));
    };
    let end = format!("{sql};");
    let ours = STORE.contains(&end) || CHANGE_LOG.contains(&end);
    (!ours).then(|| format!("the {sort} {name} was changed"))
}

/// Says what somebody added that lets writes pass by the log. Their own triggers on live rows do not.
fn in_the_way((sort, name, table, sql): &Hanging) -> Option<String> {
    let name_shown = name.escape_debug();
    if is_foreign_trigger(sort, name, table) {
        return Some(format!("a trigger {name_shown} was put on {table}"));
    }
    let unique = sort == "index" && table == "live_resource" && sql.starts_with("CREATE UNIQUE");
    unique.then(|| format!("with the unique index {name_shown} a REPLACE takes rows away that no trigger sees"))
}

fn is_foreign_trigger(sort: &str, name: &str, table: &str) -> bool {
    sort == "trigger" && table != "live_resource" && !TRIGGERS.contains(&name)
}

/// Puts the triggers back as Charter wrote them, takes foreign ones off the log's tables, and ends a bypass.
pub(super) async fn mend(connection: &mut SqliteConnection) -> Result<(), Failure> {
    let found: Vec<Hanging> = sqlx::query_as(HANGING).fetch_all(&mut *connection).await?;
    for (sort, name, table, _) in &found {
        let ours = sort == "trigger" && TRIGGERS.contains(&name.as_str());
        if ours || is_foreign_trigger(sort, name, table) {
            let drop = format!("DROP TRIGGER \"{}\"", name.replace('"', "\"\""));
            sqlx::raw_sql(sqlx::AssertSqlSafe(drop)).execute(&mut *connection).await?;
        }
    }
    for create in TRIGGERS.iter().filter_map(|name| definition(name)) {
        sqlx::raw_sql(create).execute(&mut *connection).await?;
    }
    sqlx::query("DELETE FROM writing").execute(connection).await?;
    Ok(())
}

/// Cuts a trigger out of the migration.
fn definition(name: &str) -> Option<&'static str> {
    let start = CHANGE_LOG.find(&format!("CREATE TRIGGER {name} "))?;
    let text = CHANGE_LOG.get(start..)?;
    text.get(..text.find("\nEND;")?.checked_add("\nEND;".len())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trigger_is_in_the_migration() {
        for name in TRIGGERS {
            let text = definition(name).unwrap();
            assert_eq!((text.matches("CREATE").count(), text.matches("END;").count()), (1, 1), "{name}");
        }
        assert_eq!(CHANGE_LOG.matches("CREATE TRIGGER").count(), TRIGGERS.len());
    }
}
