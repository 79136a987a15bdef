//! What a test says to whoever runs it, though it passes.

use std::io::Write;

/// Writes a line past the capture of the test harness, which shows the output of failed tests only.
pub fn say(line: &str) {
    // Where nobody listens any more, nothing is lost that a test depends on.
    let _ = writeln!(std::io::stdout(), "{line}");
}
