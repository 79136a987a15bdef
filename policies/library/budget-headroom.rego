# Something is left of the organisation's cap: who needs more next month need not take it from another team.
package library.budget_headroom

percent := data.charter.parameters["budget-headroom"].percent

# More than the cap is `budget-over-cap`, which needs no policy.
warn contains finding if {
	some window, budget in data.charter.budgets
	is_number(budget.sum)
	budget.sum <= budget.cap
	budget.sum * 100 > budget.cap * (100 - percent)
	some name, organization in data.charter.resources.Organization[""]
	some index, cap in organization.spec.budgets
	cap.window == window
	finding := {
		"msg": sprintf(
			"the teams' budgets of a %s add up to %v of %v: less than %d per cent are left",
			[window, budget.sum, budget.cap, percent],
		),
		"resource": sprintf("Organization/%s", [name]),
		"path": sprintf("/spec/budgets/%d/limit", [index]),
		"help": "lower a team's limit, or raise the cap",
	}
}
