package charterrequiredlabels

import rego.v1

import data.lib.core

parameters := {"labels": [{"key": "tier", "allowedRegex": "^(product|platform)$"}]}

violation contains {"msg": msg, "details": {"missing_labels": missing}} if {
	core.kind == "Team"
	provided := {label | core.labels[label]}
	required := {label | label := parameters.labels[_].key}
	missing := required - provided
	count(missing) > 0
	msg := sprintf("you must provide labels: %v", [missing])
}

violation contains {"msg": msg} if {
	core.kind == "Team"
	value := core.labels[key]
	expected := parameters.labels[_]
	expected.key == key
	not regex.match(expected.allowedRegex, value)
	msg := sprintf("Label <%v: %v> does not satisfy allowed regex: %v", [key, value, expected.allowedRegex])
}
