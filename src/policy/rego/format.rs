//! `sprintf`: what a format says, and how many values it takes.
//!
//! Where they do not fit, the function has no answer here, and the rule would not fire; in OPA it has an odd one.

use regorus::unstable::{Expr, Ref};

use super::builtins::Refusal;
use super::walk::Met;

/// The verbs that are known, beside `%%`.
const VERBS: &str = "bcdeEfFgGoOqsvxX";

/// Judges the arguments of `sprintf`, as far as they are written.
pub fn judge(params: &[Ref<Expr>]) -> Option<Refusal> {
    let [format, values] = params else { return None };
    let mut taken = 0;
    for verb in verbs(written(format)?) {
        match verb {
            "%%" => {}
            _ if verb.ends_with(|c| VERBS.contains(c)) => taken += 1,
            _ => return Some((format!("`sprintf` does not know `{verb}`"), "write `%v`, for any value".to_owned())),
        }
    }
    let Expr::Array { items, .. } = &**values else { return None };
    let help = "give a value for each verb: without one the rule would never fire";
    (items.len() != taken).then(|| (format!("the format takes {taken} values, not {}", items.len()), help.to_owned()))
}

/// Returns the text of a module in which `%d` takes any number, as it does in OPA, and not whole ones alone.
///
/// No place in the text moves.
pub fn lenient(text: &str, met: &[Met<'_>]) -> String {
    let mut lenient = text.to_owned();
    for call in met {
        let Met::Call(called, [format, ..]) = call else { continue };
        let range = format.span().start as usize..format.span().end as usize;
        if called.root != "sprintf" || written(format).is_none() {
            continue;
        }
        let Some(literal) = text.get(range.clone()) else { continue };
        let replaced: String = pieces(literal).map(|piece| if piece == "%d" { "%v" } else { piece }).collect();
        lenient.replace_range(range, &replaced);
    }
    lenient
}

fn written(expr: &Expr) -> Option<&str> {
    let (Expr::String { span, .. } | Expr::RawString { span, .. }) = expr else { return None };
    Some(span.text())
}

fn verbs(format: &str) -> impl Iterator<Item = &str> {
    pieces(format).filter(|piece| piece.starts_with('%'))
}

/// Cuts a format into verbs and what stands between them.
fn pieces(format: &str) -> impl Iterator<Item = &str> {
    let mut rest = format;
    std::iter::from_fn(move || {
        let length = match rest.find('%') {
            _ if rest.is_empty() => return None,
            Some(0) => {
                let verb = rest.char_indices().skip(1).find(|(_, c)| !c.is_ascii_digit() && *c != '.');
                verb.map_or(rest.len(), |(at, c)| at + c.len_utf8())
            }
            Some(at) => at,
            None => rest.len(),
        };
        let (piece, left) = rest.split_at_checked(length)?;
        rest = left;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_cut_into_verbs() {
        let all: Vec<&str> = pieces("a %d%% of %.2f, %-5s é%").collect();
        assert_eq!(all, ["a ", "%d", "%%", " of ", "%.2f", ", ", "%-", "5s é", "%"]);
    }
}
