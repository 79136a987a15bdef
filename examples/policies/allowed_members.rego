package charterallowedmembers

import rego.v1

import data.lib.core

parameters := {"directories": ["user:acme."]}

violation contains core.format(msg) if {
	core.kind == "Group"
	member := core.resource.spec.members[_]
	startswith(member, "user:")
	satisfied := [good | directory := parameters.directories[_]; good := startswith(member, directory)]
	not any_true(satisfied)
	msg := sprintf("group <%v> has an invalid member <%v>, allowed are %v", [core.name, member, parameters.directories])
}

any_true(answers) if answers[_] == true
