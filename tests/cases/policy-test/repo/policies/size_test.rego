package teams

team(members) := {"kind": "Team", "metadata": {"name": "web"}, "spec": {"members": members}}

test_one_is_too_few if {
	members := ["user:ana"]
	count(deny) == 1 with input as team(members)
}

test_two_are_enough if count(deny) == 0 with input as team(["user:ana", "user:bo"])

test_the_least if least == 2
