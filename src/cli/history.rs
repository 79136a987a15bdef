//! `charter history`: what was done, by whom and why.

use serde::Deserialize;
use serde_json::{Value, json};

use super::args::{Format, OutputArgs, PLAIN, RepoArgs, StoreArgs};
use super::outcome::{self, Stored};
use super::{Context, Exit, Failure};
use crate::model::canonical::Canonical;
use crate::model::id::ResourceId;
use crate::model::journal::{Action, Entry};
use crate::model::plan::Counts;
use crate::report::{counted, escape, json, plan, table};

/// Shows the journal, the newest last: what was applied, suspended, resumed and mended, or each change of one resource.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter history                        the last applies
  charter history Team/frontend          what happened to one resource
  charter history --verify               whether the journal is as it was written

Exit codes: 0 shown or verified, 1 nothing is known of the resource, 65 the journal was tampered with")]
pub struct Args {
    /// One resource: Kind/name or Kind/team/name
    resource: Option<ResourceId>,
    /// How many entries
    #[arg(short = 'n', long, default_value_t = 20, value_name = "COUNT")]
    number: usize,
    /// Checks the whole hash chain instead
    #[arg(long, conflicts_with = "resource")]
    verify: bool,
    #[command(flatten)]
    repo: RepoArgs,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(PLAIN)?;
    let Stored { trouble, store, .. } = Stored::find(&args.repo, &args.store, context)?;
    let Some(store) = store else {
        context.note("note: there is no store for this repository yet: nothing was applied");
        return args.resource.as_ref().map_or(Ok(Exit::Done), |resource| Err(unknown(resource)));
    };
    let mut reader = store.reader()?;
    if reader.is_missing() {
        context.note(&format!("note: there is no store at {} yet: nothing was applied", store.url()));
    }
    outcome::without_source(trouble.as_ref(), context);
    outcome::damage(&mut reader, &store, context)?;
    if args.verify {
        let head = reader.verify()?;
        let count = usize::try_from(head.count).unwrap_or(usize::MAX);
        let text = || {
            let entries = counted(count, "journal entry").replace("entrys", "entries");
            format!("ok: {entries}, head {}\n", head.hash.get(..12).unwrap_or("-"))
        };
        let value = || json!({ "version": json::VERSION, "verified": true, "head": head });
        output.emit(&[(Format::Text, &text), (Format::Json, &|| json::pretty(&value()))])?;
        return Ok(Exit::Done);
    }
    let wanted = |entry: &Entry| {
        if args.resource.is_some() { entry.resource == args.resource } else { !entry.action.is_of_a_resource() }
    };
    let mut entries: Vec<Entry> = reader.entries(None)?.into_iter().filter(wanted).collect();
    if let Some(resource) = args.resource.as_ref().filter(|_| entries.is_empty()) {
        return Err(unknown(resource));
    }
    entries.drain(..entries.len().saturating_sub(args.number));
    let value = || json!({ "version": json::VERSION, "entries": entries });
    output.emit(&[(Format::Text, &|| text(&entries)), (Format::Json, &|| json::without_credentials(&value()))])?;
    Ok(Exit::Done)
}

fn unknown(resource: &ResourceId) -> Failure {
    Failure::No(format!("the journal says nothing of {resource}"))
}

fn text(entries: &[Entry]) -> String {
    let heading = ["SEQ", "AT", "ACTOR", "ACTION", "REVISION", "PLAN", "WHAT"].map(str::to_owned).to_vec();
    let rows = std::iter::once(heading).chain(entries.iter().map(row));
    table::aligned(&rows.collect::<Vec<_>>())
}

fn row(entry: &Entry) -> Vec<String> {
    let short =
        |text: &str, digits: usize| text.get(..digits).unwrap_or(if text.is_empty() { "-" } else { text }).to_owned();
    let what = entry.resource.as_ref().map_or_else(|| account(entry), ToString::to_string);
    vec![
        entry.seq.to_string(),
        entry.at.strftime("%Y-%m-%d %H:%MZ").to_string(),
        escape::line(&entry.actor),
        entry.action.as_str().to_owned(),
        short(&entry.revision, 7),
        short(&entry.plan, 12),
        what,
    ]
}

/// Says what a landing changed.
fn changed(counts: &Value) -> String {
    let counts = Counts::deserialize(counts).unwrap_or_default();
    let Counts { add, change, remove, .. } = counts;
    if counts.is_quiet() { plan::quiet(&counts) } else { format!("+{add} ~{change} -{remove}") }
}

/// Says what an entry that is about no resource tells: what a landing changed, what went, what was mended, and why.
fn account(entry: &Entry) -> String {
    let said = entry.after.as_ref().or(entry.before.as_ref()).map(Canonical::value).unwrap_or_default();
    let list = |key: &str, between: &str| {
        let items: Vec<&str> =
            said.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        (!items.is_empty()).then(|| items.join(between))
    };
    let text = |key: &str| said.get(key).and_then(Value::as_str).map(str::to_owned);
    let parts = [
        said.get("changes").filter(|_| entry.action == Action::Apply).map(changed),
        text("source"),
        text("row"),
        list("allowed", ", ").map(|allowed| format!("allowed {allowed}")),
        list("mended", "; ").map(|mended| format!("mended: {mended}")),
        text("reason").map(|reason| format!("\"{reason}\"")),
    ];
    escape::line(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}
