//! The builtin functions that a policy may call: those that are functions of their arguments, and end.

use regorus::unstable::{ArithOp, BUILTINS, Expr, Ref};

use super::format;

/// What may be called. What is on no list is refused when a module is loaded: a function that is not there would let a
/// rule never fire, and nobody would hear of it.
const ALLOWED: &[&str] = &[
    "abs",
    "array.concat",
    "array.reverse",
    "array.slice",
    "base64.decode",
    "base64.encode",
    "base64.is_valid",
    "base64url.decode",
    "base64url.encode",
    "base64url.encode_no_pad",
    "bits.and",
    "bits.negate",
    "bits.or",
    "bits.rsh",
    "bits.xor",
    "ceil",
    "concat",
    "contains",
    "count",
    "endswith",
    "floor",
    "format_int",
    "glob.match",
    "glob.quote_meta",
    "graph.reachable",
    "hex.decode",
    "hex.encode",
    "indexof",
    "indexof_n",
    "intersection",
    "is_array",
    "is_boolean",
    "is_null",
    "is_number",
    "is_object",
    "is_set",
    "is_string",
    "json.filter",
    "json.is_valid",
    "json.marshal",
    "json.patch",
    "json.remove",
    "json.unmarshal",
    "lower",
    "max",
    "min",
    "net.cidr_contains",
    "net.cidr_is_valid",
    "numbers.range",
    "numbers.range_step",
    "object.filter",
    "object.get",
    "object.keys",
    "object.remove",
    "object.subset",
    "object.union",
    "object.union_n",
    "product",
    "regex.find_n",
    "regex.is_valid",
    "regex.match",
    "regex.replace",
    "regex.split",
    "regex.template_match",
    "replace",
    "round",
    "semver.compare",
    "semver.is_valid",
    "sort",
    "split",
    "sprintf",
    "startswith",
    "strings.any_prefix_match",
    "strings.any_suffix_match",
    "strings.count",
    "strings.replace_n",
    "strings.reverse",
    "substring",
    "sum",
    "time.add_date",
    "time.clock",
    "time.date",
    "time.diff",
    "time.format",
    "time.parse_duration_ns",
    "time.parse_ns",
    "time.parse_rfc3339_ns",
    "time.weekday",
    "to_number",
    "trim",
    "trim_left",
    "trim_prefix",
    "trim_right",
    "trim_space",
    "trim_suffix",
    "type_name",
    "union",
    "units.parse",
    "units.parse_bytes",
    "upper",
];

/// What people call all the same, and what to do instead.
const REFUSED: &[(&str, &str)] = &[
    ("http.send", "a policy sees the organisation alone, and asks nobody: `data.charter` holds what is declared"),
    ("net.lookup_ip_addr", "a policy asks nobody: write the addresses into the manifests"),
    ("net.cidr_expand", "ask with `net.cidr_contains`: a network may hold more addresses than there is memory"),
    ("time.now_ns", "use `data.charter.now_ns`: a verdict is about one moment, and can be made again"),
    ("rand.intn", "a verdict is the same each time"),
    ("uuid.rfc4122", "a verdict is the same each time"),
    ("opa.runtime", "a policy sees the organisation alone"),
    ("print", "take it out: a finding is what a rule has to say"),
    ("trace", "take it out: a finding is what a rule has to say"),
    ("bits.lsh", "multiply instead: a shift makes numbers of any length"),
    ("graph.reachable_paths", "use `graph.reachable`: there may be more paths than anybody can wait for"),
    ("walk", "name the fields: the machine that evaluates policies does not walk"),
    ("io.jwt.decode", "a policy holds no keys and checks no tokens"),
];

/// The largest number that may be written as an end of a range.
const FAR: f64 = 100_000.0;

/// Why a call is refused, and what to do.
pub type Refusal = (String, String);

/// Judges a call of a function that no module defines.
pub fn judge(name: &str, params: &[Ref<Expr>]) -> Option<Refusal> {
    if let Some((_, instead)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
        return Some((format!("the builtin `{name}` may not be called"), (*instead).to_owned()));
    }
    if !ALLOWED.contains(&name) {
        let near = crate::model::nearest::did_you_mean(name, ALLOWED.iter().copied());
        let help = "no module defines it, and it is none of the builtin functions that a policy may call".to_owned();
        let help = near.map_or(help, |near| format!("did you mean `{near}`?"));
        return Some((format!("there is no function `{name}`"), help));
    }
    if let Some(takes) = arity(name).filter(|takes| params.len() < *takes || params.len() > takes + 1) {
        let message = format!("`{name}` takes {takes} arguments, not {}", params.len());
        return Some((message, "give it what it takes: otherwise the rule would never fire".to_owned()));
    }
    if name == "sprintf" {
        return format::judge(params);
    }
    let is_range = name.starts_with("numbers.range");
    if is_range && !params.iter().all(|param| is_near(param)) {
        let help = "write both ends as numbers of at most 100000, as `count(…)`, or as one plus or minus another";
        return Some((format!("the ends of `{name}` may be any distance apart"), help.to_owned()));
    }
    None
}

/// Counts the arguments of a builtin function; one more names what takes its answer.
pub fn arity(name: &str) -> Option<usize> {
    BUILTINS.get(name).map(|(_, takes)| usize::from(*takes))
}

/// Says whether a number cannot be far from zero: it is written, or counts what is there.
fn is_near(expr: &Expr) -> bool {
    if let Expr::Number { value, .. } = expr {
        value.as_f64().is_ok_and(|number| number.abs() <= FAR)
    } else if let Expr::UnaryExpr { expr, .. } = expr {
        is_near(expr)
    } else if let Expr::ArithExpr { op: ArithOp::Add | ArithOp::Sub, lhs, rhs, .. } = expr {
        is_near(lhs) && is_near(rhs)
    } else {
        matches!(expr, Expr::Call { fcn, .. } if fcn.span().text() == "count")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_is_there_and_sorted() {
        let is_there = |name: &&&str| regorus::unstable::BUILTINS.contains_key(**name);
        let missing: Vec<&&str> = ALLOWED.iter().filter(|name| !is_there(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(ALLOWED.is_sorted());
        assert!(REFUSED.iter().all(|(name, _)| !ALLOWED.contains(name)));
    }

    #[test]
    fn what_reaches_out_or_is_unknown_is_refused() {
        for name in ["http.send", "time.now_ns", "rand.intn", "made.up", "yaml.marshal", "urlquery.encode"] {
            assert!(judge(name, &[]).is_some(), "{name}");
        }
        assert_eq!(judge("startswit", &[]).unwrap().1, "did you mean `startswith`?");
        assert_eq!(judge("startswith", &[]).unwrap().0, "`startswith` takes 2 arguments, not 0");
    }
}
