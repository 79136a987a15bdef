package core

deny contains "x" if count(input.metadata.name) > 90
