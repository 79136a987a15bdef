//! Writes a believable organisation of N resources as a git repository with one commit.
//!
//! ```text
//! cargo run --release --example generate -- 20000 /tmp/acme
//! cargo run --release --example generate -- 20000 /tmp/acme flat
//! cargo run --release --example generate -- 20000 /tmp/acme --policies 5 --whole 1
//! ```
//!
//! The same N gives the same commit, byte for byte. `flat` puts them into one directory, nearly all bindings. `--policies`
//! adds rules that read one resource (at most 5), `--whole` rules that read the organisation (at most 1); they are some of
//! the N.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

mod flat;
mod organisation;
mod policies;

const USAGE: &str = "usage: generate N DIR [flat | [--policies N] [--whole N]]";

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
    let [resources, place, options @ ..] = arguments.as_slice() else { return Err(USAGE.to_owned()) };
    let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is no number; {USAGE}"));
    let resources = number(resources)?;
    let (mut of_resources, mut of_all, is_flat) = (0, 0, options == ["flat"]);
    for option in options.chunks(2).filter(|_| !is_flat) {
        match option {
            ["--policies", count] => of_resources = number(count)?,
            ["--whole", count] => of_all = number(count)?,
            _ => return Err(USAGE.to_owned()),
        }
    }
    let path = Path::new(place);
    let written = match policies::files(of_resources, of_all) {
        _ if is_flat => flat::write(resources, path),
        given if given.is_empty() => organisation::write(resources, path),
        given => organisation::write_with(resources, path, given),
    };
    written.map_err(|error| format!("{place}: {error}"))
}
