package odd

deny contains 7 if input.kind == "Team"

violation contains {"message": "a"} if input.kind == "Team"

# One thing has two values.
size(team) := "one" if count(team.spec.members) == 1

size(team) := "some" if count(team.spec.members) > 0

deny_size contains msg if {
	input.kind == "Team"
	msg := size(input)
}
