//! Markdown for the comment of a pull request: untrusted text stands in code that it cannot close, and nowhere else.

use super::escape;

mod plan;
mod report;

pub use plan::plan;
pub use report::report;

/// The longest comment in bytes: GitHub takes 65,536 characters, and somebody may put a line of their own above it.
pub const COMMENT: usize = 65_000;

/// Writes a text as code inside a line.
fn code(text: &str) -> String {
    let text = escape::line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    let pad = if text.is_empty() || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// Writes lines as a block of code.
fn fence(language: &str, lines: &str) -> String {
    let ticks = "`".repeat((longest_run(lines) + 1).max(3));
    format!("{ticks}{language}\n{}\n{ticks}\n", lines.trim_end())
}

/// Measures the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Writes a sentence, in which names stand between backticks: they and every word that is not plain become code.
fn sentence(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((prose, (name, after))) = rest.split_once('`').and_then(|(a, b)| Some((a, b.split_once('`')?))) {
        append(&mut out, &words(prose));
        append(&mut out, &code(name));
        rest = after;
    }
    append(&mut out, &words(rest));
    out
}

/// Appends a piece, with a space between two that are code: their backticks would be read as one run.
fn append(out: &mut String, piece: &str) {
    if out.ends_with('`') && piece.starts_with('`') {
        out.push(' ');
    }
    out.push_str(piece);
}

fn words(prose: &str) -> String {
    prose.split(' ').map(|word| if is_plain(word) { word.to_owned() } else { code(word) }).collect::<Vec<_>>().join(" ")
}

/// Says whether a word means the same in Markdown: letters and digits, perhaps with marks of a sentence around them.
fn is_plain(word: &str) -> bool {
    let inner = word.trim_start_matches('(').trim_end_matches([',', '.', ';', ':', '?', ')', '\'']);
    let is_inside = |c: char| matches!(c, '-' | ',' | '\'');
    inner.chars().all(|c| c.is_alphanumeric() || is_inside(c)) && inner.trim_matches(is_inside) == inner
}

/// Joins blocks below a heading, as many as fit into `limit` bytes with a line about the others; nothing if none fits.
fn fitted(heading: &str, blocks: &[String], limit: usize, others: impl Fn(usize) -> String) -> String {
    let whole = heading.len() + blocks.iter().map(String::len).sum::<usize>();
    let room = if whole > limit { limit.saturating_sub(others(blocks.len()).len()) } else { limit };
    if heading.len() > room {
        return String::new();
    }
    let mut out = heading.to_owned();
    for (index, block) in blocks.iter().enumerate() {
        if out.len() + block.len() > room {
            out.push_str(&others(blocks.len() - index));
            break;
        }
        out.push_str(block);
    }
    out
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;

    #[test]
    fn code_cannot_be_closed() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(""), "`  `");
        assert_eq!(fence("text", "a\n````\nb\n"), "`````text\na\n````\nb\n`````\n");
    }

    #[test]
    fn only_plain_words_stand_outside_of_code() {
        assert_eq!(
            sentence("role `a|b` names 5,000 (roles): the teams' it's"),
            "role `a|b` names 5,000 (roles): the teams' it's"
        );
        assert_eq!(sentence("quote it: \"7\""), "quote it: `\"7\"`");
        for hostile in
            ["<img>", "@council", "#12", "[a](b)", "www.a.example", "*a*", "a_b_", "---", "-", "~x~", "|", "!1"]
        {
            assert_eq!(sentence(&format!("see {hostile} there")), format!("see `{hostile}` there"));
        }
        assert_eq!(sentence("one ` and <b>"), "one `` ` `` and `<b>`");
        assert_eq!(sentence("`a` ` b` <i> `"), "`a` ` b` `<i>` `` ` ``");
        assert_eq!(sentence("`a````<b>`"), "`a` `  ` `<b>`");
    }

    proptest::proptest! {
        #[test]
        fn a_sentence_is_text_and_code_whatever_is_in_it(text in "[a-b `<>@#*_\\[\\]()!|~\\\\&;:/.$\"'\n\t-]{0,40}") {
            let markdown = format!("**error** `code`: {}\n", sentence(&text));
            for event in Parser::new_ext(&markdown, Options::all()) {
                let is_inert = matches!(
                    event,
                    Event::Start(Tag::Strong | Tag::Paragraph) | Event::End(_) | Event::Text(_) | Event::Code(_)
                );
                assert!(is_inert, "{event:?} in {markdown}");
            }
        }

        #[test]
        fn a_fence_is_one_block_whatever_is_in_it(text in "[a `~\n<>*-]{0,40}") {
            let markdown = fence("text", &text);
            let blocks = Parser::new(&markdown).filter(|event| matches!(event, Event::Start(_))).count();
            assert_eq!(blocks, 1, "{markdown}");
        }
    }

    #[test]
    fn blocks_are_left_out_whole() {
        let blocks = ["one\n".to_owned(), "two\n".to_owned(), "three\n".to_owned()];
        let others = |count| format!("{count} more\n");
        assert_eq!(fitted("all\n", &blocks, 18, others), "all\none\ntwo\nthree\n");
        assert_eq!(fitted("all\n", &blocks, 17, others), "all\none\n2 more\n");
        assert_eq!(fitted("all\n", &blocks, 11, others), "all\n3 more\n");
        assert_eq!(fitted("all\n", &blocks, 10, others), "");
    }
}
