# Each team has somebody who answers for it: a lead who is a member now.
package library.active_lead

deny contains finding if {
	some name, team in data.charter.resources.Team[""]
	leads := {lower(lead) | some lead in team.spec.leads; startswith(lead, "user:")}
	reached := graph.reachable(members, {sprintf("team:%s", [name])})
	joined := leads & {member | some holder in reached; some member in members[holder]}
	count(joined - away) == 0
	finding := {
		"msg": reason(name, leads, joined),
		"resource": sprintf("Team/%s", [name]),
		"path": "/spec/leads",
		"help": "name a user who leads the team and is a member of it, without an end or until a later day",
	}
}

reason(team, leads, joined) := sprintf("team `%s` has no lead", [team]) if {
	count(leads) == 0
} else := sprintf("no lead of team `%s` is a member of it now", [team]) if {
	count(joined) == 0
} else := sprintf("who leads team `%s` is on leave or left: `%s`", [team, concat("`, `", joined)])

# Who is declared to be on leave, or to have left.
away := {lower(user) |
	some person in data.charter.resources.Person[""]
	person.spec.status in {"leave", "left"}
	some user in person.spec.ids
}

# The members of teams and groups, those of groups and teams among them to be found in turn.
members := object.union(of_teams, of_groups)

of_teams := {sprintf("team:%s", [name]): all |
	some name, team in data.charter.resources.Team[""]
	declared := {node("", member) | some member in team.spec.members}
	joined := {node(name, subject(member)) |
		some membership in data.charter.resources.Membership[name]
		some member in membership.spec.members
		not is_over(member)
	}
	all := declared | joined
}

of_groups := {id(team, name): all |
	some team, name
	group := data.charter.resources.Group[team][name]
	all := {node(team, member) | some member in group.spec.members}
}

# A team's group comes before the organisation's.
node(team, member) := id(team, group) if {
	startswith(member, "group:")
	group := trim_prefix(member, "group:")
	object.get(data.charter.resources.Group, [team, group], null) != null
} else := id("", trim_prefix(member, "group:")) if {
	startswith(member, "group:")
} else := lower(member)

id(team, group) := sprintf("group:%s/%s", [team, group])

subject(member) := member if {
	is_string(member)
} else := member.subject

# A day ends in the organisation's time zone, an instant is one everywhere.
is_over(member) if {
	count(member.until) == 10
	some organization in data.charter.resources.Organization[""]
	member.until < time.format([data.charter.now_ns, organization.spec.timezone, "2006-01-02"])
}

is_over(member) if {
	count(member.until) > 10
	time.parse_rfc3339_ns(member.until) <= data.charter.now_ns
}
