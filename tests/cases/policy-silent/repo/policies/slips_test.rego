package slips

test_denies if count(denies) == 1 with input as {"kind": "Team"}
