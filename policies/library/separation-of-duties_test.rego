package library.separation_of_duties

on := {"separation-of-duties": {"pairs": [["author", "approver"]]}}

off := {"separation-of-duties": {"pairs": []}}

# 2026-06-01T00:00:00Z
now := 1780272000000000000

declared := {"Role": {
	"": {
		"author": {"spec": {"permissions": ["write:prompts"]}},
		"approver": {"spec": {"permissions": ["manage:prompts"]}},
		"lead": {"spec": {"inherits": ["approver"]}},
		"both": {"spec": {"inherits": ["author", "lead"]}},
	},
	"web": {"approver-here": {"spec": {"permissions": ["manage:prompts"]}}},
}}

no_roles := {"Role": {}}

held_by(role, binding, team, expires) := {"role": role, "binding": binding, "team": team, "expires": expires}

author := held_by("Role/author", "RoleBinding/web/a", "web", null)

approver := held_by("Role/approver", "RoleBinding/web/b", "web", null)

same_team := {"user:ana": [author, approver]}

other_team := {"user:ana": [author, held_by("Role/approver", "RoleBinding/data/b", "data", null)]}

everywhere := {"user:ana": [author, held_by("Role/approver", "RoleBinding/b", null, null)]}

both_everywhere := {"user:ana": [
	held_by("Role/author", "RoleBinding/a", null, null),
	held_by("Role/approver", "RoleBinding/b", null, null),
]}

through_lead := {"agent:etl": [author, held_by("Role/lead", "RoleBinding/web/l", "web", null)]}

one_role := {"user:ana": [held_by("Role/both", "RoleBinding/web/c", "web", null)]}

two_subjects := {"user:ana": [author], "user:bo": [approver]}

ended := {"user:ana": [author, held_by("Role/approver", "RoleBinding/web/b", "web", "2026-06-01T00:00:00Z")]}

ends_later := {"user:ana": [author, held_by("Role/approver", "RoleBinding/web/b", "web", "2026-06-01T00:00:01Z")]}

team_role := {"user:ana": [author, held_by("Role/web/approver-here", "RoleBinding/web/b", "web", null)]}

nobody := {}

test_two_roles_that_meet_are_found if {
	deny == {{
		"msg": concat("", [
			"`user:ana` holds `author` by `RoleBinding/web/a` and `approver` by `RoleBinding/web/b`: ",
			"the two may not meet in one subject",
		]),
		"resource": "RoleBinding/web/b",
		"path": "/spec/subjects",
		"help": "take `approver` from `user:ana`, or give it to somebody else",
	}}
		with data.charter.resources as declared
		with data.charter.assignments as same_team
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_on_two_teams_they_do_not_meet if {
	count(deny) == 0
		with data.charter.resources as declared
		with data.charter.assignments as other_team
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_what_holds_everywhere_holds_on_a_team if {
	{found.resource | some found in deny} == {"RoleBinding/b"}
		with data.charter.resources as declared
		with data.charter.assignments as everywhere
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_two_that_hold_everywhere_meet if {
	count(deny) == 1
		with data.charter.resources as declared
		with data.charter.assignments as both_everywhere
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_an_inherited_role_is_held if {
	{found.resource | some found in deny} == {"RoleBinding/web/l"}
		with data.charter.resources as declared
		with data.charter.assignments as through_lead
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_one_role_that_inherits_both_is_found if {
	{found.resource | some found in deny} == {"RoleBinding/web/c"}
		with data.charter.resources as declared
		with data.charter.assignments as one_role
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_two_subjects_are_two_hands if {
	count(deny) == 0
		with data.charter.resources as declared
		with data.charter.assignments as two_subjects
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_what_has_ended_is_not_held if {
	count(deny) == 0
		with data.charter.resources as declared
		with data.charter.assignments as ended
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_what_ends_later_is_held if {
	count(deny) == 1
		with data.charter.resources as declared
		with data.charter.assignments as ends_later
		with data.charter.parameters as on
		with data.charter.now_ns as now
}

test_a_role_of_a_team_is_named_by_its_name if {
	count(deny) == 1
		with data.charter.resources as declared
		with data.charter.assignments as team_role
		with data.charter.parameters as {"separation-of-duties": {"pairs": [["approver-here", "author"]]}}
		with data.charter.now_ns as now
}

test_without_pairs_nothing_is_found if {
	count(deny) == 0
		with data.charter.resources as declared
		with data.charter.assignments as same_team
		with data.charter.parameters as off
		with data.charter.now_ns as now
}

test_an_empty_organisation_is_good if {
	count(deny) == 0
		with data.charter.resources as no_roles
		with data.charter.assignments as nobody
		with data.charter.parameters as on
		with data.charter.now_ns as now
}
