# A grant that gives nothing new hides what takes it away: whoever removes the other one leaves this one.
package library.redundant_grants

# What holds everywhere holds on each team, and who has a role has what it inherits.
warn contains finding if {
	some subject, entries in held
	some own in entries
	[subject, own.binding] in named
	own.end > data.charter.now_ns
	teams := {own.team, ""}
	others := {other.binding |
		some other in entries
		other.team in teams
		own.role in implied[other.role]
		other.end >= own.end
		other.binding != own.binding
		not does_stay(subject, own, other)
	}
	count(others) > 0
	own.end == max([entry.end | some entry in entries; entry.binding == own.binding])
	finding := {
		"msg": sprintf(
			"`%s` gives `%s` what it has by `%s` already",
			[own.binding, subject, min(others)],
		),
		"resource": own.binding,
		"path": "/spec/subjects",
		"help": sprintf("take `%s` out of `%s`, or what gives it the same", [subject, own.binding]),
	}
}

# Of two bindings that give the same to the same subject the first stays.
does_stay(subject, own, other) if {
	own.binding < other.binding
	[own.role, own.team, own.end] == [other.role, other.team, other.end]
	[subject, other.binding] in named
}

# Who is named by which binding.
named contains [lower(subject), id("RoleBinding", team, name)] if {
	some team, name
	binding := data.charter.resources.RoleBinding[team][name]
	some subject in binding.spec.subjects
}

held := object.union(of_one, of_many)

# What users, agents and services have, themselves and through groups and teams: where it is little, nothing is twice.
of_one := {subject: entries |
	some subject, assignments in data.charter.assignments
	count(assignments) > 1
	entries := {entry |
		some assignment in assignments
		entry := {
			"binding": assignment.binding,
			"role": assignment.role,
			"team": team_of(assignment),
			"end": end(object.get(assignment, "expires", null)),
		}
	}
}

team_of(assignment) := "" if {
	object.get(assignment, "team", null) == null
} else := assignment.team

# What groups and teams are given: what is sorted by subject, cut where the subject is another.
of_many := {grants[from][0]: entries |
	some index, from in starts
	entries := {entry | some [_, entry] in array.slice(grants, from, ends[index])}
}

starts := [index | some index, _ in grants; is_first(index)]

ends := array.concat(array.slice(starts, 1, count(starts)), [count(grants)])

is_first(index) if index == 0

is_first(index) if grants[index][0] != grants[index - 1][0]

grants := sort([[subject, entry] |
	some team, name
	binding := data.charter.resources.RoleBinding[team][name]
	some subject in binding.spec.subjects
	strings.any_prefix_match(subject, ["group:", "team:"])
	entry := {
		"binding": id("RoleBinding", team, name),
		"role": role_of(team, binding.spec.role),
		"team": team,
		"end": end(object.get(binding.spec, "expires", null)),
	}
])

# The instant of an end, for comparing: that of a day is taken in UTC, on both sides.
end(expires) := 9223372036854775807 if {
	expires == null
} else := time.parse_rfc3339_ns(sprintf("%sT23:59:59Z", [expires])) if {
	count(expires) == 10
} else := time.parse_rfc3339_ns(expires)

# The roles that each role has, itself among them.
implied := {role: graph.reachable(inherits, {role}) | some role, _ in inherits}

inherits := {id("Role", team, name): above |
	some team, name
	role := data.charter.resources.Role[team][name]
	above := {role_of(team, inherited) | some inherited in role.spec.inherits}
}

# A team's role comes before the organisation's.
role_of(team, name) := id("Role", team, name) if {
	object.get(data.charter.resources.Role, [team, name], null) != null
} else := id("Role", "", name)

id(kind, team, name) := concat("/", [part | some part in [kind, team, name]; part != ""])
