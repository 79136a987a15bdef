package library.people_who_left

# 2026-06-01T22:30:00Z: the second of June in Warsaw already.
now := 1780353000000000000

people := {"": {
	"ana": {"spec": {"ids": ["user:ana"]}},
	"bo": {"spec": {"status": "left", "ids": ["user:bo", "user:Bo@acme.example"]}},
	"cy": {"spec": {"status": "leave", "ids": ["user:cy"]}},
}}

nothing := {
	"Organization": {"": {"acme": {"spec": {"timezone": "Europe/Warsaw"}}}},
	"Person": people, "Team": {}, "Group": {}, "Membership": {}, "RoleBinding": {}, "Budget": {},
}

world(more) := object.union(nothing, more)

here := {
	"Organization": {"": {"acme": {"spec": {"timezone": "UTC", "council": ["user:ana"]}}}},
	"Person": people,
	"Team": {"": {"web": {"spec": {"leads": ["user:ana"], "members": ["user:ana", "user:cy", "team:ops"]}}}},
	"Group": {"": {"oncall": {"spec": {"members": ["user:cy", "agent:bo"]}}}},
	"Membership": {"web": {"more": {"spec": {"members": ["user:ana", {"subject": "user:cy"}]}}}},
	"RoleBinding": {"web": {"b": {"spec": {"role": "developer", "subjects": ["user:cy"]}}}},
	"Budget": {"web": {"m": {"spec": {"owner": "user:cy"}}, "n": {"spec": {}}}},
}

in_team := world({"Team": {"": {"web": {"spec": {
	"leads": ["user:ana", "user:BO"],
	"members": ["user:ana", "user:bo@acme.example", "user:cy"],
}}}}})

in_group := world({"Group": {"web": {"oncall": {"spec": {"members": ["user:bo"]}}}}})

council := world({"Organization": {"": {"acme": {"spec": {"timezone": "UTC", "council": ["user:bo", "user:ana"]}}}}})

owned := world({"Budget": {"web": {"monthly": {"spec": {"owner": "user:bo"}}}}})

bound(spec) := world({"RoleBinding": {"": {"devs": {"spec": object.union(
	{"role": "developer", "subjects": ["team:web", "user:bo"]},
	spec,
)}}}})

joined(member) := world({"Membership": {"web": {"guests": {"spec": {"members": ["user:ana", member]}}}}})

as_it_is := joined("user:bo")

for_good := joined({"subject": "user:bo"})

until_today := joined({"subject": "user:bo", "until": "2026-06-02"})

until_yesterday := joined({"subject": "user:bo", "until": "2026-06-01"})

until_an_instant := joined({"subject": "user:bo", "until": "2026-06-01T22:30:01Z"})

until_now := joined({"subject": "user:bo", "until": "2026-06-01T22:30:00Z"})

unbounded := bound({})

bound_until_today := bound({"expires": "2026-06-02"})

bound_until_yesterday := bound({"expires": "2026-06-01"})

managed := world({"Person": {"": {
	"ana": {"spec": {"ids": ["user:ana"], "manager": "bo"}},
	"bo": {"spec": {"status": "left", "ids": ["user:bo"], "manager": "di"}},
	"cy": {"spec": {"ids": ["user:cy"], "manager": "ana"}},
	"di": {"spec": {"status": "left", "ids": ["user:di"]}},
}}})

nobody := {
	"Organization": {}, "Person": {}, "Team": {}, "Group": {}, "Membership": {}, "RoleBinding": {}, "Budget": {},
}

# Two persons with one id are a mistake of their own.
twice := object.union(owned, {"Person": {"": {
	"bo": {"spec": {"status": "left", "ids": ["user:bo"]}},
	"bob": {"spec": {"status": "left", "ids": ["user:Bo"]}},
}}})

test_who_is_here_or_on_leave_may_hold_what_there_is if {
	count(deny) == 0 with data.charter.resources as here with data.charter.now_ns as now
}

test_a_team_is_found_by_any_id_however_it_is_written if {
	{[found.path, found.msg] | some found in deny} == {
		["/spec/leads/1", "person `bo` left, and `user:BO` leads team `web`"],
		["/spec/members/1", "person `bo` left, and `user:bo@acme.example` is a member of team `web`"],
	}
		with data.charter.resources as in_team
		with data.charter.now_ns as now
}

test_a_member_of_a_group_is_found if {
	deny == {{
		"msg": "person `bo` left, and `user:bo` is a member of group `oncall`",
		"resource": "Group/web/oncall",
		"path": "/spec/members/0",
		"help": "take `user:bo` out, or name somebody who is here",
	}}
		with data.charter.resources as in_group
		with data.charter.now_ns as now
}

test_one_of_the_council_is_found if {
	{[found.resource, found.path, found.msg] | some found in deny} == {
		["Organization/acme", "/spec/council/0", "person `bo` left, and `user:bo` is on the council"],
	}
		with data.charter.resources as council
		with data.charter.now_ns as now
}

test_the_owner_of_a_budget_is_found if {
	{[found.resource, found.path, found.msg] | some found in deny} == {[
		"Budget/web/monthly",
		"/spec/owner",
		"person `bo` left, and `user:bo` is the owner of budget `monthly` of team `web`",
	]}
		with data.charter.resources as owned
		with data.charter.now_ns as now
}

test_a_subject_of_a_binding_is_found if {
	{[found.resource, found.path, found.msg] | some found in deny} == {
		["RoleBinding/devs", "/spec/subjects/1", "person `bo` left, and `user:bo` is given role `developer`"],
	}
		with data.charter.resources as unbounded
		with data.charter.now_ns as now
}

test_a_binding_gives_until_its_last_day if {
	count(deny) == 1 with data.charter.resources as bound_until_today with data.charter.now_ns as now
}

test_a_binding_that_ended_gives_nothing if {
	count(deny) == 0 with data.charter.resources as bound_until_yesterday with data.charter.now_ns as now
}

test_a_membership_is_found_where_it_names_them if {
	{[found.resource, found.path] | some found in deny} == {["Membership/web/guests", "/spec/members/1"]}
		with data.charter.resources as as_it_is
		with data.charter.now_ns as now
}

test_a_membership_without_end_is_found if {
	{found.path | some found in deny} == {"/spec/members/1/subject"}
		with data.charter.resources as for_good
		with data.charter.now_ns as now
}

test_the_last_day_is_the_organisations if {
	count(deny) == 1 with data.charter.resources as until_today with data.charter.now_ns as now
}

test_a_membership_that_ended_is_none if {
	count(deny) == 0 with data.charter.resources as until_yesterday with data.charter.now_ns as now
}

test_an_instant_is_one_everywhere if {
	count(deny) == 1 with data.charter.resources as until_an_instant with data.charter.now_ns as now
}

test_an_instant_that_came_is_over if {
	count(deny) == 0 with data.charter.resources as until_now with data.charter.now_ns as now
}

test_who_is_here_reports_to_who_is_here if {
	deny == {{
		"msg": "person `bo` left, and is the manager of `ana`",
		"resource": "Person/ana",
		"path": "/spec/manager",
		"help": "name the person to whom they report now, or take `manager` out",
	}}
		with data.charter.resources as managed
		with data.charter.now_ns as now
}

test_an_id_of_two_is_said_of_one if {
	count(deny) == 1 with data.charter.resources as twice with data.charter.now_ns as now
}

test_an_empty_organisation_is_good if {
	count(deny) == 0 with data.charter.resources as nobody with data.charter.now_ns as now
}
