package library.redundant_grants

# 2026-06-01T00:00:00Z
now := 1780272000000000000

roles := {
	"": {
		"developer": {"spec": {"permissions": ["read:agents"]}},
		"lead": {"spec": {"inherits": ["developer"]}},
		"auditor": {"spec": {"permissions": ["read:billing"]}},
	},
	"web": {"local": {"spec": {"inherits": ["developer"]}}},
}

binding(role, subjects) := {"spec": {"role": role, "subjects": subjects}}

world(bindings) := {"Role": roles, "RoleBinding": bindings}

held_by(role, name, team, expires) := {
	"role": sprintf("Role/%s", [role]),
	"binding": sprintf("RoleBinding/%s", [name]),
	"team": team,
	"expires": expires,
}

empty := world({})

nobody := {}

# The same role on the same team, twice.
twice := world({"web": {"a": binding("developer", ["user:Ana"]), "b": binding("developer", ["user:ana"])}})

ana_twice := {"user:ana": [
	held_by("developer", "web/a", "web", null),
	held_by("developer", "web/b", "web", null),
]}

second_ends := {"user:ana": [
	held_by("developer", "web/a", "web", null),
	held_by("developer", "web/b", "web", "2026-07-01T00:00:00Z"),
]}

first_ends := {"user:ana": [
	held_by("developer", "web/a", "web", "2026-07-01T00:00:00Z"),
	held_by("developer", "web/b", "web", null),
]}

both_ended := {"user:ana": [
	held_by("developer", "web/a", "web", "2026-05-01T00:00:00Z"),
	held_by("developer", "web/b", "web", "2026-05-01T00:00:00Z"),
]}

# By a group, of which the assignments tell.
by_group := world({"web": {"a": binding("developer", ["user:ana"]), "b": binding("developer", ["group:devs"])}})

# By a group that is left before.
group_until := {"user:ana": [
	held_by("developer", "web/a", "web", null),
	held_by("developer", "web/b", "web", "2026-07-01T00:00:00Z"),
]}

# Named, and in a group that is named beside: one binding alone.
beside := world({"web": {"a": binding("developer", ["user:ana", "group:devs"])}})

ana_beside := {"user:ana": [
	held_by("developer", "web/a", "web", null),
	held_by("developer", "web/a", "web", "2026-07-01T00:00:00Z"),
]}

everywhere := world({
	"": {"all": binding("developer", ["group:devs"])},
	"web": {"a": binding("developer", ["user:ana"])},
})

ana_everywhere := {"user:ana": [
	held_by("developer", "all", null, null),
	held_by("developer", "web/a", "web", null),
]}

one_team_less := world({
	"": {"all": binding("developer", ["user:ana"])},
	"web": {"a": binding("developer", ["group:devs"])},
})

elsewhere := world({
	"data": {"a": binding("developer", ["user:ana"])},
	"web": {"b": binding("developer", ["user:ana"])},
})

ana_elsewhere := {"user:ana": [
	held_by("developer", "data/a", "data", null),
	held_by("developer", "web/b", "web", null),
]}

inheriting := world({"web": {"a": binding("developer", ["user:ana"]), "b": binding("lead", ["user:ana"])}})

ana_lead := {"user:ana": [
	held_by("developer", "web/a", "web", null),
	held_by("lead", "web/b", "web", null),
]}

team_role := world({"web": {"a": binding("developer", ["user:ana"]), "b": binding("local", ["user:ana"])}})

ana_local := {"user:ana": [
	held_by("developer", "web/a", "web", null),
	held_by("web/local", "web/b", "web", null),
]}

other_role := world({"web": {"a": binding("developer", ["user:ana"]), "b": binding("auditor", ["user:ana"])}})

ana_auditor := {"user:ana": [
	held_by("developer", "web/a", "web", null),
	held_by("auditor", "web/b", "web", null),
]}

