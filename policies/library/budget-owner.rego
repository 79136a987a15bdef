# Somebody answers for a budget, and hears of it before it is used up.
package library.budget_owner

parameters := data.charter.parameters["budget-owner"]

deny contains finding if {
	input.kind == "Budget"
	not input.spec.owner
	finding := {
		"msg": sprintf("budget `%s` of team `%s` has no owner", [input.metadata.name, input.metadata.team]),
		"path": "/spec",
		"help": "write `owner` with the user who answers for it",
	}
}

deny contains finding if {
	input.kind == "Budget"
	thresholds := {per_cent | some per_cent in input.spec.alertAt}
	count(thresholds) < parameters.alerts
	finding := {
		"msg": sprintf(
			"budget `%s` of team `%s` tells somebody at %d thresholds, fewer than %d",
			[input.metadata.name, input.metadata.team, count(thresholds), parameters.alerts],
		),
		"path": "/spec/alertAt",
		"help": "write `alertAt` with per cents of the limit, such as `[50, 80, 100]`",
	}
}
