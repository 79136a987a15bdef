package main

import rego.v1

# What a team may spend a month.
highest := 10000

deny contains finding if {
	input.kind == "Budget"
	input.spec.limit > highest
	finding := {
		"msg": sprintf("%s may spend %d a month, at most %d are allowed", [input.metadata.team, input.spec.limit, highest]),
		"code": "cost-limit",
		"path": "/spec/limit",
		"help": "ask the council for more",
	}
}

warn contains msg if {
	input.kind == "Budget"
	not input.spec.owner
	msg := "the budget has no owner"
}
