package library.naming

on := {"naming": {"patterns": {"Team": "[a-z]+(-[a-z]+)*", "Role": "a|b", "Organization": "acme"}}}

broken := {"naming": {"patterns": {"Team": "[a-z", "Role": "(?=a)", "Group": "a)(b"}}}

none := {"naming": {"patterns": {}}}

declared(kind, name) := {"kind": kind, "metadata": {"name": name}, "spec": {}}

web := declared("Team", "web-shop")

numbered := declared("Team", "web-2")

longer := declared("Role", "ab")

group := declared("Group", "whatever_2")

acme := declared("Organization", "acme")

test_a_name_that_matches_is_good if {
	count(deny) == 0 with input as web with data.charter.parameters as on
}

test_a_name_that_does_not_match_is_found if {
	deny == {{
		"msg": "`web-2` is no name for a Team here",
		"path": "/metadata/name",
		"help": "choose a name that matches `[a-z]+(-[a-z]+)*` from its first to its last letter",
	}}
		with input as numbered
		with data.charter.parameters as on
}

test_a_pattern_is_about_the_whole_name if {
	count(deny) == 1 with input as longer with data.charter.parameters as on
}

test_kinds_without_pattern_are_left_alone if {
	count(deny) == 0 with input as group with data.charter.parameters as on
}

test_without_patterns_nothing_is_found if {
	count(deny) == 0 with input as numbered with data.charter.parameters as none
}

test_patterns_that_are_none_are_found_once if {
	{found.path | some found in deny} == {
		"/spec/policies/naming/patterns/Team",
		"/spec/policies/naming/patterns/Role",
		"/spec/policies/naming/patterns/Group",
	}
		with input as acme
		with data.charter.parameters as broken
}

test_a_pattern_that_is_none_is_no_fault_of_a_name if {
	count(deny) == 0 with input as web with data.charter.parameters as broken
}

test_the_organisation_has_a_name_too if {
	count(deny) == 0 with input as acme with data.charter.parameters as on
}
