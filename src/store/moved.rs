//! What is otherwise than a plan was made from, or than it says when it was written.

use sqlx::SqliteConnection;

use super::batch::batches;
use super::error::{Failure, few};
use super::state::{self, spec_text};
use crate::model::applied::Accepted;
use crate::model::canonical::Canonical;
use crate::model::change::Change;
use crate::model::id::ResourceId;
use crate::model::journal::{Action, Head};
use crate::model::plan::Plan;
use crate::model::snapshot::Revision;

/// A live spec and an applied one, as a change says that they are.
type Said<'a> = [&'a Option<Canonical>; 2];

/// The changes whose rows SQLite takes for different from what the plan says.
pub(super) const SUSPECTS: &str = "
    SELECT CAST(w.value ->> 0 AS INTEGER)
    FROM jsonb_each(?1) AS w
    LEFT JOIN live_resource AS l
        ON l.kind = w.value ->> 1 AND l.team = w.value ->> 2 AND l.name = w.value ->> 3
    LEFT JOIN applied_resource AS a
        ON a.kind = w.value ->> 1 AND a.team = w.value ->> 2 AND a.name = w.value ->> 3
    WHERE l.spec IS NOT (w.value ->> 4) OR a.spec IS NOT (w.value ->> 5)";

pub(super) const ROWS: &str = "
    SELECT (SELECT CAST(spec AS BLOB) FROM live_resource WHERE kind = ?1 AND team = ?2 AND name = ?3),
        (SELECT CAST(spec AS BLOB) FROM applied_resource WHERE kind = ?1 AND team = ?2 AND name = ?3)";

/// Refuses a plan that was made from anything else than what the store holds.
pub(super) async fn refuse(
    connection: &mut SqliteConnection,
    plan: &Plan,
    head: &Head,
    accepted: Option<&Accepted>,
) -> Result<(), Failure> {
    let mut moved = Vec::new();
    if plan.bound.journal != *head {
        let last: Option<String> = sqlx::query_scalar(LAST).fetch_optional(&mut *connection).await?;
        moved.push(another(last.as_deref(), accepted));
    }
    moved.extend(differing(connection, plan, |change| [&change.live, &change.applied]).await?);
    for stray in &plan.strays {
        let live = state::stray(connection, &stray.key).await?;
        moved.extend((live.as_ref() != Some(&stray.live)).then(|| format!("{} is live otherwise", stray.key)));
    }
    if moved.is_empty() { Ok(()) } else { Err(Failure::Stale(moved)) }
}

/// Refuses a landing of which the triggers of others made something else than the plan.
pub(super) async fn refuse_meddling(
    connection: &mut SqliteConnection,
    plan: &Plan,
    triggers: &[String],
) -> Result<(), Failure> {
    let mut other = differing(connection, plan, |change| [&change.desired, &change.desired]).await?;
    for stray in &plan.strays {
        let live = state::stray(connection, &stray.key).await?;
        other.extend(live.is_some().then(|| format!("{} is live otherwise", stray.key)));
    }
    if other.is_empty() {
        return Ok(());
    }
    let (triggers, other) = (few(triggers), few(&other));
    Err(Failure::Corrupt(format!(
        "nothing lands as planned with the trigger of others on live_resource ({triggers}): after it, {other}; nothing \
         was changed: drop that trigger"
    )))
}

/// Lists what is not as the changes of a plan say.
async fn differing(
    connection: &mut SqliteConnection,
    plan: &Plan,
    said: impl Fn(&Change) -> Said<'_>,
) -> Result<Vec<String>, Failure> {
    let mut differing = Vec::new();
    for suspect in suspects(connection, plan, &said).await? {
        differing.extend(differences(connection, &suspect.id, said(suspect)).await?);
    }
    Ok(differing)
}

const LAST: &str = "SELECT action FROM journal ORDER BY seq DESC LIMIT 1";

/// Says who moved the journal on.
fn another(last: Option<&str>, accepted: Option<&Accepted>) -> String {
    match accepted {
        _ if last == Some(Action::Suspend.as_str()) => "a source was suspended".to_owned(),
        _ if last == Some(Action::Resume.as_str()) => "a source was resumed".to_owned(),
        _ if last == Some(Action::Mend.as_str()) => "the store was mended".to_owned(),
        Some(Accepted { revision: Some(revision), .. }) => {
            format!("another apply landed {}", Revision::label(revision))
        }
        Some(Accepted { revision: None, .. }) => "another apply landed a directory".to_owned(),
        None => "the store was replaced by an empty one".to_owned(),
    }
}

async fn suspects<'a>(
    connection: &mut SqliteConnection,
    plan: &'a Plan,
    said: impl Fn(&Change) -> Said<'_>,
) -> Result<Vec<&'a Change>, Failure> {
    let rows = plan.changes.iter().enumerate().map(|(index, change)| {
        let id = &change.id;
        let [live, applied] = said(change).map(|spec| spec.as_ref().map(Canonical::as_str));
        (index, id.kind.as_str(), id.team_or_empty(), id.name.as_str(), live, applied)
    });
    let mut suspects = Vec::new();
    for batch in batches(rows) {
        let indices: Vec<i64> = sqlx::query_scalar(SUSPECTS).bind(batch?).fetch_all(&mut *connection).await?;
        suspects.extend(indices.into_iter().filter_map(|index| plan.changes.get(usize::try_from(index).ok()?)));
    }
    Ok(suspects)
}

/// Compares a suspect as a plan sees it: text by hand, with a NUL or no UTF-8, does not pass through JSON unchanged.
async fn differences(
    connection: &mut SqliteConnection,
    id: &ResourceId,
    [live_said, applied_said]: Said<'_>,
) -> Result<Vec<String>, Failure> {
    let query = sqlx::query_as(ROWS).bind(id.kind.as_str()).bind(id.team_or_empty()).bind(id.name.as_str());
    let (live, applied): (Option<Vec<u8>>, Option<Vec<u8>>) = query.fetch_one(connection).await?;
    let [live, applied] = [live, applied].map(|spec| spec.as_deref().map(spec_text));
    let mut differences = Vec::new();
    if live != *live_said {
        differences.push(format!("{id} is live otherwise"));
    }
    if applied != *applied_said {
        differences.push(format!("{id} was applied otherwise"));
    }
    Ok(differences)
}
