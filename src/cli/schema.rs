//! `charter schema`: the JSON Schemas of manifests and of the report.

use super::print;
use super::{Context, Exit, Failure};
use crate::model::kind::Kind;
use crate::model::nearest::did_you_mean;
use crate::parse::schema::manifest_schema;
use crate::report::{json, table};

/// Prints the JSON Schema (draft-07) of a kind, or a complete example of it; without a kind lists the kinds.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter schema                         the kinds
  charter schema Team > team.schema.json for an editor
  charter schema Budget --example        a manifest to start from
  charter schema report                  what `charter validate -o json` prints")]
pub struct Args {
    /// The kind, such as Team, or `report`
    kind: Option<String>,
    /// Prints a complete example instead
    #[arg(long, requires = "kind")]
    example: bool,
}

/// Runs the verb.
pub fn run(args: &Args, _context: &Context) -> Result<Exit, Failure> {
    let text = match &args.kind {
        None => kinds(),
        Some(word) if word == "report" => json::pretty(&json::report_schema()),
        Some(kind) => {
            let kind = find(kind)?;
            if args.example { kind.example().to_owned() } else { json::pretty(&manifest_schema(kind)) }
        }
    };
    print::data(&text)?;
    Ok(Exit::Done)
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
