//! `charter schema`: the JSON Schemas of manifests, of the report and of a plan.

use std::path::Path;

use super::{Context, Exit, Failure, files, print};
use crate::model::kind::Kind;
use crate::model::nearest::did_you_mean;
use crate::parse::schema::manifest_schema;
use crate::report::{counted, json, table};

mod combined;

/// Prints the JSON Schema (draft-07) of a kind, or a complete example of it; without a kind lists the kinds.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter schema                         the kinds
  charter schema Team > team.schema.json for an editor
  charter schema Budget --example        a manifest to start from
  charter schema report                  what `charter validate -o json` prints
  charter schema plan                    what `charter plan -o json` prints
  charter schema --all schemas           all of them, and manifest.schema.json for any manifest")]
pub struct Args {
    /// The kind, such as Team, or `report` or `plan`
    kind: Option<String>,
    /// Prints a complete example instead
    #[arg(long, requires = "kind")]
    example: bool,
    /// Writes all schemas into a directory, and manifest.schema.json, the one for any manifest
    #[arg(long, value_name = "DIR", conflicts_with = "kind", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    all: Option<String>,
}

/// Runs the verb.
pub fn run(args: &Args, _context: &Context) -> Result<Exit, Failure> {
    let text = match (&args.all, &args.kind) {
        (Some(directory), _) => write(Path::new(directory))?,
        (None, None) => kinds(),
        (None, Some(word)) if word == "report" => json::pretty(&json::report_schema()),
        (None, Some(word)) if word == "plan" => json::pretty(&json::plan_schema()),
        (None, Some(kind)) => {
            let kind = find(kind)?;
            if args.example { kind.example().to_owned() } else { json::pretty(&manifest_schema(kind)) }
        }
    };
    print::data(&text)?;
    Ok(Exit::Done)
}

/// Returns the schema of any manifest, as a file is written.
pub fn combined() -> String {
    json::pretty(&combined::combined())
}

fn write(directory: &Path) -> Result<String, Failure> {
    let of_kinds = Kind::ALL.iter().map(|kind| (kind.to_string(), json::pretty(&manifest_schema(*kind))));
    let printed = [("plan", json::plan_schema()), ("report", json::report_schema())];
    let others =
        printed.map(|(name, schema)| (name, json::pretty(&schema))).into_iter().chain([("manifest", combined())]);
    let all: Vec<_> = of_kinds.chain(others.map(|(name, text)| (format!("{name}.schema"), text))).collect();
    for (name, text) in &all {
        files::write(&directory.join(format!("{name}.json")), text)?;
    }
    Ok(format!("wrote {} to {}\n", counted(all.len(), "schema"), directory.display()))
}

fn kinds() -> String {
    let summary = |kind: &Kind| {
        manifest_schema(*kind).get("description").and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    };
    table::aligned(&Kind::ALL.iter().map(|kind| vec![kind.to_string(), summary(kind)]).collect::<Vec<_>>())
}

/// Finds a kind by its name in any case, singular or plural.
pub fn find(word: &str) -> Result<Kind, Failure> {
    let same = |kind: &&Kind| {
        let name = kind.as_str();
        word.eq_ignore_ascii_case(name) || word.strip_suffix('s').is_some_and(|word| word.eq_ignore_ascii_case(name))
    };
    Kind::ALL.iter().find(same).copied().ok_or_else(|| {
        let names = Kind::ALL.iter().map(|kind| kind.as_str());
        let help = did_you_mean(word, names.clone()).map_or_else(
            || format!("the kinds are {}", names.collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        Failure::Usage(format!("there is no kind `{word}`: {help}"))
    })
}
