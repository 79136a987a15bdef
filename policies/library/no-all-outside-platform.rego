package library.no_all_outside_platform

parameters := data.charter.parameters["no-all-outside-platform"]

deny contains {"msg": msg, "path": path, "help": help} if {
	input.kind == "Role"
	not is_platform
	some index, permission in input.spec.permissions
	startswith(permission, "all:")
	msg := sprintf("role `%s` is permitted everything by `%s`", [input.metadata.name, permission])
	path := sprintf("/spec/permissions/%d", [index])
	help := "name the actions that it needs, or list the role among those of the platform"
}

# A team's role is no platform's, whatever it is called.
is_platform if {
	not input.metadata.team
	input.metadata.name in parameters.roles
}
