package slow

deny contains "pairs" if {
	input.kind == "Team"
	some a in numbers.range(1, 3000)
	some b in numbers.range(1, 3000)
	a < b
	b < a
}

deny_quick contains "quick" if input.kind == "Team"
