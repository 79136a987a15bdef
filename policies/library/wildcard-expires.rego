package library.wildcard_expires

parameters := data.charter.parameters["wildcard-expires"]

deny contains {"msg": msg, "path": "/spec/expires", "help": help} if {
	input.kind == "RoleBinding"
	some permission in wildcards
	not ends_soon
	msg := sprintf("`%s` grants `%s`, and does not end within %d days", [input.metadata.name, permission, parameters.maxDays])
	help := sprintf("let it expire within %d days, and renew it when it is due", [parameters.maxDays])
}

# A team's binding finds the team's role first, then the organisation's.
roles := object.union(
	object.get(data.charter.resources.Role, "", {}),
	object.get(data.charter.resources.Role, object.get(input.metadata, "team", ""), {}),
)

inherits := {name: object.get(role.spec, "inherits", []) | some name, role in roles}

wildcards contains permission if {
	some name in graph.reachable(inherits, {input.spec.role})
	some permission in object.get(roles[name].spec, "permissions", [])
	is_wildcard(permission)
}

is_wildcard(permission) if startswith(permission, "all:")

is_wildcard(permission) if endswith(permission, "*")

ends_soon if {
	nanoseconds_a_day := ((24 * 60) * 60) * 1000000000
	ends <= data.charter.now_ns + ((parameters.maxDays + 1) * nanoseconds_a_day)
}

# A day ends with its last second somewhere on earth: what is a day late there is within the limit here.
ends := time.parse_rfc3339_ns(sprintf("%sT23:59:59Z", [input.spec.expires])) if count(input.spec.expires) == 10

ends := time.parse_rfc3339_ns(input.spec.expires) if count(input.spec.expires) > 10
