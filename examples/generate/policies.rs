//! Policies that a generated organisation complies with.

use crate::organisation::File;

/// Rules that read one resource.
const OF_RESOURCES: &[(&str, &str)] = &[
    (
        "bindings",
        "\
package bindings

deny contains {\"msg\": msg, \"path\": \"/spec/subjects\"} if {
	input.kind == \"RoleBinding\"
	count(input.spec.subjects) > 50
	msg := sprintf(\"binding `%s` has more than 50 subjects: make a group of them\", [input.metadata.name])
}
",
    ),
    (
        "budgets",
        "\
package budgets

deny contains {\"msg\": msg, \"path\": \"/spec/limit\"} if {
	input.kind == \"Budget\"
	input.spec.limit > 1000000
	msg := sprintf(\"the budget of team `%s` is above 1000000: %v\", [input.metadata.team, input.spec.limit])
}
",
    ),
    (
        "names",
        "\
package names

deny contains {\"msg\": msg, \"path\": \"/metadata/name\"} if {
	not regex.match(`^[a-z][a-z0-9._-]*$`, input.metadata.name)
	msg := sprintf(\"`%s` does not begin with a letter\", [input.metadata.name])
}
",
    ),
    (
        "roles",
        "\
package roles

deny contains {\"msg\": msg, \"path\": \"/spec/permissions\"} if {
	input.kind == \"Role\"
	input.metadata.team
	some permission in input.spec.permissions
	startswith(permission, \"all:\")
	msg := sprintf(\"role `%s` of team `%s` has `%s`\", [input.metadata.name, input.metadata.team, permission])
}
",
    ),
    (
        "teams",
        "\
package teams

deny contains {\"msg\": msg, \"path\": \"/spec/members\"} if {
	input.kind == \"Team\"
	some member in input.spec.members
	not startswith(member, \"user:\")
	not startswith(member, \"group:\")
	msg := sprintf(\"`%s` is no person of team `%s`\", [member, input.metadata.name])
}
",
    ),
];

/// Rules that read the whole organisation.
const OF_ALL: &[(&str, &str)] = &[(
    "whole",
    "\
package whole

deny contains {\"msg\": msg, \"resource\": sprintf(\"Team/%s\", [name])} if {
	some name, _ in data.charter.resources.Team[\"\"]
	count(object.get(data.charter.resources.Budget, name, {})) > 4
	msg := sprintf(\"team `%s` has more than four budgets\", [name])
}
",
)];

/// Writes that many policies that read one resource, and that many that read the organisation, as far as there are some.
pub fn files(of_resources: usize, of_all: usize) -> Vec<File> {
    let all = OF_RESOURCES.iter().take(of_resources).chain(OF_ALL.iter().take(of_all));
    all.map(|(name, text)| File { path: format!("policies/{name}.rego"), text: (*text).to_owned() }).collect()
}
