# Who left holds nothing: what somebody holds who is gone is for whoever has the account now.
package library.people_who_left

deny contains finding if {
	some [subject, what, resource, path] in held
	finding := {
		"msg": sprintf("person `%s` left, and `%s` %s", [left[lower(subject)], subject, what]),
		"resource": resource,
		"path": path,
		"help": sprintf("take `%s` out, or name somebody who is here", [subject]),
	}
}

# Who reports to somebody who left reports to nobody.
deny contains finding if {
	some name, person in data.charter.resources.Person[""]
	not has_left(person)
	has_left(data.charter.resources.Person[""][person.spec.manager])
	finding := {
		"msg": sprintf("person `%s` left, and is the manager of `%s`", [person.spec.manager, name]),
		"resource": sprintf("Person/%s", [name]),
		"path": "/spec/manager",
		"help": "name the person to whom they report now, or take `manager` out",
	}
}

# The persons who left, by their ids; of two who share one the first.
left := {user: name | some index, [user, name] in ids; is_first(index, user)}

is_first(index, _) if index == 0

is_first(index, user) if ids[index - 1][0] != user

ids := sort([[lower(user), name] |
	some name, person in data.charter.resources.Person[""]
	has_left(person)
	some user in person.spec.ids
])

has_left(person) if person.spec.status == "left"

# What those who left hold: the id as it is written, what it is there, and where that is.
held contains [subject, what, resource, path] if {
	count(left) > 0
	some [what, resource, list, subjects] in lists
	some index, subject in subjects
	left[lower(subject)]
	path := sprintf("/spec/%s/%d", [list, index])
}

held contains [subject, what, resource, path] if {
	count(left) > 0
	some team, name
	membership := data.charter.resources.Membership[team][name]
	some index, member in membership.spec.members
	[subject, until, below] := read(member)
	left[lower(subject)]
	not is_over(until)
	what := sprintf("is a member of team `%s`", [team])
	resource := id("Membership", team, name)
	path := sprintf("/spec/members/%d%s", [index, below])
}

held contains [owner, what, resource, "/spec/owner"] if {
	some team, name
	owner := data.charter.resources.Budget[team][name].spec.owner
	left[lower(owner)]
	what := sprintf("is the owner of budget `%s` of team `%s`", [name, team])
	resource := id("Budget", team, name)
}

# A member: the subject, when it ends being one, and where the subject is written.
read(member) := [member, "", ""] if {
	is_string(member)
} else := [member.subject, object.get(member, "until", ""), "/subject"]

# The lists of subjects: what it is to stand there, and where they are written.
lists contains [what, id("Team", "", name), "leads", team.spec.leads] if {
	some name, team in data.charter.resources.Team[""]
	what := sprintf("leads team `%s`", [name])
}

lists contains [what, id("Team", "", name), "members", team.spec.members] if {
	some name, team in data.charter.resources.Team[""]
	what := sprintf("is a member of team `%s`", [name])
}

lists contains [what, id("Group", team, name), "members", group.spec.members] if {
	some team, name
	group := data.charter.resources.Group[team][name]
	what := sprintf("is a member of group `%s`", [name])
}

lists contains [what, id("RoleBinding", team, name), "subjects", binding.spec.subjects] if {
	some team, name
	binding := data.charter.resources.RoleBinding[team][name]
	not is_over(object.get(binding.spec, "expires", ""))
	what := sprintf("is given role `%s`", [binding.spec.role])
}

lists contains ["is on the council", id("Organization", "", name), "council", organization.spec.council] if {
	some name, organization in data.charter.resources.Organization[""]
}

id(kind, team, name) := concat("/", [part | some part in [kind, team, name]; part != ""])

# A day ends in the organisation's time zone, an instant is one everywhere; what has ended is not held.
is_over(end) if {
	count(end) == 10
	some organization in data.charter.resources.Organization[""]
	end < time.format([data.charter.now_ns, organization.spec.timezone, "2006-01-02"])
}

is_over(end) if {
	count(end) > 10
	time.parse_rfc3339_ns(end) <= data.charter.now_ns
}
