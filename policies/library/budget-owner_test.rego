package library.budget_owner

on := {"budget-owner": {"alerts": 1}}

three := {"budget-owner": {"alerts": 3}}

none := {"budget-owner": {"alerts": 0}}

budget(spec) := {"kind": "Budget", "metadata": {"name": "monthly", "team": "web"}, "spec": spec}

good := budget({"window": "month", "owner": "user:ana", "alertAt": [50, 80]})

ownerless := budget({"window": "month", "alertAt": [50]})

silent := budget({"window": "month", "owner": "user:ana"})

no_thresholds := budget({"window": "month", "owner": "user:ana", "alertAt": []})

twice := budget({"window": "month", "owner": "user:ana", "alertAt": [50, 80, 80]})

bare := budget({"window": "month"})

team := {"kind": "Team", "metadata": {"name": "web"}, "spec": {}}

test_a_budget_with_owner_and_threshold_is_good if {
	count(deny) == 0 with input as good with data.charter.parameters as on
}

test_a_budget_without_owner_is_found if {
	{found.msg | some found in deny} == {"budget `monthly` of team `web` has no owner"}
		with input as ownerless
		with data.charter.parameters as on
}

test_a_budget_without_thresholds_is_found if {
	{found.msg | some found in deny} == {
		"budget `monthly` of team `web` tells somebody at 0 thresholds, fewer than 1",
	}
		with input as silent
		with data.charter.parameters as on
}

test_an_empty_list_is_no_threshold if {
	{found.path | some found in deny} == {"/spec/alertAt"}
		with input as no_thresholds
		with data.charter.parameters as on
}

test_one_threshold_twice_is_one if {
	count(deny) == 1 with input as twice with data.charter.parameters as three
}

test_thresholds_need_not_be if {
	count(deny) == 0 with input as silent with data.charter.parameters as none
}

test_both_are_found if {
	{found.path | some found in deny} == {"/spec", "/spec/alertAt"}
		with input as bare
		with data.charter.parameters as on
}

test_other_kinds_are_left_alone if {
	count(deny) == 0 with input as team with data.charter.parameters as on
}
