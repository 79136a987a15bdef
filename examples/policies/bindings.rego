package main

import rego.v1

violation_bindings contains {"msg": msg, "code": "BINDING-REASON", "path": "/spec", "help": "add `reason` and `ticket`"} if {
	input.kind == "RoleBinding"
	not input.spec.reason
	msg := sprintf("RoleBinding '%s' does not say why", [input.metadata.name])
}

violation_bindings contains {"msg": msg, "code": "BINDING-EXPIRY", "path": "/spec/role"} if {
	input.kind == "RoleBinding"
	endswith(input.spec.role, "admin")
	not input.spec.expires
	msg := sprintf("RoleBinding '%s' makes admins for ever", [input.metadata.name])
}
