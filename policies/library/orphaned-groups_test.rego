package library.orphaned_groups

nothing := {
	"Organization": {}, "Role": {}, "Team": {}, "Group": {}, "Membership": {}, "RoleBinding": {}, "Budget": {},
}

some_groups := {"Group": {
	"": {"oncall": {"spec": {"members": ["user:ana"]}}},
	"web": {"local": {"spec": {"members": ["user:bo"]}}},
}}

both := {"Group/oncall", "Group/web/local"}

world(more) := object.union(nothing, object.union(some_groups, more))

alone := world({})

bound := world({"RoleBinding": {"web": {"b": {"spec": {"subjects": ["group:oncall", "group:local"]}}}}})

bound_elsewhere := world({"RoleBinding": {"data": {"b": {"spec": {"subjects": ["group:oncall", "group:local"]}}}}})

bound_above := world({"RoleBinding": {"": {"b": {"spec": {"subjects": ["group:oncall", "group:local"]}}}}})

nested := object.union(nothing, {"Group": {"": {
	"all": {"spec": {"members": ["group:oncall", "user:cy"]}},
	"oncall": {"spec": {}},
}}})

of_team := world({"Team": {"": {"web": {"spec": {"members": ["group:oncall", "group:local"]}}}}})

joined := world({"Membership": {"web": {"m": {"spec": {"members": [
	"group:oncall",
	{"subject": "group:local", "until": "2026-12-31"},
]}}}}})

council := world({"Organization": {"": {"acme": {"spec": {"council": ["group:oncall"]}}}}})

owner := world({"Budget": {"web": {"monthly": {"spec": {"owner": "group:local"}}}}})

test_groups_that_nothing_refers_to_are_found if {
	{found.resource | some found in warn} == both with data.charter.resources as alone
}

test_what_is_said_names_the_group if {
	{found.msg | some found in warn} == {"nothing refers to group `oncall`", "nothing refers to group `local`"}
		with data.charter.resources as alone
}

test_a_binding_of_the_team_refers_to_both if {
	count(warn) == 0 with data.charter.resources as bound
}

test_a_binding_of_another_team_does_not_see_it if {
	{found.resource | some found in warn} == {"Group/web/local"} with data.charter.resources as bound_elsewhere
}

test_a_binding_of_the_organisation_does_not_see_it if {
	{found.resource | some found in warn} == {"Group/web/local"} with data.charter.resources as bound_above
}

test_a_group_in_a_group_is_referred_to if {
	{found.resource | some found in warn} == {"Group/all"} with data.charter.resources as nested
}

test_a_team_refers_to_groups_of_the_organisation if {
	{found.resource | some found in warn} == {"Group/web/local"} with data.charter.resources as of_team
}

test_a_membership_refers_to_groups if {
	count(warn) == 0 with data.charter.resources as joined
}

test_the_council_refers_to_groups if {
	{found.resource | some found in warn} == {"Group/web/local"} with data.charter.resources as council
}

test_a_budget_refers_to_its_owner if {
	{found.resource | some found in warn} == {"Group/oncall"} with data.charter.resources as owner
}

test_an_empty_organisation_is_good if {
	count(warn) == 0 with data.charter.resources as nothing
}
