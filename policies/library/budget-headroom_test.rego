package library.budget_headroom

on := {"budget-headroom": {"percent": 10}}

quarter := {"budget-headroom": {"percent": 25}}

none := {"budget-headroom": {"percent": 0}}

acme := {"Organization": {"": {"acme": {"spec": {"budgets": [
	{"window": "day", "limit": 100},
	{"window": "month", "limit": 13000},
]}}}}}

empty := {"Organization": {}}

plenty := {"month": {"sum": 11700, "cap": 13000}}

tight := {"month": {"sum": 11700.5, "cap": 13000}}

full := {"month": {"sum": 13000, "cap": 13000}}

over := {"month": {"sum": 13001, "cap": 13000}}

capless := {"week": {"sum": 13000}}

overflow := {"month": {"sum": null, "cap": 13000}}

nothing := {"month": {"sum": 0, "cap": 0}}

two := {"day": {"sum": 95, "cap": 100}, "month": {"sum": 100, "cap": 13000}}

no_budgets := {}

test_what_is_left_is_enough if {
	count(warn) == 0
		with data.charter.resources as acme
		with data.charter.budgets as plenty
		with data.charter.parameters as on
}

test_too_little_left_is_found if {
	warn == {{
		"msg": "the teams' budgets of a month add up to 11700.5 of 13000: less than 10 per cent are left",
		"resource": "Organization/acme",
		"path": "/spec/budgets/1/limit",
		"help": "lower a team's limit, or raise the cap",
	}}
		with data.charter.resources as acme
		with data.charter.budgets as tight
		with data.charter.parameters as on
}

test_each_window_stands_for_itself if {
	{found.path | some found in warn} == {"/spec/budgets/0/limit"}
		with data.charter.resources as acme
		with data.charter.budgets as two
		with data.charter.parameters as on
}

test_the_per_cents_are_a_parameter if {
	count(warn) == 1
		with data.charter.resources as acme
		with data.charter.budgets as plenty
		with data.charter.parameters as quarter
}

test_nothing_need_be_left if {
	count(warn) == 0
		with data.charter.resources as acme
		with data.charter.budgets as full
		with data.charter.parameters as none
}

test_more_than_the_cap_is_found_by_others if {
	count(warn) == 0
		with data.charter.resources as acme
		with data.charter.budgets as over
		with data.charter.parameters as on
}

test_without_a_cap_there_is_no_headroom if {
	count(warn) == 0
		with data.charter.resources as acme
		with data.charter.budgets as capless
		with data.charter.parameters as on
}

test_a_sum_that_is_none_is_found_by_others if {
	count(warn) == 0
		with data.charter.resources as acme
		with data.charter.budgets as overflow
		with data.charter.parameters as on
}

test_nothing_of_nothing_is_enough if {
	count(warn) == 0
		with data.charter.resources as acme
		with data.charter.budgets as nothing
		with data.charter.parameters as on
}

test_an_empty_organisation_is_good if {
	count(warn) == 0
		with data.charter.resources as empty
		with data.charter.budgets as no_budgets
		with data.charter.parameters as on
}
