# No permission `all:` outside the platform's roles: whoever may do everything to a resource is known by role.
package library.no_all_outside_platform

platform := data.charter.parameters["no-all-outside-platform"].roles

deny contains finding if {
	input.kind == "Role"
	not is_platform
	some index, permission in input.spec.permissions
	startswith(permission, "all:")
	finding := {
		"msg": sprintf("role `%s` has `%s`, and is no platform role", [input.metadata.name, permission]),
		"path": sprintf("/spec/permissions/%d", [index]),
		"help": sprintf("name the actions that it needs, or give `%s` to a platform role alone", [permission]),
	}
}

# Who builds on a platform role has what that one has.
deny contains finding if {
	input.kind == "Role"
	not is_platform
	some index, name in input.spec.inherits
	name in platform
	finding := {
		"msg": sprintf("role `%s` inherits the platform role `%s`, and is none", [input.metadata.name, name]),
		"path": sprintf("/spec/inherits/%d", [index]),
		"help": sprintf("bind `%s` itself to whoever needs it, or name the permissions that are needed", [name]),
	}
}

# A platform role is the organisation's: a team's is none, whatever it is called.
is_platform if {
	not input.metadata.team
	input.metadata.name in platform
}
