package main

import rego.v1

highest := 5000

is_budget if input.kind == "Budget"

deny contains msg if {
	is_budget
	not input.spec.owner
	msg := sprintf("Budget of %s has no owner", [input.metadata.team])
}

deny contains msg if {
	is_budget
	input.spec.limit > highest
	msg := sprintf("Budget of %s is %v, above %v", [input.metadata.team, input.spec.limit, highest])
}

warn contains msg if {
	is_budget
	not input.spec.alertAt
	msg := sprintf("Budget of %s says nothing before it is spent", [input.metadata.team])
}
