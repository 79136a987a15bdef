//! Untrusted text for a terminal.

/// The replacement of a character that a terminal or a reader would act on instead of showing it.
const REPLACEMENT: char = '\u{fffd}';

/// How an old form of workflow command begins, which a runner of GitHub Actions obeys anywhere in a line.
const COMMAND: &str = "##[";

/// Says whether a character would be acted on: control characters, separators of lines, those that turn the direction of
/// text or hide, and those that are none and that XML does not hold.
fn is_active(character: char) -> bool {
    character.is_control()
        || is_unseen(character)
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

/// Says whether a character is shown as nothing: by the properties `Bidi_Control` and `Default_Ignorable_Code_Point` of
/// Unicode 16 and as an annotation between lines. Tags among them carry whole messages that nobody sees.
///
/// The selectors of a variation (U+FE00 to U+FE0F) change how the character before them looks, as in emoji, and stay.
fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Replaces what a terminal would act on, character by character, so that columns stay true. A tab becomes a space.
pub fn line(text: &str) -> String {
    let replaced = |c: char| match c {
        '\t' => ' ',
        c if is_active(c) => REPLACEMENT,
        c => c,
    };
    text.chars().map(replaced).collect::<String>().replace(COMMAND, "##\u{fffd}")
}

/// Escapes what a terminal would act on in printed JSON, where it stands in strings only. Lines stay lines.
pub fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && is_active(c) {
            out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out.replace(COMMAND, "##\\u005b")
}

/// Says whether a text of several lines holds what a terminal would act on.
pub fn is_risky(text: &str) -> bool {
    text.contains(COMMAND) || text.chars().any(|c| c != '\n' && is_active(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_json_holds_nothing_active_and_says_the_same() {
        let value = serde_json::json!({ "a\u{9b}": "\u{7f}\u{202e}é\u{e0041}\n##[add-mask]x" });
        let printed = json(&format!("{value:#}\n"));
        assert!(!is_risky(&printed), "{printed:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).unwrap(), value);
    }

    #[test]
    fn nothing_is_acted_on() {
        assert_eq!(line("a\u{1b}[31mb\u{202e}c\td\r\n"), "a\u{fffd}[31mb\u{fffd}c d\u{fffd}\u{fffd}");
        assert_eq!(line("a\u{61c}\u{e0041}\u{ad}\u{3164}b"), "a\u{fffd}\u{fffd}\u{fffd}\u{fffd}b");
        assert_eq!(line("grün – ‹redacted› ❤\u{fe0f}"), "grün – ‹redacted› ❤\u{fe0f}");
        assert_eq!(line("# ##[stop-commands]x"), "# ##\u{fffd}stop-commands]x");
    }
}
