package words

test_words if warn == {"no", "yes"}

test_more if more(1) == 3 with input as {"spec": {"more": 2}}

test_few if {
	count(deny) == 1 with input as {"spec": {"more": 1}}
	count(deny) == 0 with input as {"spec": {"more": 2}}
}

test_known_inside if {
	some limit in [0, 1]
	count(deny) == 1 with input as {"spec": {"more": limit}}
}
