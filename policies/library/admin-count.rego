# Neither one who knows it all nor everybody: the users who administer everything are between a least and a most.
package library.admin_count

parameters := data.charter.parameters["admin-count"]

deny contains finding if {
	count(admins) < parameters.min
	some name, _ in data.charter.resources.Organization[""]
	finding := {
		"msg": sprintf("users who hold %s everywhere: %d now, fewer than %d", [roles, count(admins), parameters.min]),
		"resource": sprintf("Organization/%s", [name]),
		"path": "/spec/policies/admin-count",
		"help": "bind it to one more user without a team, before somebody is away",
	}
}

deny contains finding if {
	count(admins) > parameters.max
	some name, _ in data.charter.resources.Organization[""]
	finding := {
		"msg": sprintf("users who hold %s everywhere: %d now, more than %d", [roles, count(admins), parameters.max]),
		"resource": sprintf("Organization/%s", [name]),
		"path": "/spec/policies/admin-count",
		"help": "take it from those who need less, or bind it on single teams",
	}
}

roles := concat(" or ", [sprintf("`%s`", [role]) | some role in parameters.roles])

# The users who hold one of the roles on every team, through groups, teams and inherited roles too.
admins := {subject |
	some subject, assignments in data.charter.assignments
	startswith(subject, "user:")
	some assignment in assignments
	object.get(assignment, "team", null) in {null, ""}
	assignment.role in sufficient
	not is_over(assignment)
}

is_over(assignment) if {
	is_string(assignment.expires)
	time.parse_rfc3339_ns(assignment.expires) <= data.charter.now_ns
}

# A binding without a team finds the organisation's roles alone, and these inherit one another alone.
sufficient := {id(name) |
	some name, _ in inherits
	count(graph.reachable(inherits, {name}) & {role | some role in parameters.roles}) > 0
}

inherits := {name: above |
	some name, role in data.charter.resources.Role[""]
	above := {inherited | some inherited in role.spec.inherits}
}

id(name) := sprintf("Role/%s", [name])
