# Duties that control one another are not in one hand: two roles of a pair never meet in one subject, on one team.
package library.separation_of_duties

pairs := data.charter.parameters["separation-of-duties"].pairs

deny contains finding if {
	some pair in pairs
	some subject, duties in held
	some other in duties
	other.duty == pair[1]
	ones := {one.binding | some one in duties; one.duty == pair[0]; do_meet(one.team, other.team)}
	count(ones) > 0
	finding := {
		"msg": sprintf(
			"`%s` holds `%s` by `%s` and `%s` by `%s`: the two may not meet in one subject",
			[subject, pair[0], min(ones), pair[1], other.binding],
		),
		"resource": other.binding,
		"path": "/spec/subjects",
		"help": sprintf("take `%s` from `%s`, or give it to somebody else", [pair[1], subject]),
	}
}

# What holds everywhere holds on each team.
do_meet(one, other) if one == other

do_meet(one, _) if is_everywhere(one)

do_meet(_, other) if is_everywhere(other)

is_everywhere(team) if team in {null, ""}

# The duties of those who have several, itself or through groups, teams and inherited roles.
held := {subject: duties |
	some subject, assignments in data.charter.assignments
	duties := {{"duty": duty, "team": object.get(assignment, "team", null), "binding": assignment.binding} |
		some assignment in assignments
		some duty in duties_of[assignment.role]
		not is_over(assignment)
	}
	count(duties) > 1
}

is_over(assignment) if {
	is_string(assignment.expires)
	time.parse_rfc3339_ns(assignment.expires) <= data.charter.now_ns
}

duties_of := {role: duties |
	some role, _ in inherits
	duties := {duty |
		some reached in graph.reachable(inherits, {role})
		duty := array.reverse(split(reached, "/"))[0]
		duty in named
	}
	count(duties) > 0
}

named := {duty | some pair in pairs; some duty in pair}

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
