# Whoever may do everything to a resource, and whoever of the council may do anything everywhere, has it for a time.
package library.wildcard_expires

parameters := data.charter.parameters["wildcard-expires"]

deny contains finding if {
	some team, name
	binding := data.charter.resources.RoleBinding[team][name]
	permission := wildcards[role_of(team, binding.spec.role)]
	not is_soon(binding)
	finding := {
		"msg": sprintf("`%s` gives `%s`, and %s", [id("RoleBinding", team, name), permission, ending(binding)]),
		"resource": id("RoleBinding", team, name),
		"path": "/spec/expires",
		"help": help,
	}
}

deny contains finding if {
	parameters.council
	some name, binding in data.charter.resources.RoleBinding[""]
	not wildcards[role_of("", binding.spec.role)]
	members := {member | some member in council; is_given(member, name, binding)}
	count(members) > 0
	not is_soon(binding)
	finding := {
		"msg": sprintf(
			"`%s` gives `%s` of the council `%s` everywhere, and %s",
			[id("RoleBinding", "", name), min(members), binding.spec.role, ending(binding)],
		),
		"resource": id("RoleBinding", "", name),
		"path": "/spec/expires",
		"help": help,
	}
}

help := sprintf("write `expires` with a day at most %d days ahead, and renew it when it is due", [parameters.maxDays])

ending(binding) := "has no end" if {
	not binding.spec.expires
} else := sprintf("ends more than %d days ahead", [parameters.maxDays])

# A day ends in the organisation's time zone, an instant is one everywhere.
is_soon(binding) if {
	count(binding.spec.expires) == 10
	some organization in data.charter.resources.Organization[""]
	binding.spec.expires <= time.format([latest, organization.spec.timezone, "2006-01-02"])
}

is_soon(binding) if {
	count(binding.spec.expires) > 10
	time.parse_rfc3339_ns(binding.spec.expires) <= latest
}

latest := data.charter.now_ns + (((parameters.maxDays * 24) * 3600) * 1000000000)

# The permissions `all:` of roles, one of each role, with what they inherit.
wildcards := {role: min(all) |
	some role, _ in inherits
	all := {permission | some reached in graph.reachable(inherits, {role}); some permission in own[reached]}
	count(all) > 0
}

own := {id("Role", team, name): all |
	some team, name
	role := data.charter.resources.Role[team][name]
	all := {permission | some permission in role.spec.permissions; startswith(permission, "all:")}
}

inherits := {id("Role", team, name): above |
	some team, name
	role := data.charter.resources.Role[team][name]
	above := {role_of(team, inherited) | some inherited in role.spec.inherits}
}

# A team's role comes before the organisation's.
role_of(team, name) := id("Role", team, name) if {
	object.get(data.charter.resources.Role, [team, name], null) != null
} else := id("Role", "", name)

council := {lower(member) |
	some organization in data.charter.resources.Organization[""]
	some member in organization.spec.council
}

is_given(member, _, binding) if {
	some subject in binding.spec.subjects
	lower(subject) == member
}

# Through groups and teams too.
is_given(member, name, _) if {
	some held in data.charter.assignments[member]
	held.binding == id("RoleBinding", "", name)
}

id(kind, team, name) := concat("/", [part | some part in [kind, team, name]; part != ""])
