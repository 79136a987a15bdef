//! Writes a believable organisation of N resources as a git repository with one commit.
//!
//! ```text
//! cargo run --release --example generate -- 20000 /tmp/acme
//! cargo run --release --example generate -- 20000 /tmp/acme flat
//! ```
//!
//! The same N gives the same commit, byte for byte. `flat` puts them into one directory, nearly all bindings.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

mod flat;
mod organisation;

const USAGE: &str = "usage: generate N DIR [flat]";

fn main() -> ExitCode {
    match generate() {
        Ok(written) => {
            // A reader that has gone away is no failure of what was written.
            let _ = writeln!(std::io::stdout(), "{written}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "{message}");
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<organisation::Written, String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (resources, place, write): (_, _, fn(usize, &Path) -> _) = match arguments.as_slice() {
        [resources, place] => (*resources, *place, organisation::write),
        [resources, place, "flat"] => (*resources, *place, flat::write),
        _ => return Err(USAGE.to_owned()),
    };
    let resources = resources.parse().map_err(|_| format!("`{resources}` is no number; {USAGE}"))?;
    write(resources, Path::new(place)).map_err(|error| format!("{place}: {error}"))
}
