//! The journal's entries: making them and writing them.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::SqliteConnection;

use super::batch;
use super::error::Failure;
use super::journal::seal;
use super::landing::Landing;
use crate::model::canonical::Canonical;
use crate::model::change::{Change, Op};
use crate::model::id::ResourceId;
use crate::model::journal::{Action, Entry, Head};
use crate::model::name::Name;
use crate::model::plan::{Counts, Plan};
use crate::model::raw_key::RawKey;
use crate::model::source_state::Suspension;

/// What the entry of a landing as a whole says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Account<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// The guards that were lifted.
    allowed: &'a [String],
    changes: Counts,
    /// Whether it was the first, which is judged by its own rules.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    bootstrap: bool,
    /// Whether the store was taken over from another organisation or history.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    adopted_store: bool,
}

/// What the entry of a row that names no resource says.
#[derive(Serialize)]
struct Pruned<'a> {
    row: &'a RawKey,
    spec: &'a str,
}

/// Writes one entry for the landing and one for each change, chained to the entry where the journal ends.
pub(super) fn entries(plan: &Plan, landing: &Landing, head: &Head) -> Vec<Entry> {
    let mut end = head.clone();
    let account = Account {
        reason: landing.reason.as_deref(),
        allowed: &landing.allowed,
        changes: plan.counts(),
        bootstrap: head.count == 0,
        adopted_store: landing.adopt_store,
    };
    let whole = (Action::Apply, None, None, Some(Canonical::of(&account)));
    let changes = plan
        .changes
        .iter()
        .map(|change| (action(change.op), Some(change.id.clone()), before(change).cloned(), change.desired.clone()));
    let strays = plan.strays.iter().map(|stray| {
        let before = Canonical::of(&Pruned { row: &stray.key, spec: stray.live.as_str() });
        (Action::Prune, None, Some(before), None)
    });
    std::iter::once(whole)
        .chain(changes)
        .chain(strays)
        .map(|told| linked(&mut end, unlinked(plan, landing, told)))
        .collect()
}

type Told = (Action, Option<ResourceId>, Option<Canonical>, Option<Canonical>);

fn unlinked(plan: &Plan, landing: &Landing, (action, resource, before, after): Told) -> Entry {
    Entry {
        seq: 0,
        at: landing.at,
        actor: landing.actor.clone(),
        action,
        resource,
        before,
        after,
        revision: plan.revision.as_ref().map(|revision| revision.commit.clone()).unwrap_or_default(),
        plan: plan.effect.hex(),
        prev_hash: String::new(),
        hash: String::new(),
    }
}

/// What the entry of a suspension says.
#[derive(Serialize)]
struct Order<'a> {
    source: &'a Name,
    reason: &'a str,
}

/// Writes the entry of a source that is not followed from here on, or is followed again.
pub(super) fn order(action: Action, source: &Name, word: &Suspension, head: &Head) -> Entry {
    let after = Canonical::of(&Order { source, reason: &word.reason });
    linked(&mut head.clone(), of_the_store(action, word.at, &word.by, after))
}

/// What the entry of a repair says.
#[derive(Serialize)]
struct Repair<'a> {
    mended: &'a [String],
}

/// Writes the entry of a store that was made whole again.
pub(super) fn repair(mended: &[String], actor: &str, at: Timestamp, head: &Head) -> Entry {
    let after = Canonical::of(&Repair { mended });
    linked(&mut head.clone(), of_the_store(Action::Mend, at, actor, after))
}

/// Makes an entry that is about no resource and of no plan.
fn of_the_store(action: Action, at: Timestamp, actor: &str, after: Canonical) -> Entry {
    Entry {
        seq: 0,
        at,
        actor: actor.to_owned(),
        action,
        resource: None,
        before: None,
        after: Some(after),
        revision: String::new(),
        plan: String::new(),
        prev_hash: String::new(),
        hash: String::new(),
    }
}

/// Chains an entry to the end of the journal, which moves on to it.
fn linked(end: &mut Head, mut entry: Entry) -> Entry {
    entry.seq = end.count.saturating_add(1);
    entry.prev_hash.clone_from(&end.hash);
    entry.hash = seal(&entry);
    *end = Head { count: entry.seq, hash: entry.hash.clone() };
    entry
}

const fn action(op: Op) -> Action {
    match op {
        Op::Create => Action::Create,
        Op::Update => Action::Update,
        Op::Delete => Action::Delete,
        Op::Heal => Action::Heal,
        Op::Adopt => Action::Adopt,
        Op::Forget => Action::Forget,
    }
}

/// Returns what the change replaces: what was live, or what was remembered where only that changes.
fn before(change: &Change) -> Option<&Canonical> {
    match change.op {
        Op::Adopt | Op::Forget => change.applied.as_ref(),
        Op::Create | Op::Update | Op::Delete | Op::Heal => change.live.as_ref(),
    }
}

pub(super) const APPEND: &str = r#"
    INSERT INTO journal (seq, at, actor, action, resource, "before", "after", revision, plan, prev_hash, hash)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
        value ->> 8, value ->> 9, value ->> 10
    FROM jsonb_each(?1)"#;
pub(super) const PUT_HEAD: &str = "INSERT OR REPLACE INTO journal_head (only_row, count, hash) VALUES (1, ?1, ?2)";

/// Appends entries and moves the head, which is returned.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    entries: &[Entry],
    before: Head,
) -> Result<Head, Failure> {
    let text = |spec: &Option<Canonical>| spec.as_ref().map(|spec| spec.as_str().to_owned());
    let rows = entries.iter().map(|entry| {
        let told = (entry.action, &entry.resource, text(&entry.before), text(&entry.after));
        let (action, resource, before, after) = told;
        let Entry { seq, at, actor, revision, plan, prev_hash, hash, .. } = entry;
        (seq, at, actor, action, resource, before, after, revision, plan, prev_hash, hash)
    });
    batch::run(connection, APPEND, rows).await?;
    let head = entries.last().map_or(before, |last| Head { count: last.seq, hash: last.hash.clone() });
    let count = i64::try_from(head.count).map_err(|error| Failure::Corrupt(format!("journal_head: {error}")))?;
    sqlx::query(PUT_HEAD).bind(count).bind(&head.hash).execute(connection).await?;
    Ok(head)
}
