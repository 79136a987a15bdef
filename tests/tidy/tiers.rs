//! The five tiers: a module imports lower tiers only, and in tier 1 and 2 no room sees a sibling.

use crate::Problems;
use crate::paths::{Named, paths};
use crate::source::Source;

/// Every room of the house with its tier. A new room gets a line here before it gets a file.
const ROOMS: &[(&str, u8)] = &[
    ("model", 0),
    ("parse", 1),
    ("compile", 1),
    ("access", 1),
    ("budget", 1),
    ("policy", 1),
    ("plan", 1),
    ("drift", 1),
    ("report", 1),
    ("source", 2),
    ("store", 2),
    ("target", 2),
    ("reconcile", 3),
    ("cli", 4),
    ("daemon", 4),
    ("http", 4),
    ("config", 4),
    ("telemetry", 4),
];

/// Returns the tier of a room.
pub fn tier(room: &str) -> Option<u8> {
    ROOMS.iter().find(|(name, _)| *name == room).map(|(_, tier)| *tier)
}

/// Says which imports go up or sideways.
pub fn check(sources: &[Source]) -> Problems {
    let mut problems = Problems::new();
    for source in sources.iter().filter(|source| !matches!(source.room(), "lib" | "main")) {
        let Some(own) = tier(source.room()) else {
            problems.push(format!("src/{}: the room `{}` has no tier", source.path, source.room()));
            continue;
        };
        for named in paths(&source.shipped) {
            let Some(target) = room_of(source, &named) else { continue };
            if let Some(problem) = judge(source.room(), own, target) {
                problems.push(format!("{}: {problem}", source.at(named.offset)));
            }
        }
    }
    problems
}

/// Returns the room that a path leads to: after `crate::`, or after as many `super::` as lead to the root.
fn room_of<'a>(source: &Source, named: &'a Named) -> Option<&'a str> {
    let ups = named.segments.iter().take_while(|segment| *segment == "super").count();
    let at_root = named.segments.first().is_some_and(|first| first == "crate");
    let target = if at_root {
        named.segments.get(1)
    } else if ups > 0 && ups >= source.module().len() {
        named.segments.get(ups)
    } else {
        None
    };
    target.map(String::as_str).filter(|target| target.starts_with(|c: char| c.is_ascii_lowercase()))
}

fn judge(room: &str, own: u8, target: &str) -> Option<String> {
    match tier(target) {
        _ if target == room => None,
        None => Some(format!("`{target}` is no room with a tier")),
        Some(theirs) if theirs > own => Some(format!("`{room}` (tier {own}) sees `{target}` (tier {theirs}) above it")),
        Some(theirs) if theirs == own && own < 3 => Some(format!("`{room}` sees its sibling `{target}`")),
        Some(_) => None,
    }
}

#[test]
fn up_and_sideways_are_found() {
    let problems = |path: &str, text: &str| check(&[Source::new(path, text)]).len();
    assert_eq!(problems("parse/yaml.rs", "use crate::model::name::Name; use super::schema;"), 0);
    assert_eq!(problems("parse/yaml.rs", "use crate::{model::name::Name, store};"), 1);
    assert_eq!(problems("parse/mod.rs", "use super::compile;"), 1);
    assert_eq!(problems("plan/diff.rs", "fn f() { super::super::access::can() }"), 1);
    assert_eq!(problems("store/mod.rs", "fn f() { crate::source::open() }"), 1);
    assert_eq!(problems("model/name.rs", "use crate::parse::x;"), 1);
    assert_eq!(problems("attic/mod.rs", ""), 1);
    assert_eq!(problems("cli/plan.rs", "use crate::{config, reconcile, store};"), 0);
    assert_eq!(problems("plan/mod.rs", "#[cfg(test)] mod tests { use crate::store; } // crate::store"), 0);
}
