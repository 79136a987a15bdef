package teams

deny contains {"msg": msg, "path": "/spec/members"} if {
	input.kind == "Team"
	count(input.spec.members) < least
	msg := sprintf("%s has %d members", [input.metadata.name, count(input.spec.members)])
}

least := 2
