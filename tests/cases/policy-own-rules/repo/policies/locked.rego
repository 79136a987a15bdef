package locked

deny contains "policies stay as they are" if {
	input.kind == "Policy"
	not contains(input.spec.rego, "stay as they are")
}
