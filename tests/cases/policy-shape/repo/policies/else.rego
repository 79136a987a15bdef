package otherwise

owner(resource) := resource.metadata.labels.owner if {
	resource.kind == "Team"
} else := "nobody"

deny contains "nobody" if owner(input) == "nobody"
