package main

deny contains {"msg": msg, "path": sprintf("/spec/permissions/%d", [index])} if {
	input.kind == "Role"
	some index, permission in input.spec.permissions
	startswith(permission, "all:")
	msg := sprintf("role %s may do everything", [input.metadata.name])
}

violation contains {"msg": "a team has no lead", "resource": sprintf("Team/%s", [name])} if {
	some name, team in data.charter.resources.Team[""]
	not team.spec.leads
}
