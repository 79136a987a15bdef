package teams

warn_lonely contains {"msg": "a team of one", "path": "/spec/members/7"} if {
	input.kind == "Team"
	count(input.spec.members) == 1
}
