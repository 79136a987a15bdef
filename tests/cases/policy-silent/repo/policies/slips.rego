package slips

denies contains "nobody hears this" if input.kind == "Team"

Deny contains "nor this" if count(input.spec.members) == 0

warnings contains "nor this" if "Tema" == input.kind

deny contains "about no kind" if input.kind == "Tema"

deny contains "about every kind" if {
	input.kind != "Teams"
	is_role
	input.kind == "Deployment"
}

is_role if input.kind == "role"

violations contains "asked by another" if input.kind == "Team"

warn contains msg if some msg in violations
