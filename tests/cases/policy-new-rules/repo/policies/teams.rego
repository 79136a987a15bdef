package teams

deny contains "a team of none" if {
	input.kind == "Team"
	count(input.spec.members) == 0
}
