package main

deny contains "a team has two members" if {
	input.kind == "Team"
	count(input.spec.members) < 2
}
