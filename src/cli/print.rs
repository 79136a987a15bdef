//! The one place that prints.

use std::io::{ErrorKind, IsTerminal, Write};

use super::exit::Exit;

/// Prints data on stdout.
///
/// # Errors
/// How to end where nobody reads it any more (quietly) or it cannot be written.
pub fn data(text: &str) -> Result<(), Exit> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    written.map_err(|error| if error.kind() == ErrorKind::BrokenPipe { Exit::Done } else { Exit::Unavailable })
}

/// Prints a message on stderr; where that is closed there is nobody to tell.
pub fn message(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _gone = writeln!(stderr, "{text}");
}

/// Says whether stdout is a terminal.
pub fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}
