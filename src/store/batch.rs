//! Rows for one statement, as a JSON array that it takes apart with `jsonb_each`: constant SQL for any number of rows.

use serde::Serialize;
use sqlx::SqliteConnection;

use super::error::Failure;

/// The most rows of a statement.
const ROWS: usize = 1000;
/// The size (bytes) at which a statement has enough rows; SQLite takes a thousand million.
const ENOUGH: usize = 4 << 20;

/// Cuts rows into JSON arrays.
pub(super) fn batches<T: Serialize>(rows: impl Iterator<Item = T>) -> impl Iterator<Item = Result<String, Failure>> {
    let mut rows = rows.peekable();
    std::iter::from_fn(move || rows.peek().is_some().then(|| batch(&mut rows)))
}

fn batch<T: Serialize>(rows: &mut impl Iterator<Item = T>) -> Result<String, Failure> {
    let mut text = String::from("[");
    for (index, row) in rows.take(ROWS).enumerate() {
        if index > 0 {
            text.push(',');
        }
        let row = serde_json::to_string(&row).map_err(|error| Failure::Corrupt(error.to_string()))?;
        text.push_str(&row);
        if text.len() >= ENOUGH {
            break;
        }
    }
    text.push(']');
    Ok(text)
}

/// Runs a statement with one parameter, a JSON array of rows, as often as it takes.
pub(super) async fn run<T: Serialize>(
    connection: &mut SqliteConnection,
    sql: &'static str,
    rows: impl Iterator<Item = T>,
) -> Result<(), Failure> {
    for batch in batches(rows) {
        sqlx::query(sql).bind(batch?).execute(&mut *connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_is_lost_between_batches() {
        for (count, text) in [(0, ""), (1, "x"), (2500, "x"), (7, &"y".repeat(1 << 20))] {
            let cut: Vec<String> = batches((0..count).map(|row| (row, text))).map(Result::unwrap).collect();
            let rows = cut.iter().flat_map(|batch| serde_json::from_str::<Vec<(usize, String)>>(batch).unwrap());
            assert_eq!(rows.map(|row| row.0).collect::<Vec<_>>(), (0..count).collect::<Vec<_>>());
        }
    }
}
