package library.no_all_outside_platform

platform := {"no-all-outside-platform": {"roles": ["platform_admin"]}}

role(name, permissions) := {"kind": "Role", "metadata": {"name": name}, "spec": {"permissions": permissions}}

test_all_is_refused if {
	count(deny) == 1 with input as role("developer", ["read:agents", "all:agents"])
		with data.charter.parameters as platform
}

test_the_platform_may if {
	count(deny) == 0 with input as role("platform_admin", ["all:agents"])
		with data.charter.parameters as platform
}

test_a_team_has_no_platform if {
	count(deny) == 1 with input as object.union(role("platform_admin", ["all:agents"]), {"metadata": {"team": "web"}})
		with data.charter.parameters as platform
}

test_named_actions_pass if {
	count(deny) == 0 with input as role("developer", ["read:agents", "write:allowances"])
		with data.charter.parameters as platform
}
