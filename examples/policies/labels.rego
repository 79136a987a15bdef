package main

import rego.v1

required_team_labels := {"tier"}

deny contains msg if {
	input.kind == "Team"
	some label in required_team_labels
	not input.metadata.labels[label]
	msg := sprintf("Team '%s' must have the label '%s'", [input.metadata.name, label])
}
