package library.no_all_outside_platform

on := {"no-all-outside-platform": {"roles": ["platform_admin"]}}

role(name, spec) := {"kind": "Role", "metadata": {"name": name}, "spec": spec}

lead := role("team_lead", {"permissions": ["read:agents", "all:config"]})

admin := role("platform_admin", {"permissions": ["all:config", "all:users"]})

heir := role("owner", {"inherits": ["developer", "platform_admin"]})

of_team := {
	"kind": "Role",
	"metadata": {"name": "platform_admin", "team": "web"},
	"spec": {"permissions": ["all:config/web*"]},
}

plain := role("reader", {"permissions": ["read:agents", "read:all"], "inherits": ["guest"]})

bare := role("nothing", {})

team := {"kind": "Team", "metadata": {"name": "web"}, "spec": {"permissions": ["all:config"]}}

test_an_all_is_found_where_it_stands if {
	{found.path | some found in deny} == {"/spec/permissions/1"} with input as lead with data.charter.parameters as on
}

test_the_message_names_role_and_permission if {
	{found.msg | some found in deny} == {"role `team_lead` has `all:config`, and is no platform role"}
		with input as lead
		with data.charter.parameters as on
}

test_a_platform_role_may if {
	count(deny) == 0 with input as admin with data.charter.parameters as on
}

test_other_platform_roles_are_named if {
	count(deny) == 0 with input as lead
		with data.charter.parameters as {"no-all-outside-platform": {"roles": ["team_lead"]}}
}

test_without_platform_roles_nobody_may if {
	count(deny) == 2 with input as admin with data.charter.parameters as {"no-all-outside-platform": {"roles": []}}
}

test_who_inherits_a_platform_role_is_found if {
	{found.path | some found in deny} == {"/spec/inherits/1"} with input as heir with data.charter.parameters as on
}

test_a_role_of_a_team_is_no_platform_role if {
	count(deny) == 1 with input as of_team with data.charter.parameters as on
}

test_other_permissions_are_left_alone if {
	count(deny) == 0 with input as plain with data.charter.parameters as on
}

test_a_role_without_permissions_is_left_alone if {
	count(deny) == 0 with input as bare with data.charter.parameters as on
}

test_other_kinds_are_left_alone if {
	count(deny) == 0 with input as team with data.charter.parameters as on
}
