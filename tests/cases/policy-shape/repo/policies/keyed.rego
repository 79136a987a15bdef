package keyed

by_team[team] contains name if some team, name in input.spec.names

deny contains "none" if not by_team.web
