package old

lonely(team) {
	count(team.spec.members) == 1
}

deny[msg] {
	input.kind == "Team"
	lonely(input)
	msg := "a team of one"
}
