# People approve: no agent and no service holds a role that is for approving, or a permission to.
package library.agents_approve_nothing

parameters := data.charter.parameters["agents-approve-nothing"]

deny contains finding if {
	some [subject, assignment] in held
	permissions := permitted[assignment.role]
	finding := {
		"msg": sprintf("`%s` may `%s` by `%s`, and only people approve", [
			subject,
			min(permissions),
			role_name(assignment.role),
		]),
		"resource": assignment.binding,
		"path": "/spec/subjects",
		"help": sprintf("take `%s` out, or bind a role that may only read, write and execute", [subject]),
	}
}

deny contains finding if {
	some [subject, assignment] in held
	some name in parameters.roles
	some reached in graph.reachable(inherits, {assignment.role})
	role_name(reached) == name
	finding := {
		"msg": sprintf("`%s` holds `%s`, and only people approve", [subject, name]),
		"resource": assignment.binding,
		"path": "/spec/subjects",
		"help": sprintf("take `%s` out, or bind another role", [subject]),
	}
}

# What agents and services hold, itself or through groups and teams.
held contains [subject, assignment] if {
	some subject, assignments in data.charter.assignments
	strings.any_prefix_match(subject, ["agent:", "service:"])
	some assignment in assignments
	not is_over(assignment)
}

is_over(assignment) if {
	is_string(assignment.expires)
	time.parse_rfc3339_ns(assignment.expires) <= data.charter.now_ns
}

# The approving permissions of roles that have any, with what they inherit.
permitted := {role: permissions |
	some role, _ in inherits
	permissions := {permission | some reached in graph.reachable(inherits, {role}); some permission in own[reached]}
	count(permissions) > 0
}

own := {id(team, name): permissions |
	some team, name
	role := data.charter.resources.Role[team][name]
	permissions := {permission | some permission in role.spec.permissions; is_approving(permission)}
}

is_approving(permission) if split(permission, ":")[0] in parameters.actions

# With no action to approve by, nothing is approved by `all` either.
is_approving(permission) if {
	startswith(permission, "all:")
	count(parameters.actions) > 0
}

inherits := {id(team, name): above |
	some team, name
	role := data.charter.resources.Role[team][name]
	above := {role_of(team, inherited) | some inherited in role.spec.inherits}
}

# A team's role comes before the organisation's.
role_of(team, name) := id(team, name) if {
	object.get(data.charter.resources.Role, [team, name], null) != null
} else := id("", name)

id(team, name) := concat("/", [part | some part in ["Role", team, name]; part != ""])

role_name(role) := array.reverse(split(role, "/"))[0]
