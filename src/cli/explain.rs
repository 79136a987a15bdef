//! `charter explain`: what a finding, a kind or a field means.

use serde_json::Value;

use super::print;
use super::{Context, Exit, Failure};
use crate::model::code::Code;
use crate::model::kind::Kind;
use crate::model::nearest::did_you_mean;
use crate::parse::schema::manifest_schema;
use crate::policy::library;
use crate::report::{page, table};

/// Explains the code of a finding, a kind, a field of a kind, or a policy of the library.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  charter explain unknown-role           what the finding means, a wrong and a right example
  charter explain Budget                 the fields of a kind
  charter explain Budget.adjustments.add one field
  charter explain wildcard-expires       what a policy of the library demands, and its parameters")]
pub struct Args {
    /// A code such as unknown-role, a kind such as Budget, or Kind.field; without one lists all codes
    subject: Option<String>,
}

/// Runs the verb.
pub fn run(args: &Args, _context: &Context) -> Result<Exit, Failure> {
    let text = match &args.subject {
        None => codes(),
        Some(subject) => explain(subject)?,
    };
    print::data(&text)?;
    Ok(Exit::Done)
}

fn codes() -> String {
    table::aligned(
        &Code::ALL.iter().map(|code| vec![code.to_string(), code.severity().as_str().to_owned()]).collect::<Vec<_>>(),
    )
}

fn explain(subject: &str) -> Result<String, Failure> {
    if let Some(code) = Code::parse(subject) {
        return Ok(format!("{} ({})\n\n{}", code, code.severity().as_str(), page::body(code)));
    }
    if let Some(policy) = library::find(subject) {
        return Ok(policy.page.split_once('\n').map_or(policy.page, |(_, body)| body).trim_start().to_owned());
    }
    let (kind, fields) = subject.split_once('.').map_or((subject, None), |(kind, fields)| (kind, Some(fields)));
    match super::schema::find(kind) {
        Ok(kind) => field(kind, fields),
        Err(_) => Err(unknown(subject)),
    }
}

fn unknown(subject: &str) -> Failure {
    let words = Code::ALL.iter().map(|code| code.as_str()).chain(Kind::ALL.iter().map(|kind| kind.as_str()));
    let words = words.chain(library::ALL.iter().map(|policy| policy.name));
    let help = did_you_mean(subject, words)
        .map_or("`charter explain` lists the codes, `charter schema` the kinds".to_owned(), |near| {
            format!("did you mean `{near}`?")
        });
    Failure::Usage(format!("there is nothing called `{subject}`: {help}"))
}

fn field(kind: Kind, fields: Option<&str>) -> Result<String, Failure> {
    let schema = manifest_schema(kind);
    let mut title = kind.to_string();
    let mut node = &schema;
    if let Some(fields) = fields {
        node = node.pointer("/properties/spec").unwrap_or(node);
        for name in fields.trim_start_matches("spec.").split('.') {
            title = format!("{title}.{name}");
            node = property(node, name).ok_or_else(|| no_field(&title, node))?;
        }
    } else {
        node = node.pointer("/properties/spec").unwrap_or(node);
    }
    let about = description(if fields.is_none() { &schema } else { node });
    let mut text = format!("{title}: {}\n{about}\n", type_of(node));
    let rows = rows(node);
    if !rows.is_empty() {
        text.push_str(&format!("\n{}", table::aligned(&rows)));
    }
    if fields.is_none() {
        text.push_str(&format!(
            "\nExample\n{}",
            kind.example().lines().map(|line| format!("  {line}\n")).collect::<String>()
        ));
    }
    Ok(text)
}

/// Finds a property of a schema, of the items of a list, or of an alternative.
fn property<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    inner(schema).iter().find_map(|schema| schema.get("properties")?.get(name))
}

/// Lists the schemas whose properties are those of a node.
fn inner(schema: &Value) -> Vec<&Value> {
    let mut all = vec![schema];
    if let Some(items) = schema.get("items") {
        all.extend(inner(items));
    }
    all.extend(schema.get("anyOf").and_then(Value::as_array).into_iter().flatten().flat_map(inner));
    all
}

fn no_field(title: &str, schema: &Value) -> Failure {
    let names: Vec<String> =
        rows(schema).into_iter().filter_map(|row| row.into_iter().next()).map(|name| name.trim().to_owned()).collect();
    Failure::Usage(format!("there is no field `{title}`: the fields are {}", names.join(", ")))
}

fn rows(schema: &Value) -> Vec<Vec<String>> {
    let properties =
        inner(schema).into_iter().find_map(|schema| Some((schema, schema.get("properties")?.as_object()?)));
    let Some((schema, properties)) = properties else { return Vec::new() };
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let row = |(name, schema): (&String, &Value)| {
        let needed = if required.contains(&name.as_str()) { "required" } else { "" };
        vec![format!("  {name}"), type_of(schema), needed.to_owned(), description(schema)]
    };
    properties.iter().map(row).collect()
}

fn description(schema: &Value) -> String {
    schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn type_of(schema: &Value) -> String {
    let words = schema
        .get("enum")
        .and_then(Value::as_array)
        .map(|words| words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "));
    let constants = schema
        .get("oneOf")
        .and_then(Value::as_array)
        .map(|ones| ones.iter().filter_map(|one| one.get("const")?.as_str()).collect::<Vec<_>>().join(" | "));
    let format = schema.get("format").and_then(Value::as_str).map(str::to_owned);
    let list = schema.get("items").map(|items| format!("list of {}", type_of(items)));
    let plain = schema
        .get("type")
        .and_then(Value::as_str)
        .map(|word| if word == "object" { "mapping".to_owned() } else { word.to_owned() });
    let any = schema
        .get("anyOf")
        .and_then(Value::as_array)
        .map(|all| all.iter().map(type_of).collect::<Vec<_>>().join(" or "));
    words.or(constants).or(format).or(list).or(any).or(plain).unwrap_or_else(|| "anything".to_owned())
}
