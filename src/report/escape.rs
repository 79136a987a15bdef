//! Untrusted text for a terminal.

/// The replacement of a character that a terminal or a reader would act on instead of showing it.
const REPLACEMENT: char = '\u{fffd}';

/// Says whether a character would be acted on: control characters, and those that turn the direction of text or hide.
fn is_active(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Replaces what a terminal would act on, character by character, so that columns stay true. A tab becomes a space.
pub fn line(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == '\t' {
                ' '
            } else if is_active(c) {
                REPLACEMENT
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_acted_on() {
        assert_eq!(line("a\u{1b}[31mb\u{202e}c\td\r\n"), "a\u{fffd}[31mb\u{fffd}c d\u{fffd}\u{fffd}");
        assert_eq!(line("grün – ‹redacted›"), "grün – ‹redacted›");
    }
}
