package main

deny contains "found by b" if input.kind == "Team"

deny contains sprintf("%d found in all", [count(deny_all)]) if {
	input.kind == "Organization"
	count(deny_all) > 9
}

deny_all contains "b" if input.kind == "Role"
