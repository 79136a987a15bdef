package main

import rego.v1

test_a_team_without_a_tier if {
	deny == {"Team 'web' must have the label 'tier'"} with input as {"kind": "Team", "metadata": {"name": "web"}}
}

test_a_team_with_a_tier if {
	count(deny) == 0 with input as {"kind": "Team", "metadata": {"name": "web", "labels": {"tier": "product"}}}
}

test_a_budget_that_lacks_much if {
	budget := {"kind": "Budget", "metadata": {"team": "web"}, "spec": {"limit": 9000}}
	count(deny) == 2 with input as budget
	count(warn) == 1 with input as budget
}

test_an_admin_for_ever if {
	count(violation_bindings) == 2 with input as {
		"kind": "RoleBinding",
		"metadata": {"name": "a"},
		"spec": {"role": "platform_admin"},
	}
}
