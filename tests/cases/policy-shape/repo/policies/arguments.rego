package arguments

deny contains "never" if startswith(input.metadata.name)

deny contains sprintf("%s has %d", [input.metadata.name])