groups := world({"web": {
	"a": {"spec": {"role": "developer", "subjects": ["group:devs"], "expires": "2026-07-01"}},
	"b": {"spec": {"role": "developer", "subjects": ["group:devs", "team:web"], "expires": "2026-07-02"}},
	"c": {"spec": {"role": "developer", "subjects": ["team:data"], "expires": "2026-07-01T10:00:00Z"}},
}})

test_the_same_twice_is_found_once if {
	warn == {{
		"msg": "`RoleBinding/web/b` gives `user:ana` what it has by `RoleBinding/web/a` already",
		"resource": "RoleBinding/web/b",
		"path": "/spec/subjects",
		"help": "take `user:ana` out of `RoleBinding/web/b`, or what gives it the same",
	}}
		with data.charter.resources as twice
		with data.charter.assignments as ana_twice
		with data.charter.now_ns as now
}

test_what_ends_before_is_redundant if {
	{found.resource | some found in warn} == {"RoleBinding/web/b"}
		with data.charter.resources as twice
		with data.charter.assignments as second_ends
		with data.charter.now_ns as now
}

test_what_ends_before_is_redundant_though_first if {
	{found.resource | some found in warn} == {"RoleBinding/web/a"}
		with data.charter.resources as twice
		with data.charter.assignments as first_ends
		with data.charter.now_ns as now
}

test_what_has_ended_is_left_alone if {
	count(warn) == 0
		with data.charter.resources as twice
		with data.charter.assignments as both_ended
		with data.charter.now_ns as now
}

test_what_a_group_gives_need_not_be_given if {
	{found.resource | some found in warn} == {"RoleBinding/web/a"}
		with data.charter.resources as by_group
		with data.charter.assignments as ana_twice
		with data.charter.now_ns as now
}

test_what_a_group_gives_for_a_time_is_less if {
	count(warn) == 0
		with data.charter.resources as by_group
		with data.charter.assignments as group_until
		with data.charter.now_ns as now
}

test_one_binding_is_not_two if {
	count(warn) == 0
		with data.charter.resources as beside
		with data.charter.assignments as ana_beside
		with data.charter.now_ns as now
}

test_what_holds_everywhere_holds_on_a_team if {
	{found.resource | some found in warn} == {"RoleBinding/web/a"}
		with data.charter.resources as everywhere
		with data.charter.assignments as ana_everywhere
		with data.charter.now_ns as now
}

test_what_holds_on_a_team_does_not_hold_everywhere if {
	count(warn) == 0
		with data.charter.resources as one_team_less
		with data.charter.assignments as ana_everywhere
		with data.charter.now_ns as now
}

test_two_teams_are_two_grants if {
	count(warn) == 0
		with data.charter.resources as elsewhere
		with data.charter.assignments as ana_elsewhere
		with data.charter.now_ns as now
}

test_what_another_role_inherits_is_redundant if {
	{found.resource | some found in warn} == {"RoleBinding/web/a"}
		with data.charter.resources as inheriting
		with data.charter.assignments as ana_lead
		with data.charter.now_ns as now
}

test_a_role_of_a_team_inherits_too if {
	{found.resource | some found in warn} == {"RoleBinding/web/a"}
		with data.charter.resources as team_role
		with data.charter.assignments as ana_local
		with data.charter.now_ns as now
}

test_two_roles_are_two_grants if {
	count(warn) == 0
		with data.charter.resources as other_role
		with data.charter.assignments as ana_auditor
		with data.charter.now_ns as now
}

test_a_group_is_given_it_twice if {
	{found.msg | some found in warn} == {
		"`RoleBinding/web/a` gives `group:devs` what it has by `RoleBinding/web/b` already",
	}
		with data.charter.resources as groups
		with data.charter.assignments as nobody
		with data.charter.now_ns as now
}

test_an_empty_organisation_is_good if {
	count(warn) == 0
		with data.charter.resources as empty
		with data.charter.assignments as nobody
		with data.charter.now_ns as now
}
