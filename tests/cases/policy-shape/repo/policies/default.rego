package defaults

default teams := {team | some team in input.spec.teams}

deny contains "none" if count(teams) == 0
