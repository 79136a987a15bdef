//! Whether the schema is as the migrations make it, and what puts it back.

use std::sync::OnceLock;

use sqlx::{Connection, FromRow, SqliteConnection};

use super::error::Failure;
use super::sqlite::MIGRATIONS;

/// The tables that can be made again without a loss: the log and its counters, what follows from the rest, and what is
/// said anew all the time. All others hold what nothing else knows.
const DERIVED: [&str; 10] = [
    "change_log",
    "writing",
    "written",
    "day_end",
    "daemon",
    "belongs",
    "holds",
    "inherits",
    "role_grant",
    "action_word",
];

/// The one table on which others may hang triggers: agent platforms copy what is live.
const OPEN: &str = "live_resource";

/// The table in which sqlx keeps which migrations there were.
const MIGRATED: &str = "_sqlx_migrations";

/// What to do where nothing makes a store good again.
pub(super) const BACKUP: &str = "restore a copy of the file, or move it away and `charter apply` makes a new one";

/// Everything in the schema but what SQLite and sqlx keep for themselves, tables before what hangs on them.
pub(super) const OBJECTS: &str = "
    SELECT type AS sort, name, tbl_name AS on_table, coalesce(sql, '') AS sql FROM sqlite_schema
    WHERE name NOT GLOB 'sqlite_*' AND name <> '_sqlx_migrations' ORDER BY rowid";

/// A table, view, index or trigger.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
struct Object {
    sort: String,
    name: String,
    on_table: String,
    sql: String,
}

/// What is wrong with the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// In one line.
    pub(super) what: String,
    /// The statements that put it back; `None` where that would lose something, or is lost already.
    pub(super) cure: Option<String>,
}

/// Lists what is otherwise than the migrations make it. What others added is theirs, unless it is in the way.
pub(super) async fn faults(connection: &mut SqliteConnection) -> Result<Vec<Fault>, Failure> {
    Ok(compared(&objects(connection).await?, made().await?))
}

/// Refuses to write to a store that is not whole, and names the triggers of others on live rows.
pub(super) async fn triggers(connection: &mut SqliteConnection) -> Result<Vec<String>, Failure> {
    let (found, made) = (objects(connection).await?, made().await?);
    let faults = compared(&found, made);
    if !faults.is_empty() {
        return Err(Failure::Stale(faults.into_iter().map(|fault| fault.what).collect()));
    }
    let theirs = found.iter().filter(|object| object.is_trigger_on(OPEN) && !object.is_among(made));
    Ok(theirs.map(|trigger| trigger.name.escape_debug().to_string()).collect())
}

fn compared(found: &[Object], made: &[Object]) -> Vec<Fault> {
    let lacking = made.iter().filter_map(|object| lacking(object, found, made));
    lacking.chain(found.iter().filter_map(|object| in_the_way(object, made))).collect()
}

/// Refuses a store in which something is lost.
pub(super) async fn refuse_loss(connection: &mut SqliteConnection) -> Result<(), Failure> {
    let lost = faults(connection).await?.into_iter().find(|fault| fault.cure.is_none());
    lost.map_or(Ok(()), |fault| Err(fault.refusal()))
}

impl Fault {
    /// Makes the failure of a fault that nothing cures.
    pub(super) fn refusal(self) -> Failure {
        Failure::Corrupt(format!("{}, and nothing can put it back: {BACKUP}", self.what))
    }
}

impl Object {
    /// Reads the statement with a space between its words, however it was laid out.
    fn squeezed(&self) -> String {
        self.sql.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn is_like(&self, other: &Object) -> bool {
        let same = self.sort == other.sort && self.on_table == other.on_table;
        same && (self.sql == other.sql || self.squeezed() == other.squeezed())
    }

    /// Says whether the two cannot stand side by side: triggers have names of their own.
    fn is_in_place_of(&self, other: &Object) -> bool {
        self.name == other.name && (self.sort == "trigger") == (other.sort == "trigger")
    }

    fn is_among(&self, others: &[Object]) -> bool {
        others.iter().any(|other| self.is_in_place_of(other))
    }

    /// Says whether it is a trigger on a table, which SQLite writes down in whatever case it was named.
    fn is_trigger_on(&self, table: &str) -> bool {
        self.sort == "trigger" && self.on_table.eq_ignore_ascii_case(table)
    }

    fn holds_data(&self) -> bool {
        self.sort == "table" && !DERIVED.contains(&self.name.as_str())
    }

    fn dropped(&self) -> String {
        format!("DROP {} IF EXISTS \"{}\";", self.sort, self.name.replace('"', "\"\""))
    }
}

async fn objects(connection: &mut SqliteConnection) -> Result<Vec<Object>, Failure> {
    Ok(sqlx::query_as(OBJECTS).fetch_all(connection).await?)
}

/// Returns what the migrations make, of which they are asked once.
async fn made() -> Result<&'static [Object], Failure> {
    static MADE: OnceLock<Vec<Object>> = OnceLock::new();
    if let Some(made) = MADE.get() {
        return Ok(made);
    }
    let mut blank = SqliteConnection::connect("sqlite::memory:").await?;
    MIGRATIONS.run_direct(None, &mut blank, false).await?;
    let made = objects(&mut blank).await?;
    blank.close().await?;
    Ok(MADE.get_or_init(|| made))
}

