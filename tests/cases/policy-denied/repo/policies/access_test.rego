package main

test_all if {
	count(deny) == 1 with input as {"kind": "Role", "metadata": {"name": "a"}, "spec": {"permissions": ["all:agents"]}}
}
