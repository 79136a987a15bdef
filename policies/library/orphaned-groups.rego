# A group that nothing refers to gives nobody anything, and reads as if it did.
package library.orphaned_groups

warn contains finding if {
	some team, name
	data.charter.resources.Group[team][name]
	not is_mentioned(team, sprintf("group:%s", [name]))
	finding := {
		"msg": sprintf("nothing refers to group `%s`", [name]),
		"resource": concat("/", [part | some part in ["Group", team, name]; part != ""]),
		"path": "/metadata/name",
		"help": "bind a role to it, make it a member of something, or take it out",
	}
}

# A team's group is seen within the team, one of the organisation everywhere: no group of a team has its name.
is_mentioned(team, group) if [team, group] in mentioned

is_mentioned("", group) if group in {subject | some [_, subject] in mentioned}

# What is mentioned, and in which team.
mentioned contains [team, subject] if {
	some team, name
	binding := data.charter.resources.RoleBinding[team][name]
	some subject in binding.spec.subjects
}

mentioned contains [team, member] if {
	some team, name
	group := data.charter.resources.Group[team][name]
	some member in group.spec.members
}

mentioned contains [team, member] if {
	some team, name
	membership := data.charter.resources.Membership[team][name]
	some member in membership.spec.members
}

mentioned contains [team, member.subject] if {
	some team, name
	membership := data.charter.resources.Membership[team][name]
	some member in membership.spec.members
	is_object(member)
}

mentioned contains ["", member] if {
	some team in data.charter.resources.Team[""]
	some member in team.spec.members
}

mentioned contains ["", member] if {
	some organization in data.charter.resources.Organization[""]
	some member in organization.spec.council
}

mentioned contains [team, budget.spec.owner] if {
	some team, name
	budget := data.charter.resources.Budget[team][name]
}
