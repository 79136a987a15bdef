package sizes

deny contains "x" if count(input.spec.members) > 90
