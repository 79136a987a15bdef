package words

default word(_) := "no"

word(x) := "yes" if x == 1

warn contains word(x) if some x in [1, 2]

more(x) := x + input.spec.more

deny contains "too few" if input.spec.more < 2
