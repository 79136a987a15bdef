//! The sum of the applied rows, kept apart from them, so that rows that somebody deletes or changes are missed.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;

use super::error::Failure;
use super::schema::BACKUP;
use super::{entries, state};
use crate::model::canonical::Canonical;
use crate::model::id::ResourceId;
use crate::model::plan::Plan;

/// How many rows there are, and the XOR of their SHA-256.
///
/// Their order means nothing, and a row is taken out as it was put in, so that a landing costs what it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) count: i64,
    digest: [u8; 32],
}

impl Sum {
    fn of(rows: &BTreeMap<ResourceId, Canonical>) -> Sum {
        let mut sum = Sum::default();
        rows.iter().for_each(|(id, spec)| sum.put(id, spec));
        sum
    }

    fn put(&mut self, id: &ResourceId, spec: &Canonical) {
        self.count = self.count.saturating_add(1);
        self.mix(id, spec);
    }

    fn take(&mut self, id: &ResourceId, spec: &Canonical) {
        self.count = self.count.saturating_sub(1);
        self.mix(id, spec);
    }

    fn mix(&mut self, id: &ResourceId, spec: &Canonical) {
        let mut hash = Sha256::new();
        for field in [id.kind.as_str(), id.team_or_empty(), id.name.as_str(), spec.as_str()] {
            hash.update(field.len().to_le_bytes());
            hash.update(field);
        }
        self.digest.iter_mut().zip(hash.finalize()).for_each(|(mixed, byte)| *mixed ^= byte);
    }

    /// Spells the digest: 64 hexadecimal digits.
    pub(super) fn hex(&self) -> String {
        self.digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

pub(super) const KEPT: &str = "SELECT applied_count, applied_digest FROM accepted";

/// Reads how many rows there should be and their digest; `None` where no landing has written that yet.
async fn kept(connection: &mut SqliteConnection) -> Result<Option<(i64, String)>, Failure> {
    let row: Option<(Option<i64>, Option<String>)> = sqlx::query_as(KEPT).fetch_optional(connection).await?;
    let nothing = Sum::default();
    Ok(row.map_or_else(|| Some((nothing.count, nothing.hex())), |(count, digest)| count.zip(digest)))
}

/// Refuses applied rows that are not those that Charter wrote.
pub(super) async fn refuse_loss(
    connection: &mut SqliteConnection,
    rows: &BTreeMap<ResourceId, Canonical>,
) -> Result<(), Failure> {
    let found = Sum::of(rows);
    let what = match kept(connection).await? {
        None => return Ok(()),
        Some((count, digest)) if count == found.count && digest == found.hex() => return Ok(()),
        Some((count, _)) if count != found.count => format!("holds {} rows, and {count} were applied", found.count),
        Some(_) => "was changed by somebody else than Charter".to_owned(),
    };
    Err(Failure::Corrupt(format!("the table applied_resource {what}: {BACKUP}")))
}

/// Works out the sum after the changes of a plan, which are written already, with their journal.
///
/// Where none was kept, as in a store of an older schema, the rows are read once, and have to be as the journal says.
pub(super) async fn after(connection: &mut SqliteConnection, plan: &Plan) -> Result<Sum, Failure> {
    let Some((count, digest)) = kept(connection).await? else {
        entries::verify(connection).await?;
        return Ok(Sum::of(&state::applied(connection).await?));
    };
    let mut sum = Sum { count, digest: bytes(&digest)? };
    for change in plan.changes.iter().filter(|change| change.writes_applied()) {
        if let Some(spec) = &change.applied {
            sum.take(&change.id, spec);
        }
        if let Some(spec) = &change.desired {
            sum.put(&change.id, spec);
        }
    }
    Ok(sum)
}

fn bytes(hex: &str) -> Result<[u8; 32], Failure> {
    let read = |index: usize| u8::from_str_radix(hex.get(2 * index..2 * index + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..32).map(read).collect();
    let whole = bytes.filter(|_| hex.len() == 64).and_then(|bytes| bytes.try_into().ok());
    whole.ok_or_else(|| Failure::Corrupt(format!("accepted.applied_digest cannot be read: {BACKUP}")))
}
