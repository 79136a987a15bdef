package main

deny contains "found by a" if input.kind == "Team"

deny contains sprintf("%d found in all", [count(deny_all)]) if {
	input.kind == "Organization"
	count(deny_all) > 9
}

deny_all contains "a" if input.kind == "Role"
