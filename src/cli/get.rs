//! `charter get`: the live resources.

use serde_json::{Value, json};

use super::args::{Format, OutputArgs, RepoArgs, StoreArgs};
use super::outcome::{self, HeadNow, Stored};
use super::{Context, Exit, Failure};
use crate::model::canonical::Canonical;
use crate::model::credential;
use crate::model::id::ResourceId;
use crate::model::kind::Kind;
use crate::parse::schema::API_VERSION;
use crate::report::{escape, json, table};

/// Shows live resources: all of a kind, of a team, or one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter get teams                      all of a kind
  charter get Team/frontend -o yaml      one, as a manifest
  charter get RoleBinding/frontend       all of a team, or the organisation's of that name
  charter get Budget/frontend/monthly    one of a team

Exit codes: 0 found (a kind may have none), 1 not found")]
pub struct Args {
    /// Kind, Kind/name, Kind/team or Kind/team/name
    #[arg(value_name = "KIND[/TEAM][/NAME]")]
    what: String,
    #[command(flatten)]
    repo: RepoArgs,
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Which resources are asked for.
struct Wanted {
    kind: Kind,
    parts: Vec<String>,
}

impl Wanted {
    fn read(text: &str) -> Result<Self, Failure> {
        let mut parts = text.split('/');
        let kind = super::schema::find(parts.next().unwrap_or_default())?;
        let parts: Vec<String> = parts.map(str::to_owned).collect();
        if parts.len() > 2 || parts.iter().any(String::is_empty) {
            return Err(Failure::Usage(format!(
                "`{text}` names no resource: write Kind, Kind/name, Kind/team or Kind/team/name"
            )));
        }
        Ok(Wanted { kind, parts })
    }

    fn has(&self, id: &ResourceId) -> bool {
        let team = id.team_or_empty();
        id.kind == self.kind
            && match self.parts.as_slice() {
                [] => true,
                [word] => team == word || (team.is_empty() && id.name.as_str() == word),
                [of, name, ..] => team == of && id.name.as_str() == name,
            }
    }
}

/// Runs the verb.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let output = args.output.open(&[Format::Text, Format::Json, Format::Yaml])?;
    let wanted = Wanted::read(&args.what)?;
    let Stored { source, trouble, store } = Stored::find(&args.repo, &args.store, context)?;
    let Some(store) = store else {
        return Err(Failure::No("there is no store for this repository yet: charter apply makes it".to_owned()));
    };
    outcome::reader_notes(source.as_ref(), &HeadNow::of(source.as_ref(), trouble), &store, context)?;
    let (live, _) = store.reader()?.state()?;
    let rows: Vec<(ResourceId, Canonical)> = live.rows.into_iter().filter(|(id, _)| wanted.has(id)).collect();
    if rows.is_empty() && !wanted.parts.is_empty() {
        return Err(Failure::No(format!("nothing live is called {}", args.what)));
    }
    let value = || json!({ "version": json::VERSION, "items": rows.iter().map(manifest).collect::<Vec<_>>() });
    output.emit(&[
        (Format::Text, &|| text(&rows)),
        (Format::Json, &|| json::pretty(&value())),
        (Format::Yaml, &|| yaml(&rows)),
    ])?;
    Ok(Exit::Done)
}

fn text(rows: &[(ResourceId, Canonical)]) -> String {
    let heading = ["KIND", "TEAM", "NAME"].map(str::to_owned).to_vec();
    let row = |(id, _): &(ResourceId, Canonical)| {
        let team = id.team.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        vec![id.kind.to_string(), team, id.name.to_string()]
    };
    table::aligned(&std::iter::once(heading).chain(rows.iter().map(row)).collect::<Vec<_>>())
}

/// Writes a live row as the manifest that declares it.
fn manifest((id, spec): &(ResourceId, Canonical)) -> Value {
    let mut metadata = json!({ "name": id.name });
    if let (Some(team), Some(object)) = (&id.team, metadata.as_object_mut()) {
        object.insert("team".to_owned(), json!(team));
    }
    json!({ "apiVersion": API_VERSION, "kind": id.kind, "metadata": metadata, "spec": credential::spec::redacted(&spec.value()) })
}

fn yaml(rows: &[(ResourceId, Canonical)]) -> String {
    let documents = rows.iter().map(|row| {
        let manifest = manifest(row);
        let text = serde_yaml::to_string(&manifest).unwrap_or_default();
        // JSON is YAML, and escapes what a terminal would act on.
        if escape::is_risky(&text) { json::pretty(&manifest) } else { text }
    });
    documents.collect::<Vec<_>>().join("---\n")
}
