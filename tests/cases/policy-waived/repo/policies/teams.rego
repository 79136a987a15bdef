package teams

deny contains {"msg": "a team of one", "code": "LONELY", "path": "/spec/members"} if {
	input.kind == "Team"
	count(input.spec.members) == 1
}

deny contains "a team without a lead" if {
	input.kind == "Team"
	not input.spec.leads
}
