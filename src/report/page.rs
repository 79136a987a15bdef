//! The parts of the `explain` page of a code.

use crate::model::code::Code;

/// Returns all of the page but its title.
pub fn body(code: Code) -> &'static str {
    code.page().split_once('\n').map_or("", |(_, body)| body).trim_start()
}

/// Returns what the page says before its examples, on one line.
pub fn prose(code: Code) -> String {
    body(code).split("\n\n").next().unwrap_or_default().replace('\n', " ")
}

/// Returns the page's first sentence.
pub fn summary(code: Code) -> String {
    let prose = prose(code);
    prose.split_once(". ").map_or(prose.clone(), |(first, _)| format!("{first}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_its_parts() {
        for code in Code::ALL {
            let (summary, prose, body) = (summary(*code), prose(*code), body(*code));
            assert!(summary.ends_with('.') && summary.len() > 10, "{code}: {summary}");
            assert!(prose.starts_with(&summary) && prose.len() > summary.len(), "{code}: {prose}");
            assert!(body.contains("\n## Wrong\n") && !body.starts_with('#'), "{code}: {body}");
        }
    }
}
