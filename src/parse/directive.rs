//! Directives before the first document (YAML 1.2.2, section 6.8).

use super::yaml::Problem;
use crate::model::code::Code;
use crate::model::origin::Span;

/// Finds the directive of another version than the one that everything is read as: 1.1 takes `no` for a truth value.
pub fn refused(text: &str) -> Option<Problem> {
    let is_before = |line: &&str| line.starts_with(['%', '#']) || line.trim().is_empty();
    let (number, line) = (1..).zip(text.lines().take_while(is_before)).find(|(_, line)| line.starts_with("%YAML"))?;
    let version = line.split_whitespace().nth(1)?;
    (version != "1.2").then(|| Problem {
        code: Code::UnsupportedYaml,
        span: Span { line: number, column: 1, end_line: number, end_column: length(line).saturating_add(1) },
        message: format!("the file says that it is YAML {version}, and is read as YAML 1.2"),
        help: "take the directive out",
        related: None,
    })
}

fn length(line: &str) -> u32 {
    u32::try_from(line.trim_end().chars().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_refused() {
        assert_eq!(refused("# a\n%YAML 9.9 # b\n---\na: b\n").map(|problem| problem.span.line), Some(2));
        assert!(refused("%YAML 1.1\n---\na: no\n").is_some());
        for text in ["%YAML 1.2\n---\na: b\n", "a: b\n%YAML 9.9\n", "a: |\n  %YAML 9.9\n", ""] {
            assert!(refused(text).is_none(), "{text}");
        }
    }
}
