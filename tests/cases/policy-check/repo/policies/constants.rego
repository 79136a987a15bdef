package constants

most := 8

most := 9

deny contains "x" if count(input.spec.members) > most