/// Says what is wrong with something that should be there.
fn lacking(object: &Object, found: &[Object], made: &[Object]) -> Option<Fault> {
    let Object { sort, name, .. } = object;
    let found = found.iter().find(|found| found.is_in_place_of(object));
    let what = match found {
        Some(found) if found.is_like(object) => return None,
        Some(found) if found.sort == *sort => format!("the {sort} {name} was changed"),
        Some(found) => format!("a {} stands in place of the {sort} {name}", found.sort),
        None => format!("the {sort} {name} was dropped"),
    };
    let is_lost = object.holds_data() || found.is_some_and(Object::holds_data);
    Some(Fault { what, cure: (!is_lost).then(|| made_again(object, found, made)) })
}

/// Writes the statements that make something again, with what hangs on it.
fn made_again(object: &Object, found: Option<&Object>, made: &[Object]) -> String {
    let gone = found.map(Object::dropped).unwrap_or_default();
    let hanging = made.iter().filter(|other| other.on_table == object.name && other.name != object.name);
    let again = std::iter::once(object).chain(hanging).map(|one| format!("{}\n{};\n", one.dropped(), one.sql));
    gone + &again.collect::<String>()
}

/// Says what somebody added that has a hand in what Charter writes, or lets writes pass by the log.
///
/// Of triggers of theirs on live rows a landing takes care.
fn in_the_way(found: &Object, made: &[Object]) -> Option<Fault> {
    if found.is_among(made) {
        return None;
    }
    let Object { sort, name, on_table, sql } = found;
    let name = name.escape_debug();
    let tables = made.iter().filter(|object| object.sort == "table").map(|table| table.name.as_str());
    let mut closed = tables.chain([MIGRATED]).filter(|table| *table != OPEN);
    let what = if let Some(table) = closed.find(|table| found.is_trigger_on(table)) {
        format!("a trigger {name} was put on {table}")
    } else if sort == "index" && on_table == OPEN && sql.starts_with("CREATE UNIQUE") {
        format!("with the unique index {name} a REPLACE takes rows away that no trigger sees")
    } else {
        return None;
    };
    Some(Fault { what, cure: Some(found.dropped()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(sort: &str, name: &str, on_table: &str, sql: &str) -> Object {
        let [sort, name, on_table, sql] = [sort, name, on_table, sql].map(str::to_owned);
        Object { sort, name, on_table, sql }
    }

    #[test]
    fn what_holds_data_is_never_made_again() {
        let table = object("table", "journal", "journal", "CREATE TABLE journal (x)");
        let view = object("view", "team", "team", "CREATE VIEW team AS SELECT 1");
        let made = [table.clone(), view.clone()];
        let fault = |object: &Object, found: &[Object]| lacking(object, found, &made);
        assert_eq!(fault(&table, &made), None);
        assert_eq!(fault(&table, &[]).unwrap().cure, None);
        let widened = object("table", "journal", "journal", "CREATE TABLE journal (x, y)");
        assert_eq!(fault(&table, &[widened]).unwrap().what, "the table journal was changed");
        let laid_out = object("table", "journal", "journal", "CREATE TABLE journal\n    (x)");
        assert_eq!(fault(&table, &[laid_out]), None);
        let theirs = object("table", "team", "team", "CREATE TABLE team (precious)");
        let fault = fault(&view, &[theirs]).unwrap();
        assert_eq!((fault.what.as_str(), fault.cure), ("a table stands in place of the view team", None));
    }

    #[test]
    fn a_table_comes_back_with_what_hangs_on_it() {
        let table = object("table", "writing", "writing", "CREATE TABLE writing (x)");
        let trigger = object("trigger", "began", "writing", "CREATE TRIGGER began …");
        let view = object("view", "writing", "writing", "CREATE VIEW writing AS SELECT 1");
        let cure = lacking(&table, &[view], &[table.clone(), trigger]).unwrap().cure.unwrap();
        let steps = ["DROP view IF EXISTS", "DROP table IF EXISTS", "CREATE TABLE", "DROP trigger", "CREATE TRIGGER"];
        let places = steps.map(|step| cure.find(step).unwrap());
        assert!(places.is_sorted(), "{cure}");
    }
}
